//! Passing on: what the target gets, and that a sender is told 2xx only when the target has taken it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "wire/program.rs"]
mod program;
mod wire;

use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;
use std::time::Duration;

use program::Program;
use wire::target::{Deed, Target};
use wire::{Answer, Counts, answer, ask, connect, eventually, get, request, series};

const JSON: Option<&str> = Some("application/json");

fn receiver(target: &Target, more: &[&str]) -> Program {
    let url = target.url();
    Program::start(&[&["--delivery-http-url", &url][..], more].concat())
}

fn send(program: &Program, body: &[u8]) -> Answer {
    ask(program.address, &request("POST", "/webhook", JSON, body))
}

fn count(program: &Program, name: &str) -> f64 {
    series(&get(program.address, "/metrics").body)[name]
}

#[test]
fn the_target_gets_the_same_bytes_with_the_headers_that_are_not_of_the_hop() {
    let target = Target::start();
    let program = receiver(&target, &[]);
    let body = b"{\"b\": 1,\n \"a\": \"\xc3\xa9\"}";
    let head = format!(
        "POST /webhook HTTP/1.1\r\nhost: hooks.example.org\r\ncontent-length: {}\r\ncontent-type: application/json; charset=utf-8\r\n\
         x-github-event: push\r\nx-github-delivery: d-1\r\nuser-agent: GitHub-Hookshot/1\r\nx-several: 1\r\nx-several: 2\r\n\
         authorization: Bearer hush\r\ncookie: hush\r\nx-forwarded-for: 10.0.0.1\r\nforwarded: for=10.0.0.1\r\nx-real-ip: 10.0.0.1\r\n\
         connection: keep-alive, x-hop\r\nx-hop: 1\r\nte: trailers\r\nexpect: 100-continue\r\naccept-encoding: gzip\r\n\r\n",
        body.len()
    );
    let mut stream = connect(program.address);
    std::io::Write::write_all(&mut stream, head.as_bytes()).unwrap();
    assert_eq!(answer(&mut stream, true).unwrap().status, 100);
    std::io::Write::write_all(&mut stream, body).unwrap();
    assert_eq!(answer(&mut stream, true).unwrap().body, r#"{"status":"success"}"#);
    let got = target.got();
    assert_eq!(
        (got.line.as_str(), got.body.as_slice()),
        ("POST /events?from=hooks HTTP/1.1", &body[..])
    );
    let mut headers = got.headers;
    headers.sort();
    let expected = [
        ("content-length", body.len().to_string()),
        ("content-type", "application/json; charset=utf-8".to_owned()),
        ("host", target.address.to_string()),
        ("user-agent", "GitHub-Hookshot/1".to_owned()),
        ("x-github-delivery", "d-1".to_owned()),
        ("x-github-event", "push".to_owned()),
        ("x-several", "1".to_owned()),
        ("x-several", "2".to_owned()),
    ];
    assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn a_cloudevent_in_binary_mode() {
    let target = Target::start();
    let program = receiver(
        &target,
        &["--delivery-format", "cloudevents", "--delivery-source", "/shop/orders"],
    );
    let body = br#"{"type": "order.paid"}"#;
    let mut bytes = request("POST", "/webhook", JSON, body);
    let at = bytes.windows(2).position(|pair| pair == b"\r\n").unwrap() + 2;
    bytes.splice(at..at, *b"webhook-id: msg \"1%\"\r\nce-id: forged\r\n");
    assert_eq!(ask(program.address, &bytes).status, 200);
    let got = target.got();
    assert_eq!(got.body, body);
    let time = got.header("ce-time").unwrap();
    assert!(time.starts_with("20") && time.ends_with('Z'), "{time}");
    for (name, value) in [
        ("ce-specversion", "1.0"),
        ("ce-id", "msg%20%221%25%22"),
        ("ce-source", "/shop/orders"),
        ("ce-type", "order.paid"),
        ("content-type", "application/json"),
        ("webhook-id", ""),
    ] {
        assert_eq!(got.header(name).unwrap_or_default(), value, "{name}");
    }
}

#[test]
fn no_answer_before_the_target_has_taken_it() {
    let target = Target::start();
    let program = receiver(&target, &[]);
    let (release, held) = channel();
    target.next(Deed::Hold(held));
    let mut stream = connect(program.address);
    std::io::Write::write_all(&mut stream, &request("POST", "/webhook", JSON, b"{}")).unwrap();
    target.got();
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let waiting = std::io::Read::read(&mut stream, &mut [0]).unwrap_err();
    assert_eq!(waiting.kind(), std::io::ErrorKind::WouldBlock);
    assert!((count(&program, "webhook_requests_in_flight") - 1.0).abs() < 0.1);
    release.send(()).unwrap();
    stream.set_read_timeout(Some(wire::DEADLINE)).unwrap();
    assert_eq!(answer(&mut stream, true).unwrap().status, 200);
}

#[test]
fn what_may_pass_is_tried_again() {
    let target = Target::start();
    let program = receiver(&target, &[]);
    for deed in [
        Deed::Answer("503 Busy\r\nretry-after: 0"),
        Deed::HangUp,
        Deed::Answer("500 Oops"),
        Deed::Answer("202 Accepted"),
    ] {
        target.next(deed);
    }
    // Three attempts: the third fails too.
    assert_eq!(send(&program, b"[1]").status, 502);
    assert_eq!(send(&program, b"[2]").status, 200);
    let bodies: Vec<_> = (0..4).map(|_| target.got().body).collect();
    assert_eq!(bodies, [b"[1]", b"[1]", b"[1]", b"[2]"]);
    assert!((count(&program, "webhook_delivery_retries_total") - 2.0).abs() < 0.1);
}

#[test]
fn each_way_not_to_be_delivered_is_told_and_counted() {
    let target = Target::start();
    let program = receiver(&target, &["--delivery-attempts", "1", "--delivery-timeout", "500ms"]);
    let (_never, held) = channel();
    for (deed, status, retry_after, outcome, text) in [
        (
            Deed::Answer("404 Not Found"),
            502,
            "10",
            "refused",
            "the target answered 404",
        ),
        (
            Deed::Answer("302 Found\r\nlocation: /elsewhere"),
            502,
            "10",
            "refused",
            "the target answered 302",
        ),
        (Deed::Answer("500 Oops"), 502, "10", "failed", "the target answered 500"),
        (
            Deed::Answer("429 Slow Down\r\nretry-after: 120"),
            503,
            "120",
            "busy",
            "the target is busy",
        ),
        (Deed::Answer("503 Busy"), 503, "10", "busy", "the target is busy"),
        (Deed::HangUp, 502, "10", "unreachable", "the target cannot be reached"),
        (
            Deed::Hold(held),
            504,
            "10",
            "timed_out",
            "the target did not answer in time",
        ),
    ] {
        let name = format!("webhook_deliveries_total{{outcome=\"{outcome}\"}}");
        let (counts, before) = (Counts::read(program.address), count(&program, &name));
        target.next(deed);
        let refused = send(&program, b"{}");
        assert_eq!(
            (refused.status, refused.header("retry-after")),
            (status, Some(retry_after)),
            "{text}"
        );
        assert_eq!(refused.body, serde_json::json!({"error": text}).to_string());
        assert_eq!(refused.header("connection"), None, "{text}");
        let counts = Counts::read(program.address).since(counts);
        assert_eq!((counts.success, counts.error, counts.bytes), (0, 1, 0), "{text}");
        assert!((count(&program, &name) - before - 1.0).abs() < 0.1, "{text}");
        target.got();
    }
}

#[test]
fn a_target_that_is_not_there_and_the_requests_own_time() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{nobody}/");
    let program = Program::start(&[
        "--delivery-http-url",
        &url,
        "--request-timeout",
        "1s",
        "--delivery-attempts",
        "20",
    ]);
    let began = std::time::Instant::now();
    let refused = send(&program, b"{}");
    assert_eq!(
        (refused.status, refused.body.as_str()),
        (502, r#"{"error":"the target cannot be reached"}"#)
    );
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "attempts go on after the request's time"
    );
    assert!(count(&program, "webhook_delivery_retries_total") > 1.5);
}

#[test]
fn one_connection_serves_many_webhooks() {
    let target = Target::start();
    let program = receiver(&target, &[]);
    for number in 0..50 {
        assert_eq!(send(&program, number.to_string().as_bytes()).status, 200);
    }
    assert_eq!(target.connections.load(Ordering::Relaxed), 1);
}

#[test]
fn one_webhook_too_many_is_shed_before_its_body_is_read() {
    let target = Target::start();
    let program = receiver(&target, &["--max-concurrent-requests", "1"]);
    let (release, held) = channel();
    target.next(Deed::Hold(held));
    let mut first = connect(program.address);
    std::io::Write::write_all(&mut first, &request("POST", "/webhook", JSON, b"{}")).unwrap();
    target.got();
    let before = Counts::read(program.address);
    let mut unfinished = request("POST", "/webhook", JSON, b"{}");
    unfinished.pop();
    let shed = ask(program.address, &unfinished);
    assert_eq!(shed.body, r#"{"error":"too many requests at once, try again"}"#);
    assert_eq!(
        (shed.status, shed.header("retry-after"), shed.header("connection")),
        (503, Some("1"), Some("close"))
    );
    let counts = Counts::read(program.address).since(before);
    assert_eq!((counts.error, counts.timed), (1, 1));
    assert_eq!(get(program.address, "/readyz").status, 200, "health answers under load");
    release.send(()).unwrap();
    assert_eq!(answer(&mut first, true).unwrap().status, 200);
    eventually("there is room again", || send(&program, b"{}").status == 200);
}

#[test]
fn what_is_being_delivered_at_the_end_is_finished() {
    let target = Target::start();
    let program = receiver(&target, &["--drain-delay", "0s"]);
    let (release, held) = channel();
    target.next(Deed::Hold(held));
    let mut stream = connect(program.address);
    std::io::Write::write_all(&mut stream, &request("POST", "/webhook", JSON, b"{}")).unwrap();
    target.got();
    program.signal("TERM");
    eventually("the port closes", || {
        std::net::TcpStream::connect(program.address).is_err()
    });
    release.send(()).unwrap();
    let finished = answer(&mut stream, true).unwrap();
    assert_eq!((finished.status, finished.header("connection")), (200, Some("close")));
    let (status, log) = program.end();
    assert_eq!(status.code(), Some(0), "{log:?}");
}
