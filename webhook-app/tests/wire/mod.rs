//! HTTP as bytes: writes requests, reads whole answers, reads metrics. Knows nothing of what an answer should be.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test program uses its part of this, and a test that cannot go on fails"
)]

pub(crate) mod target;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// How long anything may take before a test fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header, which must not be repeated.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known == name);
        let value = values.next();
        assert!(values.next().is_none(), "{name} twice in {self:?}");
        value.map(|(_, value)| value.as_str())
    }
}

/// A request with a length, if it has a body.
pub(crate) fn request(method: &str, path: &str, content_type: Option<&str>, body: &[u8]) -> Vec<u8> {
    let line = |name: &str, value: String| format!("{name}: {value}\r\n");
    let has_length = !body.is_empty() || method == "POST";
    let head = [
        format!("{method} {path} HTTP/1.1\r\nhost: receiver\r\n"),
        content_type.map_or_else(String::new, |text| line("content-type", text.to_owned())),
        if has_length {
            line("content-length", body.len().to_string())
        } else {
            String::new()
        },
    ];
    [head.concat().as_bytes(), b"\r\n", body].concat()
}

/// A request with a body in pieces.
pub(crate) fn chunked(path: &str, content_type: &str, pieces: &[&[u8]]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: receiver\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let mut bytes = head.into_bytes();
    for piece in pieces {
        bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_write_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// Sends a request on a connection of its own and reads the answer.
pub(crate) fn ask(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = connect(address);
    stream.write_all(request).unwrap();
    let has_body = !request.starts_with(b"HEAD ");
    answer(&mut stream, has_body).unwrap_or_else(|| panic!("no answer to {}", String::from_utf8_lossy(request)))
}

pub(crate) fn get(address: SocketAddr, path: &str) -> Answer {
    ask(address, &request("GET", path, None, b""))
}

/// Reads one answer and not a byte more; `None` when the connection ends instead.
pub(crate) fn answer(stream: &mut TcpStream, has_body: bool) -> Option<Answer> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).unwrap() == 0 {
            assert!(head.is_empty(), "half an answer");
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.map(|line| line.split_once(':').unwrap());
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let mut answer = Answer {
        status,
        headers: headers.collect(),
        body: String::new(),
    };
    let length = answer.header("content-length").map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; if has_body { length } else { 0 }];
    stream.read_exact(&mut body).unwrap();
    answer.body = String::from_utf8(body).unwrap();
    Some(answer)
}

/// A webhook in work, without the last byte of its body. That its body is waited for is told by 100 Continue.
pub(crate) fn in_work(address: SocketAddr) -> TcpStream {
    let mut stream = connect(address);
    let head = "POST /webhook HTTP/1.1\r\nhost: receiver\r\ncontent-type: application/json\r\ncontent-length: 2\r\n";
    write!(stream, "{head}expect: 100-continue\r\n\r\n").unwrap();
    assert_eq!(answer(&mut stream, true).unwrap().status, 100);
    stream.write_all(b"{").unwrap();
    stream
}

/// Waits for a claim to become true.
pub(crate) fn eventually(claim: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {claim}");
        std::thread::yield_now();
    }
}

/// Every series and its value.
pub(crate) fn series(text: &str) -> BTreeMap<String, f64> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = samples.map(|line| line.rsplit_once(' ').unwrap());
    pairs
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect()
}

/// What requests leave behind in the metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) success: i64,
    pub(crate) error: i64,
    pub(crate) timed: i64,
    pub(crate) bytes: i64,
}

impl Counts {
    /// Reads them from `/metrics`.
    pub(crate) fn read(address: SocketAddr) -> Self {
        let series = series(&get(address, "/metrics").body);
        #[expect(clippy::cast_possible_truncation, reason = "counters hold small whole numbers")]
        let value = |name: &str| series.get(name).copied().unwrap_or_default() as i64;
        Self {
            success: value("webhook_requests_total{status=\"success\"}"),
            error: value("webhook_requests_total{status=\"error\"}"),
            timed: value("webhook_processing_time_seconds_count"),
            bytes: value("webhook_payload_size_bytes_total"),
        }
    }

    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            success: self.success - before.success,
            error: self.error - before.error,
            timed: self.timed - before.timed,
            bytes: self.bytes - before.bytes,
        }
    }
}
