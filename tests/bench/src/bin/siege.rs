//! Senders that mean harm: connections that never end their head or their body, a byte a second, each replaced when it is
//! hung up on. Prints how many there were and how long the longest was kept, as one line of JSON.
//! A loop over sockets, without a runtime: it must cost the machine less than what it besieges.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use clap::Parser;
use serde_json::json;

/// Opens connections that never end a request.
#[derive(Parser)]
struct Args {
    /// Where to.
    #[arg(long)]
    address: SocketAddr,
    /// How many at once never end their head.
    #[arg(long, default_value_t = 0)]
    slow_heads: u32,
    /// How many at once never end their body.
    #[arg(long, default_value_t = 0)]
    slow_bodies: u32,
    /// How many at once send as much as they can of a body without end.
    #[arg(long, default_value_t = 0)]
    endless_bodies: u32,
    /// For how many seconds.
    #[arg(long)]
    seconds: u64,
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

#[derive(Default)]
struct Seen {
    opened: u64,
    ended: u64,
    longest: Duration,
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

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let endless = [b"4000\r\n".as_slice(), &[b' '; 0x4000], b"\r\n"].concat();
    let mut besiegers = Vec::new();
    for (count, head, piece) in [
        (args.slow_heads, SLOW_HEAD, b"x".to_vec()),
        (args.slow_bodies, SLOW_BODY, b" ".to_vec()),
        (args.endless_bodies, ENDLESS_BODY, endless),
    ] {
        besiegers.extend((0..count).map(|_| Besieger {
            head,
            piece: piece.clone(),
            open: None,
        }));
    }
    let (began, mut seen) = (Instant::now(), Seen::default());
    while began.elapsed() < Duration::from_secs(args.seconds) {
        let round = Instant::now();
        // Spread over the second, as many senders are who know nothing of each other.
        let share = besiegers.len().div_ceil(SHARES as usize).max(1);
        for (besiegers, turn) in besiegers.chunks_mut(share).zip(1..) {
            for besieger in besiegers {
                besieger.step(args.address, &mut seen);
            }
            if args.endless_bodies == 0 {
                let until = Duration::from_secs(1) * turn / SHARES;
                std::thread::sleep(until.saturating_sub(round.elapsed()));
            }
        }
    }
    let kept = besiegers.iter().filter_map(|besieger| besieger.open.as_ref());
    let longest = kept.map(|(_, began)| began.elapsed()).fold(seen.longest, Duration::max);
    let line = json!({"opened": seen.opened, "ended": seen.ended, "longest_seconds": longest.as_secs_f64()});
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
