//! `webhook-app send` against receivers that are late, and whether its webhook is counted.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "wire/program.rs"]
mod program;
mod wire;

use std::process::Command;

use program::Program;

/// How it ended, and all that it said.
fn send(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_webhook-app"));
    let output = command.arg("send").args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn a_webhook_is_seen_counted_by_its_own_receiver_alone() {
    let (own, other) = (Program::start(&[]), Program::start(&[]));
    let url = format!("http://{}/webhook", own.address);
    let page = |program: &Program| format!("http://{}/metrics", program.address);
    let (code, text) = send(&[&url, "--wait", "20s", "--counted-at", &page(&own)]);
    assert!(code == Some(0) && text.contains("counted: 0 before, 1 now"), "{text}");
    let (code, text) = send(&[&url, "--wait", "1s", "--counted-at", &page(&other)]);
    assert!(code == Some(1) && text.contains("taken but not counted"), "{text}");
}

#[test]
fn nobody_is_there_at_first() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{free}/webhook");
    let waiting = std::thread::spawn(move || send(&[&url, "--wait", "30s"]));
    let mut there = Command::new(env!("CARGO_BIN_EXE_webhook-app"))
        .args(["--listen", &free.to_string(), "--log-format", "text"])
        .spawn()
        .unwrap();
    let (code, text) = waiting.join().unwrap();
    there.kill().unwrap();
    there.wait().unwrap();
    assert_eq!(code, Some(0), "{text}");
}
