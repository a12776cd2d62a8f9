//! How the values of flags are read, and what is said of those that cannot be. Opens nothing.

use std::net::SocketAddr;
use std::time::Duration;

use hyper::http::{HeaderName, HeaderValue, Uri};

/// The largest `--max-payload-bytes`: a webhook is a message, not an upload.
const MOST_PAYLOAD_BYTES: u32 = 100 * 1024 * 1024;

/// The largest `--max-concurrent-requests`.
const MOST_CONCURRENT_REQUESTS: u32 = 1_000_000;

/// The largest `--delivery-attempts`.
const MOST_ATTEMPTS: u32 = 20;

pub(super) fn path(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._~/-".contains(c);
    if !text.starts_with('/') || !text.chars().all(is_plain) {
        return Err(
            "write a path that starts with '/' and holds only letters, digits and . _ ~ / -, for example /webhook"
                .to_owned(),
        );
    }
    if ["/metrics", "/healthz", "/readyz"].contains(&text) {
        return Err("/metrics, /healthz and /readyz are taken: write another path, for example /webhook".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "write an IP address and a port, for example 0.0.0.0:5000 or [::]:5000".to_owned())
}

pub(super) fn payload_bytes(text: &str) -> Result<u32, String> {
    number(text, MOST_PAYLOAD_BYTES, "bytes")
}

pub(super) fn concurrent_requests(text: &str) -> Result<u32, String> {
    number(text, MOST_CONCURRENT_REQUESTS, "requests")
}

pub(super) fn attempts(text: &str) -> Result<u32, String> {
    number(text, MOST_ATTEMPTS, "attempts")
}

fn number(text: &str, most: u32, unit: &str) -> Result<u32, String> {
    let advice = || format!("write a whole number of {unit} from 1 to {most}");
    let number = text.parse().map_err(|_| advice())?;
    if (1..=most).contains(&number) {
        Ok(number)
    } else {
        Err(advice())
    }
}

/// A time of at least a second, for what is counted in seconds.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    match duration_or_zero(text)? {
        time if time < Duration::from_secs(1) => Err("write at least 1s".to_owned()),
        time => Ok(time),
    }
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    duration_or_zero(text).and_then(|time| {
        if time.is_zero() {
            Err("write a time longer than nothing, for example 10s".to_owned())
        } else {
            Ok(time)
        }
    })
}

pub(super) fn duration_or_zero(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text)
        .map_err(|_| "write a number and its unit, for example 500ms, 10s or 1m".to_owned())?;
    if time > Duration::from_hours(1) {
        return Err("write at most 1h".to_owned());
    }
    Ok(time)
}

pub(super) fn header(text: &str) -> Result<HeaderName, String> {
    text.parse()
        .map_err(|_| "write a header's name, for example X-Signature".to_owned())
}

pub(super) fn header_value(text: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(text)
        .ok()
        .filter(|value| !value.is_empty() && value.to_str().is_ok())
        .ok_or_else(|| "write it in visible ASCII letters".to_owned())
}

pub(super) fn target(text: &str) -> Result<Uri, String> {
    let advice = "write the target's URL, for example http://orders.shop.svc/events";
    let uri: Uri = text.parse().map_err(|_| advice.to_owned())?;
    let authority = uri.authority().ok_or(advice)?;
    if !["http", "https"].contains(&uri.scheme_str().unwrap_or_default()) || authority.host().is_empty() {
        return Err(advice.to_owned());
    }
    if authority.as_str().contains('@') {
        return Err("a user or password in the URL would end up in logs: leave it out".to_owned());
    }
    Ok(uri)
}

/// A moment, in seconds since 1970.
pub(super) fn moment(text: &str) -> Result<u64, String> {
    let advice = "write a moment as 2026-01-31T12:00:00Z, or in seconds since 1970";
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    let time = humantime::parse_rfc3339_weak(text).map_err(|_| advice.to_owned())?;
    let since = time
        .duration_since(std::time::UNIX_EPOCH)
        .map_err(|_| advice.to_owned())?;
    Ok(since.as_secs())
}
