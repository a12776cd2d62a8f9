//! What counting and timing one request costs, and the other parts that every request pays: time and allocations.
//! Run by `cargo bench -p webhook-app`, and by `make bench` for the report.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on ends")]

use std::path::Path;

use divan::{AllocProfiler, Bencher};
use webhook_app::container::Container;
use webhook_app::metrics::Metrics;
use webhook_app::webhook::{Kind, check_body, check_type};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// Everything that is counted and timed of one webhook that is taken.
#[divan::bench]
fn count_and_time_one_request(bencher: Bencher<'_, '_>) {
    let metrics = Metrics::new().unwrap();
    bencher.bench(|| metrics.begin().succeeded(1024));
}

/// The same from two threads at once.
#[divan::bench(threads = 2)]
fn count_and_time_from_two_threads(bencher: Bencher<'_, '_>) {
    let metrics = Metrics::new().unwrap();
    bencher.bench(|| metrics.begin().succeeded(1024));
}

/// One scrape, as text.
#[divan::bench]
fn write_the_metrics(bencher: Bencher<'_, '_>) {
    let metrics = Metrics::new().unwrap();
    bencher.bench(|| metrics.text());
}

/// The same with the figures of this process' own container, from its cgroup.
#[divan::bench]
fn write_the_metrics_and_the_containers(bencher: Bencher<'_, '_>) {
    let mut metrics = Metrics::new().unwrap();
    metrics.tell_of(Container::find(Path::new("/")).unwrap()).unwrap();
    bencher.bench(|| metrics.text());
}

/// The content type and the JSON of one kilobyte.
#[divan::bench]
fn check_a_kilobyte_of_json(bencher: Bencher<'_, '_>) {
    let body = format!("{{\"event\":\"order.paid\",\"data\":\"{}\"}}", "x".repeat(990));
    bencher.bench(|| {
        let kind = check_type(Some(b"application/json"), false).unwrap_or(Kind::Form);
        check_body(kind, body.as_bytes())
    });
}
