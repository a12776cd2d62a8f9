//! Webhooks at a fixed rate from few connections, as cheaply as can be: for tens of thousands a second from one core.
//! Each is due at its time; its latency counts from then, also when it had to wait for a connection.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// What is due and not sent yet, and what came of the others.
#[derive(Default)]
struct State {
    due: VecDeque<Instant>,
    latencies: Vec<Duration>,
    is_over: bool,
}

type Shared = Rc<(RefCell<State>, Notify)>;

/// Posts `request`, a whole one, `rate` times a second for `time`; gives the latency of each, in no order.
/// Runs on the present thread and keeps it busy.
///
/// # Errors
/// When a connection breaks, or anything but a 2xx comes back.
pub fn run(address: SocketAddr, request: &[u8], connections: u32, rate: f64, time: Duration) -> Result<Vec<Duration>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async {
        let shared = Shared::default();
        let mut senders = Vec::new();
        for _ in 0..connections {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            senders.push(tokio::task::spawn_local(send(
                stream,
                request.to_vec(),
                Rc::clone(&shared),
            )));
        }
        pace(&shared, rate, time).await;
        for sender in senders {
            sender.await??;
        }
        Ok(std::mem::take(&mut shared.0.borrow_mut().latencies))
    })
}

/// Says when each is due. A timer would be a millisecond late: it looks at the clock whenever nothing else is to be done.
async fn pace(shared: &Shared, rate: f64, time: Duration) {
    let began = Instant::now();
    let mut sent = 0.0;
    while began.elapsed() < time {
        let due = Duration::from_secs_f64(sent / rate);
        if began.elapsed() >= due {
            shared.0.borrow_mut().due.push_back(began + due);
            shared.1.notify_one();
            sent += 1.0;
        } else {
            tokio::task::yield_now().await;
        }
    }
    shared.0.borrow_mut().is_over = true;
    shared.1.notify_waiters();
}

async fn send(mut stream: TcpStream, request: Vec<u8>, shared: Shared) -> Result<()> {
    let mut space = vec![0; 4096];
    loop {
        let notified = shared.1.notified();
        let next = {
            let mut state = shared.0.borrow_mut();
            let next = state.due.pop_front();
            if next.is_none() && state.is_over {
                return Ok(());
            }
            next
        };
        let Some(due) = next else {
            notified.await;
            continue;
        };
        stream.write_all(&request).await?;
        answered(&mut stream, &mut space).await?;
        shared.0.borrow_mut().latencies.push(due.elapsed());
    }
}

/// Reads one answer to its end. Those measured here announce their length and are small.
async fn answered(stream: &mut TcpStream, space: &mut [u8]) -> Result<()> {
    let mut filled = 0;
    loop {
        let read = stream.read(space.get_mut(filled..).unwrap_or_default()).await?;
        ensure!(read > 0, "the server hung up");
        filled += read;
        let text = String::from_utf8_lossy(&space[..filled]);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        if !head.starts_with("HTTP/1.1 2") {
            bail!("the server answered {}", head.lines().next().unwrap_or_default());
        }
        let mut lines = head.lines();
        let length = lines.find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length: ")?
                .parse::<usize>()
                .ok()
        });
        if body.len() >= length.context("an answer without its length")? {
            return Ok(());
        }
    }
}
