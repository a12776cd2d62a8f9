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
use webhook_app::receive::Receiver;
use webhook_app::routes::Routes;
use webhook_app::server::{MAX_CONNECTIONS, Port};
use wire::{Counts, ask, connect, get, request};

/// A receiver in this process, on free ports. It ends with its runtime.
struct Served {
    address: SocketAddr,
    is_draining: Arc<AtomicBool>,
    _runtime: Runtime,
}

/// Which of a receiver's ports.
enum Which {
    Whole,
    Webhooks,
    Observation,
}

fn serve(arguments: &[&str]) -> Served {
    serve_port(arguments, MAX_CONNECTIONS, &Which::Whole)
}

fn serve_port(arguments: &[&str], max_connections: usize, which: &Which) -> Served {
    let arguments: Vec<OsString> = ["webhook-app"].iter().chain(arguments).map(Into::into).collect();
    let config = Config::read(&arguments).unwrap();
    let is_draining = Arc::new(AtomicBool::new(false));
    let receiver = Arc::new(Receiver::new(Metrics::new().unwrap(), config.limits(), None, None));
    let draining = Arc::clone(&is_draining);
    let routes = match which {
        Which::Whole => Routes::public(receiver, config.path, true, draining),
        Which::Webhooks => Routes::public(receiver, config.path, false, draining),
        Which::Observation => Routes::observation(receiver, draining),
    };
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let port = Port {
        listener,
        routes,
        max_connections,
        request_time: config.request_timeout,
    };
    runtime.spawn(port.serve(std::future::pending()));
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
    let webhooks = serve_port(&["--path", "/in/shop"], MAX_CONNECTIONS, &Which::Webhooks);
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
    let watched = serve_port(&[], MAX_CONNECTIONS, &Which::Observation);
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
fn who_keeps_a_full_port_waiting_gives_way_to_the_next() {
    use std::io::Write;
    let served = serve_port(&[], 2, &Which::Whole);
    let ping = request("GET", "/healthz", None, b"");
    let mut sender = connect(served.address);
    sender.write_all(&ping).unwrap();
    assert_eq!(wire::answer(&mut sender, true).unwrap().status, 200);
    let mut silent = connect(served.address);
    let mut next = connect(served.address);
    next.write_all(&ping).unwrap();
    assert_eq!(wire::answer(&mut next, true).unwrap().status, 200);
    assert_eq!(wire::answer(&mut silent, true), None, "it was never heard of");
    sender.write_all(&ping).unwrap();
    assert_eq!(
        wire::answer(&mut sender, true).unwrap().status,
        200,
        "it had been served"
    );
}
