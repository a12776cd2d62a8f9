//! What senders cannot do to a receiver: be slow, be large, be many, hang up. Each limit holds, and is told or counted.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "wire/program.rs"]
mod program;
mod wire;

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use program::Program;
use wire::{Counts, DEADLINE, answer, ask, connect, eventually, get, request};

const JSON: Option<&str> = Some("application/json");

/// A request whose body never comes to its end.
fn unfinished() -> Vec<u8> {
    let mut bytes = request("POST", "/webhook", JSON, b"{}");
    bytes.pop();
    bytes
}

#[test]
fn a_body_that_trickles_is_answered_408_when_its_time_is_over() {
    let program = Program::start(&["--request-timeout", "500ms"]);
    let mut stream = connect(program.address);
    stream
        .write_all(&request("POST", "/webhook", JSON, &[b' '; 1000])[..200])
        .unwrap();
    let began = Instant::now();
    stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    // A byte at each look: a deadline that every byte renews would never come.
    let mut look = [0];
    while matches!(stream.peek(&mut look), Err(error) if error.kind() == ErrorKind::WouldBlock) {
        stream.write_all(b" ").unwrap();
        assert!(began.elapsed() < DEADLINE, "it may trickle on");
    }
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let late = answer(&mut stream, true).unwrap();
    assert!(began.elapsed() >= Duration::from_millis(400), "{:?}", began.elapsed());
    assert_eq!(late.status, 408);
    assert_eq!(late.body, r#"{"error":"the request did not arrive in time"}"#);
    assert_eq!(late.header("connection"), Some("close"));
    let counts = Counts::read(program.address);
    assert_eq!((counts.error, counts.timed), (1, 1));
}

#[test]
fn who_begins_no_request_or_does_not_end_its_head_is_hung_up_on() {
    let program = Program::start(&["--request-timeout", "300ms"]);
    let mut idle = connect(program.address);
    let ping = request("GET", "/healthz", None, b"");
    idle.write_all(&ping).unwrap();
    assert_eq!(answer(&mut idle, true).unwrap().status, 200);
    let mut silent = connect(program.address);
    let mut slow = connect(program.address);
    slow.write_all(b"POST /webhook HTTP/1.1\r\nhost: rec").unwrap();
    for stream in [&mut silent, &mut slow] {
        assert_eq!(answer(stream, true), None);
    }
    // Who was served may be idle for longer than a request may take.
    idle.write_all(&ping).unwrap();
    assert_eq!(answer(&mut idle, true).unwrap().status, 200);
    assert_eq!(Counts::read(program.address), Counts::default(), "no request, no count");
}

#[test]
fn a_refusal_reaches_a_sender_that_writes_all_before_it_reads() {
    let program = Program::start(&["--max-payload-bytes", "1000"]);
    let body = vec![b' '; 6 * 1024 * 1024];
    for path in ["/webhook", "/elsewhere"] {
        let expected = if path == "/webhook" { 413 } else { 404 };
        assert_eq!(
            ask(program.address, &request("POST", path, JSON, &body)).status,
            expected
        );
    }
}

#[test]
fn headers_without_end_are_answered_431() {
    let program = Program::start(&[]);
    let mut bytes = request("GET", "/healthz", None, b"");
    bytes.truncate(bytes.len() - 2);
    bytes.extend(format!("x: {}\r\n\r\n", "a".repeat(33 * 1024)).bytes());
    assert_eq!(ask(program.address, &bytes).status, 431);
}

#[test]
fn a_sender_that_hangs_up_is_counted() {
    let program = Program::start(&[]);
    let mut stream = connect(program.address);
    stream.write_all(&unfinished()).unwrap();
    drop(stream);
    eventually("it is an error", || {
        let counts = Counts::read(program.address);
        (counts.error, counts.timed) == (1, 1)
    });
}

#[test]
fn without_descriptors_others_give_way_and_it_lives_on() {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "ulimit -n 32; exec \"$0\" \"$@\"",
        env!("CARGO_BIN_EXE_webhook-app"),
    ]);
    command.args(["--drain-delay", "0s"]);
    let mut program = Program::run(command);
    let many: Vec<TcpStream> = (0..60).map(|_| connect(program.address)).collect();
    for _ in 0..5 {
        assert_eq!(get(program.address, "/healthz").status, 200);
    }
    assert!(program.is_running());
    drop(many);
    program.signal("TERM");
    let (_, log) = program.end();
    let warnings = log.iter().filter(|line| line.contains("cannot be accepted")).count();
    assert!((1..20).contains(&warnings), "{warnings} warnings in {log:#?}");
}
