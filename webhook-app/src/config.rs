//! The command line: flags, the `WEBHOOK_*` variables behind them, defaults and bounds. Reads nothing else.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// Receives webhooks, counts and times them.
#[derive(Parser, Clone, Debug)]
#[command(name = "webhook-app", version)]
pub struct Config {
    /// Where webhooks, metrics and health are served.
    #[arg(long, env = "WEBHOOK_LISTEN", default_value = "0.0.0.0:5000", value_name = "ADDRESS")]
    pub listen: SocketAddr,

    /// Serves metrics and health here instead.
    #[arg(long, env = "WEBHOOK_METRICS_LISTEN", value_name = "ADDRESS")]
    pub metrics_listen: Option<SocketAddr>,

    /// The path that takes webhooks, matched exactly.
    #[arg(long, env = "WEBHOOK_PATH", default_value = "/webhook", value_parser = path)]
    pub path: String,

    /// The largest body in bytes; a larger one is answered 413.
    #[arg(long, env = "WEBHOOK_MAX_PAYLOAD_BYTES", default_value_t = 1_048_576, value_parser = clap::value_parser!(u32).range(1..=104_857_600))]
    pub max_payload_bytes: u32,

    /// How many webhooks are taken at once; one more is answered 503.
    #[arg(long, env = "WEBHOOK_MAX_CONCURRENT_REQUESTS", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_concurrent_requests: u32,

    /// How long one request may take in all, from its first header byte for the headers and again for the rest.
    #[arg(long, env = "WEBHOOK_REQUEST_TIMEOUT", default_value = "10s", value_parser = duration)]
    pub request_timeout: Duration,

    /// How long new connections are still taken after SIGTERM, while load balancers hear of it.
    #[arg(long, env = "WEBHOOK_DRAIN_DELAY", default_value = "5s", value_parser = duration_or_zero)]
    pub drain_delay: Duration,

    /// The form of the log on standard error.
    #[arg(long, env = "WEBHOOK_LOG_FORMAT", value_enum, default_value_t = LogFormat::Json)]
    pub log_format: LogFormat,
}

/// The form of the log.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For a person's eyes.
    Text,
}

fn path(text: &str) -> Result<String, String> {
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

fn duration(text: &str) -> Result<Duration, String> {
    duration_or_zero(text).and_then(|time| {
        if time.is_zero() {
            Err("write a time longer than nothing, for example 10s".to_owned())
        } else {
            Ok(time)
        }
    })
}

fn duration_or_zero(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text)
        .map_err(|_| "write a number and its unit, for example 500ms, 10s or 1m".to_owned())?;
    if time > Duration::from_hours(1) {
        return Err("write at most 1h".to_owned());
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Config, String> {
        Config::try_parse_from([&["webhook-app"], arguments].concat()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_defaults() {
        let config = parsed(&[]).unwrap();
        assert_eq!(
            (config.listen.to_string().as_str(), config.path.as_str()),
            ("0.0.0.0:5000", "/webhook")
        );
        assert_eq!(
            (config.max_payload_bytes, config.max_concurrent_requests),
            (1_048_576, 512)
        );
        assert_eq!(
            (config.request_timeout.as_secs(), config.drain_delay.as_secs()),
            (10, 5)
        );
    }

    #[test]
    fn a_mistake_is_answered_with_what_to_write() {
        for (arguments, advice) in [
            (["--path", "webhook"], "starts with '/'"),
            (["--path", "/metrics"], "another path"),
            (["--request-timeout", "10"], "for example 500ms"),
            (["--request-timeout", "0s"], "longer than nothing"),
            (["--drain-delay", "2h"], "at most 1h"),
            (["--max-payload-bytes", "0"], "1..=104857600"),
            (["--listen", "5000"], "--listen"),
        ] {
            let error = parsed(&arguments).unwrap_err();
            assert!(error.contains(advice), "{arguments:?}: {error}");
        }
    }
}
