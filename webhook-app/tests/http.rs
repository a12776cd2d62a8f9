//! The contract, over a real socket: whole answers, and what each leaves in the metrics.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Parser;
use tokio::net::TcpListener;
use webhook_app::config::Config;
use webhook_app::metrics::Metrics;
use webhook_app::routes::{Receiver, public};
use webhook_app::server::{MAX_CONNECTIONS, Port};

/// A receiver on a free port, which lives as long as the test's runtime.
async fn receiver(arguments: &[&str], is_draining: Arc<AtomicBool>) -> SocketAddr {
    let config = Config::parse_from([&["webhook-app"], arguments].concat());
    let receiver = Receiver::new(&config, Metrics::new().unwrap(), Arc::clone(&is_draining));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let port = Port {
        listener,
        router: public(receiver, &config.path, true),
        max_connections: MAX_CONNECTIONS,
        request_time: config.request_timeout,
    };
    tokio::spawn(port.serve(is_draining, std::future::pending()));
    address
}

/// Sends raw bytes and reads until the server closes; `Connection: close` in the request makes it.
async fn exchange(address: SocketAddr, request: Vec<u8>) -> (u16, Vec<String>, String) {
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(&request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .map_or(0, |code| code.parse().unwrap());
        let telling = |line: &&str| {
            !line.starts_with("date:") && !line.starts_with("content-length:") && *line != "connection: close"
        };
        let headers = lines.filter(telling).map(str::to_owned).collect();
        (status, headers, body.to_owned())
    })
    .await
    .unwrap()
}

fn post(path: &str, content_type: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").into_bytes()
}

/// Success, error and byte counters.
async fn counts(address: SocketAddr) -> [u64; 3] {
    let (_, _, text) = exchange(address, get("/metrics")).await;
    [
        r#"webhook_requests_total{status="success"} "#,
        r#"webhook_requests_total{status="error"} "#,
        "webhook_payload_size_bytes_total ",
    ]
    .map(|name| {
        text.lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap()
            .parse()
            .unwrap()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_and_what_it_counts() {
    let address = receiver(&["--max-payload-bytes", "64"], Arc::default()).await;
    let big = format!("\"{}\"", "x".repeat(80));
    let chunked = format!(
        "POST /webhook HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n52\r\n{big}\r\n0\r\n\r\n"
    );
    let json = "application/json";
    let too_large = r#"{"error":"the body is larger than 64 bytes"}"#;
    let table = [
        (
            "good",
            post("/webhook", json, r#"{"a": 1}"#),
            200,
            vec![],
            r#"{"status":"success"}"#,
            [1, 0, 8],
        ),
        (
            "bad JSON",
            post("/webhook", json, "{"),
            400,
            vec![],
            r#"{"error":"the body is not valid JSON: EOF while parsing an object at line 1 column 1"}"#,
            [0, 1, 0],
        ),
        (
            "wrong type",
            post("/webhook", "text/plain", "{}"),
            415,
            vec![],
            r#"{"error":"the content type must be application/json, or application/ and a name that ends in +json"}"#,
            [0, 1, 0],
        ),
        (
            "too large",
            post("/webhook", json, &big),
            413,
            vec![],
            too_large,
            [0, 1, 0],
        ),
        (
            "too large, chunked",
            chunked.into_bytes(),
            413,
            vec![],
            too_large,
            [0, 1, 0],
        ),
        (
            "wrong method",
            get("/webhook"),
            405,
            vec!["allow: POST"],
            r#"{"error":"only POST is allowed here"}"#,
            [0, 1, 0],
        ),
        (
            "unknown path",
            post("/webhooks", json, "{}"),
            404,
            vec![],
            r#"{"error":"there is nothing at this path"}"#,
            [0, 0, 0],
        ),
    ];
    for (name, request, status, extra, body, delta) in table {
        let before = counts(address).await;
        let (found, mut headers, text) = exchange(address, request).await;
        let after = counts(address).await;
        let mut expected: Vec<String> = extra.into_iter().map(str::to_owned).collect();
        expected.push("content-type: application/json".to_owned());
        expected.sort();
        headers.sort();
        assert_eq!((found, headers, text.as_str()), (status, expected, body), "{name}");
        assert_eq!([0, 1, 2].map(|i| after[i] - before[i]), delta, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_readiness() {
    let is_draining = Arc::new(AtomicBool::new(false));
    let address = receiver(&[], Arc::clone(&is_draining)).await;
    assert_eq!(exchange(address, get("/healthz")).await.0, 200);
    assert_eq!(exchange(address, get("/readyz")).await.0, 200);
    is_draining.store(true, Ordering::Relaxed);
    assert_eq!(exchange(address, get("/healthz")).await.0, 200);
    assert_eq!(exchange(address, get("/readyz")).await.0, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_body_is_answered_408_and_slow_headers_end_the_connection() {
    let address = receiver(&["--request-timeout", "300ms"], Arc::default()).await;
    let head = "POST /webhook HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{";
    let (status, _, body) = exchange(address, head.as_bytes().to_vec()).await;
    assert_eq!(
        (status, body.as_str()),
        (408, r#"{"error":"the request did not arrive in time"}"#)
    );
    let (status, _, _) = exchange(address, b"POST /webhook HTTP/1.1\r\nhost".to_vec()).await;
    assert!(status == 0 || status == 408, "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_webhook_too_many_is_shed_before_its_body_is_read() {
    let address = receiver(&["--max-concurrent-requests", "1"], Arc::default()).await;
    let mut first = TcpStream::connect(address).unwrap();
    first.write_all(b"POST /webhook HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{").unwrap();
    // Headers only: an answer proves that the body was not waited for. Until the first is in work this one waits for its body.
    let probe = b"POST /webhook HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\n";
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    let (status, headers, _) = loop {
        let answer = exchange(address, probe.to_vec()).await;
        if answer.0 == 503 || std::time::Instant::now() > deadline {
            break answer;
        }
    };
    assert_eq!(status, 503);
    assert!(headers.contains(&"retry-after: 1".to_owned()), "{headers:?}");
    first.write_all(b"}").unwrap();
    let mut answer = String::new();
    first.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
