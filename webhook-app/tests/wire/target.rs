//! A target that webhooks are passed on to: it says what it got, and answers as it is told.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test program uses its part of this, and a test that cannot go on fails"
)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::DEADLINE;

/// One request, as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Got {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Got {
    /// The values of a header, by commas.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values = self.headers.iter().filter(|(known, _)| known == name);
        let values: Vec<_> = values.map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(","))
    }
}

/// A running target. What it should do with the next request is told by [`Target::next`]; without, it answers 200.
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) connections: Arc<AtomicUsize>,
    pub(crate) got: Receiver<Got>,
    plan: Sender<Deed>,
}

/// What a target does with one request.
pub(crate) enum Deed {
    /// Answers with this status line and these headers.
    Answer(&'static str),
    /// Hangs up.
    HangUp,
    /// Answers 200 once it is told to.
    Hold(Receiver<()>),
}

impl Target {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::<AtomicUsize>::default();
        let (plan, deeds) = channel();
        let (sender, got) = channel();
        let (deeds, count) = (Arc::new(std::sync::Mutex::new(deeds)), Arc::clone(&connections));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                count.fetch_add(1, Ordering::Relaxed);
                let (deeds, sender) = (Arc::clone(&deeds), sender.clone());
                let next = move || deeds.lock().unwrap().try_recv().unwrap_or(Deed::Answer("200 OK"));
                std::thread::spawn(move || serve(stream.unwrap(), &sender, next));
            }
        });
        Self {
            address,
            connections,
            got,
            plan,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/events?from=hooks", self.address)
    }

    pub(crate) fn next(&self, deed: Deed) {
        self.plan.send(deed).unwrap();
    }

    pub(crate) fn got(&self) -> Got {
        self.got.recv_timeout(DEADLINE).unwrap()
    }
}

fn serve(mut stream: TcpStream, sender: &Sender<Got>, next: impl Fn() -> Deed) {
    while let Some(got) = read(&mut stream) {
        let _ = sender.send(got);
        let head = match next() {
            Deed::Answer(head) => head,
            Deed::HangUp => return,
            Deed::Hold(until) => {
                let _ = until.recv();
                "200 OK"
            }
        };
        if write!(stream, "HTTP/1.1 {head}\r\ncontent-length: 2\r\n\r\nok").is_err() {
            return;
        }
    }
}

fn read(stream: &mut TcpStream) -> Option<Got> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let line = lines.next().unwrap().to_owned();
    let headers = lines.map(|line| line.split_once(':').unwrap());
    let mut got = Got {
        line,
        headers: headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect(),
        body: vec![],
    };
    got.body = vec![0; got.header("content-length").map_or(0, |text| text.parse().unwrap())];
    stream.read_exact(&mut got.body).unwrap();
    Some(got)
}
