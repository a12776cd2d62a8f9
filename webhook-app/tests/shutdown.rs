//! The real program, told to stop while requests are under way.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The program, and the address it says it listens on.
fn start(drain: &str) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_webhook-app"))
        .args(["--listen", "127.0.0.1:0", "--drain-delay", drain])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let address = line["address"].as_str().unwrap().to_owned();
    std::thread::spawn(move || lines.for_each(drop));
    (child, address)
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn what_is_under_way_is_finished_and_new_connections_are_taken_while_draining() {
    let (mut child, address) = start("2s");
    let mut under_way = TcpStream::connect(&address).unwrap();
    write!(
        under_way,
        "POST /webhook HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{"
    )
    .unwrap();
    assert!(
        Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let deadline = Instant::now() + Duration::from_secs(2);
    while !get(&address, "/readyz").starts_with("HTTP/1.1 503") {
        assert!(Instant::now() < deadline, "readiness stays on");
    }
    assert!(get(&address, "/healthz").starts_with("HTTP/1.1 200"));
    // The port closes first; only then does the last byte of the request come.
    let deadline = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(&address).is_ok() {
        assert!(Instant::now() < deadline, "the port stays open");
    }
    under_way.write_all(b"}").unwrap();
    let mut answer = String::new();
    under_way.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"),
        "{answer}"
    );
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_mistake_on_the_command_line_is_one_answer_and_exit_code_2() {
    let output = Command::new(env!("CARGO_BIN_EXE_webhook-app"))
        .args(["--path", "hook"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("starts with '/'"));
}
