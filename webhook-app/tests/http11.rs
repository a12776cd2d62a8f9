//! What RFC 9112 and 9110 ask of a server that can be seen from outside, as a table of raw bytes and what must come of them.
//! Bytes that two servers take for another number of requests are how requests are smuggled past a front end.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "wire/program.rs"]
mod program;
mod wire;

use std::io::Write;
use std::time::Duration;

use program::Program;
use wire::{answer, connect};

const ROWS: &str = include_str!("http11/rows.txt");

/// Follows each row: who still listens answers it 404, and ends.
const SENTINEL: &[u8] = b"GET /sentinel HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

const HEADS: [(&str, &str); 3] = [
    ("get", "GET /healthz HTTP/1.1\r\nhost: a\r\n"),
    (
        "post",
        "POST /webhook HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n",
    ),
    (
        "chunked",
        "POST /webhook HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
    ),
];

/// The bytes that a row's text stands for.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '<' => {
                let (inside, after) = rest.split_once('>').unwrap();
                rest = after;
                match inside.rsplit_once('*') {
                    Some((text, times)) => bytes.extend(self::bytes(text).repeat(times.parse().unwrap())),
                    None => bytes.extend(HEADS.iter().find(|(name, _)| *name == inside).unwrap().1.bytes()),
                }
            }
            '\\' => {
                let (byte, length) = match &rest[..1] {
                    "r" => (b'\r', 1),
                    "n" => (b'\n', 1),
                    "t" => (b'\t', 1),
                    "x" => (u8::from_str_radix(&rest[1..3], 16).unwrap(), 3),
                    other => panic!("\\{other} in {text}"),
                };
                bytes.push(byte);
                rest = &rest[length..];
            }
            letter => bytes.push(u8::try_from(letter).unwrap()),
        }
    }
    bytes
}

/// The statuses that come back.
fn outcome(program: &Program, bytes: &[u8]) -> String {
    let mut stream = connect(program.address);
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    // Who is refused early may find the connection closed while it still writes.
    let _ = stream.write_all(&[bytes, SENTINEL].concat());
    let mut seen = Vec::new();
    while let Some(one) = answer(&mut stream, true) {
        seen.push(one.status.to_string());
    }
    seen.join(" ")
}

#[test]
fn every_row_comes_to_what_it_may() {
    let program = Program::start(&["--request-timeout", "1s", "--max-payload-bytes", "1000"]);
    let rows: Vec<_> = ROWS
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    assert!(rows.len() >= 100, "{} rows", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        let mut cells = row.split(" | ");
        let (name, text, may_be) = (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap());
        let found = outcome(&program, &bytes(text));
        let expected = may_be
            .split(" or ")
            .map(|one| one.trim().replace("close", "").replace("open", "404").trim().to_owned());
        if !expected.clone().any(|one| one == found) {
            wrong.push(format!("{name}: {found:?}, not {may_be}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
