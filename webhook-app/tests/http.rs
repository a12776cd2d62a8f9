//! The contract, over a real socket: whole answers, and what each leaves in the metrics.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "http/cases.rs"]
mod cases;
mod wire;

use std::ffi::OsString;
use std::io::{Read, Write};
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

/// Numbers that look like chance and are the same in each run: Knuth's generator.
struct Chance(u64);

impl Chance {
    fn number(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn word(&mut self) -> String {
        let length = 1 + self.number(12);
        (0..length)
            .map(|_| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[usize::try_from(self.number(26)).unwrap()]))
            .collect()
    }

    /// A request that keeps to HTTP and to nothing else.
    fn request(&mut self, more: &str) -> Vec<u8> {
        let path = [
            "/webhook".to_owned(),
            format!("/{}/{}", self.word(), self.word()),
            "/metrics".to_owned(),
        ];
        let path = &path[usize::try_from(self.number(3)).unwrap()];
        // Not HEAD, which is answered without the body that its length announces.
        let method = [String::from("POST"), format!("X{}", self.word())];
        let method = &method[usize::try_from(self.number(2)).unwrap()];
        let query = self.word();
        let known = [
            "user-agent",
            "x-github-event",
            "x-hub-signature-256",
            "webhook-id",
            "x-forwarded-for",
            "origin",
        ];
        let known = known[usize::try_from(self.number(6)).unwrap()];
        let (value, own, kind) = (self.word(), self.word(), self.word());
        let head = format!(
            "{method} {path}?{query} HTTP/1.1\r\nhost: {own}\r\n{known}: {value}\r\nx-{own}: {query}\r\n{more}"
        );
        // A body that is not read ends its connection: only who is sure to be read sends one.
        if path == "/webhook" && method == "POST" && self.number(2) == 0 {
            return format!("{head}content-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}").into_bytes();
        }
        format!("{head}content-type: application/{kind}\r\n\r\n").into_bytes()
    }
}

#[test]
fn nothing_of_a_hundred_thousand_requests_becomes_a_series() {
    let served = serve(&[]);
    let series = || {
        wire::series(&get(served.address, "/metrics").body)
            .into_keys()
            .collect::<Vec<_>>()
    };
    let before = series();
    let mut chance = Chance(17);
    for _ in 0..200 {
        let mut batch: Vec<u8> = (0..499).flat_map(|_| chance.request("")).collect();
        batch.extend(chance.request("connection: close\r\n"));
        let mut stream = wire::connect(served.address);
        let mut sender = stream.try_clone().unwrap();
        let sending = std::thread::spawn(move || sender.write_all(&batch).unwrap());
        let mut answers = String::new();
        stream.read_to_string(&mut answers).unwrap();
        sending.join().unwrap();
        assert_eq!(answers.matches("HTTP/1.1 ").count(), 500);
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
