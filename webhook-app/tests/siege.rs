//! Thousands who never end a request: those who do are served all the same, and memory stays within bounds.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "wire/program.rs"]
mod program;
mod wire;

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use bench::siege::{Force, Seen, besiege};
use program::Program;
use webhook_app::server::use_all_descriptors;
use wire::{Counts, answer, ask, connect, eventually, request};

/// What may be held beyond what is held at rest, in bytes.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// How many webhooks are sent amid the siege, on a kept connection and on new ones each.
const WEBHOOKS: i64 = 250;

/// Senders that mean harm, until this is dropped.
struct Siege {
    is_over: Arc<AtomicBool>,
    siege: std::thread::JoinHandle<Seen>,
}

impl Siege {
    fn lay(address: SocketAddr, force: Force) -> Self {
        let is_over = Arc::<AtomicBool>::default();
        let told = Arc::clone(&is_over);
        let siege = std::thread::spawn(move || besiege(address, force, || !told.load(Relaxed)));
        Self { is_over, siege }
    }

    fn end(self) -> Seen {
        self.is_over.store(true, Relaxed);
        self.siege.join().unwrap()
    }
}

#[test]
fn amid_thousands_who_never_end_a_request_every_other_is_answered() {
    // Each of them is a descriptor here too.
    use_all_descriptors();
    let program = Program::start(&["--request-timeout", "2s"]);
    let webhook = request("POST", "/webhook", Some("application/json"), b"{}");
    let mut kept = connect(program.address);
    // Who has got a request through gives way last.
    kept.write_all(&webhook).unwrap();
    assert_eq!(answer(&mut kept, true).unwrap().status, 200);
    let before = program.memory();
    let harm = |slow_heads, slow_bodies, endless_bodies| Force {
        slow_heads,
        slow_bodies,
        endless_bodies,
    };
    let sieges = [harm(2500, 0, 0), harm(0, 2500, 0), harm(0, 0, 20)].map(|force| Siege::lay(program.address, force));
    eventually("they are many", || {
        Counts::read(program.address).error > 2500 && program.memory() > before
    });
    let taken = Counts::read(program.address).success;
    let mut most = before;
    for _ in 0..WEBHOOKS {
        kept.write_all(&webhook).unwrap();
        assert_eq!(answer(&mut kept, true).unwrap().status, 200);
        assert_eq!(ask(program.address, &webhook).status, 200);
        most = most.max(program.memory());
    }
    assert_eq!(Counts::read(program.address).success - taken, 2 * WEBHOOKS);
    assert!(most - before < MOST_BYTES, "{before} bytes became {most}");
    for siege in sieges {
        let seen = siege.end();
        assert!(seen.ended > 0 && seen.longest < Duration::from_secs(15), "{seen:?}");
    }
}
