//! Sends webhooks at a fixed rate and prints what came of them, as one line of JSON.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bench::closed_loop::github_signature;
use bench::open_loop::{Plan, run};
use bench::percentiles::permille;
use bytes::Bytes;
use clap::Parser;
use http_body_util::Full;
use hyper::Request;
use serde_json::json;

/// Sends webhooks at a fixed rate.
#[derive(Parser)]
struct Args {
    /// Where to.
    #[arg(long)]
    address: SocketAddr,
    /// The path.
    #[arg(long, default_value = "/webhook")]
    path: String,
    /// How many per second.
    #[arg(long)]
    rate: u32,
    /// For how many seconds.
    #[arg(long)]
    seconds: u64,
    /// Of a hundred webhooks so many come on a connection of their own.
    #[arg(long, default_value_t = 0)]
    fresh_percent: u32,
    /// The length of each body, about.
    #[arg(long, default_value_t = 1024)]
    bytes: usize,
    /// A file with the secret that GitHub's signature is made with. Read anew for each webhook: it may change.
    #[arg(long)]
    github_secret: Option<PathBuf>,
}

fn request(args: &Args, number: u64) -> Request<Full<Bytes>> {
    let fill = "x".repeat(args.bytes.saturating_sub(30));
    let body = format!("{{\"number\":{number},\"fill\":\"{fill}\"}}");
    let mut request = Request::post(args.path.as_str())
        .header("host", args.address.to_string())
        .header("content-type", "application/json");
    if let Some(secret) = args.github_secret.as_ref().and_then(|file| std::fs::read(file).ok()) {
        request = request.header("x-hub-signature-256", github_signature(&secret, body.as_bytes()));
    }
    request.body(Full::new(Bytes::from(body))).unwrap_or_default()
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Arc::new(Args::parse());
    let plan = Plan {
        address: args.address,
        rate: args.rate,
        fresh_percent: args.fresh_percent,
        request: {
            let args = Arc::clone(&args);
            Arc::new(move |number| request(&args, number))
        },
    };
    let count = u64::from(args.rate) * args.seconds;
    let mut report = run(plan, |number| number < count).await;
    let outcomes = report
        .outcomes
        .iter()
        .map(|(outcome, count)| (format!("{outcome:?}"), *count));
    let millis = |permille: Duration| permille.as_secs_f64() * 1000.0;
    let line = json!({
        "sent": report.sent(),
        "failed": report.failed(),
        "outcomes": outcomes.collect::<std::collections::BTreeMap<_, _>>(),
        "p50_ms": millis(permille(&mut report.latencies, 500)),
        "p99_ms": millis(permille(&mut report.latencies, 990)),
        "p999_ms": millis(permille(&mut report.latencies, 999)),
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
