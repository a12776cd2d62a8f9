//! The real program: how it ends, and how it refuses to start.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "wire/program.rs"]
mod program;
mod wire;

use std::io::Write;
use std::net::TcpStream;
use std::process::{Command, Output};

use program::Program;
use wire::{answer, ask, connect, eventually, get, in_work, request};

const JSON: Option<&str> = Some("application/json");

#[test]
fn what_is_under_way_is_finished_and_webhooks_are_taken_while_draining() {
    let program = Program::start(&["--drain-delay", "3s"]);
    let mut under_way = in_work(program.address);
    let mut idle = connect(program.address);
    program.signal("TERM");
    eventually("readiness is off", || get(program.address, "/readyz").status == 503);
    let taken = ask(program.address, &request("POST", "/webhook", JSON, b"{}"));
    assert_eq!((taken.status, taken.header("connection")), (200, Some("close")));
    assert_eq!(get(program.address, "/healthz").status, 200);
    // The port closes first; only then does the last byte of the request come.
    eventually("the port closes", || TcpStream::connect(program.address).is_err());
    assert_eq!(answer(&mut idle, true), None);
    under_way.write_all(b"}").unwrap();
    let finished = answer(&mut under_way, true).unwrap();
    assert_eq!((finished.status, finished.header("connection")), (200, Some("close")));
    let (status, log) = program.end();
    assert_eq!(status.code(), Some(0));
    // Webhooks that were taken leave no line.
    let messages: Vec<_> = log
        .iter()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .collect();
    let messages: Vec<_> = messages.iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["draining", "stopped"]);
}

#[test]
fn what_is_stuck_is_answered_and_does_not_keep_it() {
    for signal in ["TERM", "INT"] {
        let program = Program::start(&["--drain-delay", "0s", "--request-timeout", "1s"]);
        let mut stuck = in_work(program.address);
        program.signal(signal);
        assert_eq!(answer(&mut stuck, true).unwrap().status, 408);
        assert_eq!(program.end().0.code(), Some(0), "{signal}");
    }
}

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_webhook-app"));
    let Output { status, stderr, .. } = command
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[test]
fn a_mistake_is_one_line_that_names_its_place_and_exit_code_2() {
    let line = |place: &str| {
        format!("error: {place}: \"10\" cannot be used: write a number and its unit, for example 500ms, 10s or 1m\n")
    };
    assert_eq!(
        run(&["--request-timeout", "10"], &[]),
        (Some(2), line("--request-timeout"))
    );
    let variable = ("WEBHOOK_REQUEST_TIMEOUT", "10");
    assert_eq!(run(&[], &[variable]), (Some(2), line("WEBHOOK_REQUEST_TIMEOUT")));
    assert_eq!(run(&["--help"], &[]), (Some(0), String::new()));
}

#[test]
fn a_taken_port_is_one_line_and_exit_code_1() {
    let program = Program::start(&[]);
    let address = program.address.to_string();
    let (code, line) = run(&["--listen", &address], &[]);
    assert_eq!(code, Some(1));
    assert!(
        line.starts_with(&format!("error: --listen {address} cannot be listened on")),
        "{line}"
    );
    assert_eq!(line.lines().count(), 1, "{line}");
}
