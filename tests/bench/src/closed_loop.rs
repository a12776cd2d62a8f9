//! Webhooks as fast as they are answered, by `wrk`, on kept connections.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::process::LOAD_CORE;

/// How many connections at once.
pub const CONNECTIONS: u32 = 64;

/// The length of each body in bytes.
pub const BODY_BYTES: usize = 1024;

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub struct Throughput {
    /// How many were answered 2xx.
    pub requests: u32,
    /// In a second.
    pub per_second: f64,
}

/// The body that all are sent: JSON of [`BODY_BYTES`].
#[must_use]
pub fn body() -> String {
    let start = r#"{"id":"evt_1","type":"order.created","text":""#;
    format!("{start}{}\"}}", "x".repeat(BODY_BYTES - start.len() - 2))
}

/// GitHub's header for a body, by this secret.
#[must_use]
pub fn github_signature(secret: &[u8], body: &[u8]) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
    format!(
        "sha256={}",
        data_encoding::HEXLOWER.encode(ring::hmac::sign(&key, body).as_ref())
    )
}

/// The script by which `wrk` posts the body, signed by `secret` where there is one.
///
/// # Errors
/// When it cannot be written.
pub fn write_script(file: &Path, secret: Option<&str>) -> Result<()> {
    let body = body();
    let signature = secret.map(|secret| {
        let signature = github_signature(secret.as_bytes(), body.as_bytes());
        format!("wrk.headers[\"X-Hub-Signature-256\"] = \"{signature}\"\n")
    });
    let script = format!(
        "wrk.method = \"POST\"\nwrk.headers[\"Content-Type\"] = \"application/json\"\nwrk.body = [[{body}]]\n{}",
        signature.unwrap_or_default()
    );
    Ok(std::fs::write(file, script)?)
}

/// Sends for `time`, which is a whole number of seconds.
///
/// # Errors
/// When `wrk` cannot run, or anything but a 2xx came back.
pub fn run(address: SocketAddr, path: &str, script: &Path, time: Duration) -> Result<Throughput> {
    let url = format!("http://{address}{path}");
    let output = Command::new("taskset")
        .args([
            "-c",
            LOAD_CORE,
            "wrk",
            "-t1",
            &format!("-c{CONNECTIONS}"),
            &format!("-d{}s", time.as_secs()),
            "-s",
        ])
        .arg(script)
        .arg(&url)
        .output()
        .context("wrk")?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success(),
        "wrk {url}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    ensure!(!text.contains("Non-2xx"), "{url} did not take all: {text}");
    let word = |line: &str, place| {
        line.split_whitespace()
            .nth(place)
            .and_then(|word| word.parse::<f64>().ok())
    };
    let requests = text
        .lines()
        .find(|line| line.contains("requests in"))
        .and_then(|line| word(line, 0));
    let per_second = text
        .lines()
        .find(|line| line.starts_with("Requests/sec"))
        .and_then(|line| word(line, 1));
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number that fits"
    )]
    Ok(Throughput {
        requests: requests.context("wrk says no number of requests")? as u32,
        per_second: per_second.context("wrk says no rate")?,
    })
}
