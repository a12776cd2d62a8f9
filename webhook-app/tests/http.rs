//! The contract, over a real socket: whole answers, and what each leaves in the metrics.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "http/cases.rs"]
mod cases;
mod wire;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cases::error;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use webhook_app::config::Config;
use webhook_app::metrics::Metrics;
use webhook_app::routes::{Receiver, observed, public};
use webhook_app::server::{MAX_CONNECTIONS, Port};
use wire::{Counts, ask, connect, get, request};

/// A receiver in this process, on free ports. It ends with its runtime.
struct Served {
    address: SocketAddr,
    is_draining: Arc<AtomicBool>,
    _runtime: Runtime,
}

fn serve(arguments: &[&str]) -> Served {
    serve_routes(arguments, MAX_CONNECTIONS, |receiver, config| {
        public(receiver, &config.path, true)
    })
}

fn serve_routes(
    arguments: &[&str],
    max_connections: usize,
    routes: impl FnOnce(Receiver, &Config) -> axum::Router,
) -> Served {
    let arguments: Vec<OsString> = ["webhook-app"].iter().chain(arguments).map(Into::into).collect();
    let config = Config::read(&arguments).unwrap();
    let is_draining = Arc::new(AtomicBool::new(false));
    let receiver = Receiver::new(&config, Metrics::new().unwrap(), Arc::clone(&is_draining));
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let port = Port {
        listener,
        router: routes(receiver, &config),
        max_connections,
        request_time: config.request_timeout,
    };
    runtime.spawn(port.serve(Arc::clone(&is_draining), std::future::pending()));
    Served {
        address,
        is_draining,
        _runtime: runtime,
    }
}

const JSON: Option<&str> = Some("application/json");

#[test]
fn every_answer_and_what_it_counts() {
    let served = serve(&["--max-payload-bytes", "64"]);
    for case in cases::accepted().into_iter().chain(cases::refused()) {
        let before = Counts::read(served.address);
        let answer = ask(served.address, &case.request);
        let counts = Counts::read(served.address).since(before);
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (case.status, case.body.as_str()),
            "{}",
            case.name
        );
        assert_eq!(answer.header("content-type"), Some("application/json"), "{}", case.name);
        let plain = ["date", "content-type", "content-length"];
        let mut headers: Vec<_> = answer
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        headers.retain(|(name, _)| !plain.contains(name));
        headers.sort_unstable();
        assert_eq!(headers, case.headers, "{}", case.name);
        assert_eq!(counts, case.counts, "{}", case.name);
    }
}

#[test]
fn metrics_health_and_readiness() {
    let served = serve(&[]);
    let answer = get(served.address, "/metrics");
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    let head = ask(served.address, &request("HEAD", "/metrics", None, b""));
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, answer.header("content-length"))
    );
    let of = |path| {
        let answer = get(served.address, path);
        (
            answer.status,
            answer.body,
            answer.headers.iter().any(|(name, _)| name == "connection"),
        )
    };
    assert_eq!(of("/healthz"), (200, "ok".to_owned(), false));
    assert_eq!(of("/readyz"), (200, "ok".to_owned(), false));
    served.is_draining.store(true, Ordering::Relaxed);
    assert_eq!(of("/healthz"), (200, "ok".to_owned(), true));
    assert_eq!(of("/readyz"), (503, "draining".to_owned(), true));
    assert_eq!(
        ask(served.address, &request("POST", "/webhook", JSON, b"{}")).status,
        200
    );
}

#[test]
fn each_port_of_two_serves_its_own() {
    let webhooks = serve_routes(&["--path", "/in/shop"], MAX_CONNECTIONS, |receiver, config| {
        public(receiver, &config.path, false)
    });
    assert_eq!(
        ask(webhooks.address, &request("POST", "/in/shop", JSON, b"{}")).status,
        200
    );
    for path in ["/metrics", "/healthz", "/readyz", "/webhook"] {
        assert_eq!(
            get(webhooks.address, path).body,
            error("there is nothing at this path"),
            "{path}"
        );
    }
    let watched = serve_routes(&[], MAX_CONNECTIONS, |receiver, _| observed(receiver));
    for path in ["/metrics", "/healthz", "/readyz"] {
        assert_eq!(get(watched.address, path).status, 200, "{path}");
    }
    assert_eq!(
        get(watched.address, "/webhook").body,
        error("there is nothing at this path")
    );
}

#[test]
fn nothing_of_a_request_becomes_a_series() {
    let served = serve(&[]);
    let series = || {
        wire::series(&get(served.address, "/metrics").body)
            .into_keys()
            .collect::<Vec<_>>()
    };
    let before = series();
    for number in 0..200 {
        let path = if number % 2 == 0 {
            "/webhook".to_owned()
        } else {
            format!("/p{number}")
        };
        let with_query = format!("{path}?q={number}");
        ask(
            served.address,
            &request(&format!("M{number}"), &with_query, Some(&format!("a/b{number}")), b"{}"),
        );
    }
    assert_eq!(series(), before);
}

#[test]
fn a_connection_serves_one_request_after_another() {
    use std::io::Write;
    let served = serve(&[]);
    let mut stream = connect(served.address);
    for (body, status) in [(&b"{}"[..], 200), (b"{", 400), (b"[1]", 200)] {
        stream.write_all(&request("POST", "/webhook", JSON, body)).unwrap();
        assert_eq!(wire::answer(&mut stream, true).unwrap().status, status);
    }
}

#[test]
fn a_full_port_takes_the_next_connection_when_one_ends() {
    use std::io::{ErrorKind, Read, Write};
    let served = serve_routes(&[], 2, |receiver, config| public(receiver, &config.path, true));
    let mut held = [connect(served.address), connect(served.address)];
    let ping = request("GET", "/healthz", None, b"");
    for stream in &mut held {
        stream.write_all(&ping).unwrap();
        assert_eq!(wire::answer(stream, true).unwrap().status, 200);
    }
    let mut next = connect(served.address);
    next.write_all(&ping).unwrap();
    next.set_read_timeout(Some(std::time::Duration::from_millis(200)))
        .unwrap();
    assert_eq!(next.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    drop(held);
    next.set_read_timeout(Some(wire::DEADLINE)).unwrap();
    assert_eq!(wire::answer(&mut next, true).unwrap().status, 200);
}
