//! The command line: flags, the `WEBHOOK_*` variables behind them, defaults and bounds; and what to say of a mistake
//! in them. Reads nothing else, opens nothing.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::time::Duration;

use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory, Parser, ValueEnum};

/// The largest `--max-payload-bytes`: a webhook is a message, not an upload.
const MOST_PAYLOAD_BYTES: u32 = 100 * 1024 * 1024;

/// The largest `--max-concurrent-requests`.
const MOST_CONCURRENT_REQUESTS: u32 = 1_000_000;

/// Receives webhooks, counts and times them.
#[derive(Parser, Clone, Debug)]
#[command(name = "webhook-app", version)]
pub struct Config {
    /// Where webhooks, metrics and health are served.
    #[arg(long, env = "WEBHOOK_LISTEN", default_value = "0.0.0.0:5000", value_name = "ADDRESS", value_parser = address)]
    pub listen: SocketAddr,

    /// Serves metrics and health here instead.
    #[arg(long, env = "WEBHOOK_METRICS_LISTEN", value_name = "ADDRESS", value_parser = address)]
    pub metrics_listen: Option<SocketAddr>,

    /// The path that takes webhooks, matched exactly.
    #[arg(long, env = "WEBHOOK_PATH", default_value = "/webhook", value_parser = path)]
    pub path: String,

    /// The largest body in bytes; a larger one is answered 413.
    #[arg(long, env = "WEBHOOK_MAX_PAYLOAD_BYTES", default_value_t = 1_048_576, value_name = "BYTES", value_parser = payload_bytes)]
    pub max_payload_bytes: u32,

    /// How many webhooks are taken at once; one more is answered 503.
    #[arg(long, env = "WEBHOOK_MAX_CONCURRENT_REQUESTS", default_value_t = 512, value_name = "NUMBER", value_parser = concurrent_requests)]
    pub max_concurrent_requests: u32,

    /// How long one request may take in all, from its first header byte for the headers and again for the rest.
    #[arg(long, env = "WEBHOOK_REQUEST_TIMEOUT", default_value = "10s", value_name = "TIME", value_parser = duration)]
    pub request_timeout: Duration,

    /// How long new connections are still taken after SIGTERM, while load balancers hear of it.
    #[arg(long, env = "WEBHOOK_DRAIN_DELAY", default_value = "5s", value_name = "TIME", value_parser = duration_or_zero)]
    pub drain_delay: Duration,

    /// The form of the log on standard error.
    #[arg(long, env = "WEBHOOK_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value_t = LogFormat::Json)]
    pub log_format: LogFormat,
}

impl Config {
    /// Reads the command line and the environment.
    ///
    /// # Errors
    /// When a value is wrong, and for `--help` and `--version`; [`mistake`] says what of it in one line.
    pub fn read(arguments: &[OsString]) -> Result<Self, clap::Error> {
        Self::try_parse_from(arguments)
    }
}

/// One line about what is wrong, where, and what to write instead; `None` when `error` only carries help or the version.
#[must_use]
pub fn mistake(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return None;
    }
    let context = |kind| error.get(kind).map(ToString::to_string);
    let argument = context(ContextKind::InvalidArg).unwrap_or_default();
    let value = context(ContextKind::InvalidValue).unwrap_or_default();
    let place = place(argument.split(' ').next().unwrap_or_default(), arguments);
    let line = match error.kind() {
        ErrorKind::ValueValidation => {
            let advice = std::error::Error::source(error).map(ToString::to_string);
            format!("{place}: {value:?} cannot be used: {}", advice.unwrap_or_default())
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("{place}: a value is missing: write one after it"),
        ErrorKind::InvalidValue => {
            let known = context(ContextKind::ValidValue).unwrap_or_default();
            format!("{place}: {value:?} cannot be used: write one of {known}")
        }
        ErrorKind::UnknownArgument => format!("{place}: there is no such flag: write one that --help lists"),
        _ => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            format!("{}: see --help", first.trim_start_matches("error: "))
        }
    };
    Some(line)
}

/// The flag as it was written, or the variable behind it when the command line does not name it.
fn place(flag: &str, arguments: &[OsString]) -> String {
    let is_written = |argument: &OsString| argument.to_string_lossy().split('=').next() == Some(flag);
    if arguments.iter().any(is_written) {
        return flag.to_owned();
    }
    let command = Config::command();
    let of_flag = command
        .get_arguments()
        .find(|known| known.get_long() == flag.strip_prefix("--"));
    let variable = of_flag.and_then(|known| known.get_env());
    variable.map_or_else(|| flag.to_owned(), |name| name.to_string_lossy().into_owned())
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

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "write an IP address and a port, for example 0.0.0.0:5000 or [::]:5000".to_owned())
}

fn payload_bytes(text: &str) -> Result<u32, String> {
    number(text, MOST_PAYLOAD_BYTES, "bytes")
}

fn concurrent_requests(text: &str) -> Result<u32, String> {
    number(text, MOST_CONCURRENT_REQUESTS, "requests")
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
        let arguments: Vec<OsString> = ["webhook-app"].iter().chain(arguments).map(Into::into).collect();
        Config::read(&arguments).map_err(|error| mistake(&error, &arguments).unwrap_or_default())
    }

    #[test]
    fn the_defaults() {
        let config = parsed(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "0.0.0.0:5000");
        assert_eq!(config.metrics_listen, None);
        assert_eq!(config.path, "/webhook");
        assert_eq!(config.max_payload_bytes, 1_048_576);
        assert_eq!(config.max_concurrent_requests, 512);
        assert_eq!(config.request_timeout, Duration::from_secs(10));
        assert_eq!(config.drain_delay, Duration::from_secs(5));
        assert_eq!(config.log_format, LogFormat::Json);
    }

    #[test]
    fn a_mistake_is_one_line_with_what_where_and_what_to_write() {
        let path =
            "write a path that starts with '/' and holds only letters, digits and . _ ~ / -, for example /webhook";
        let address = "write an IP address and a port, for example 0.0.0.0:5000 or [::]:5000";
        let bytes = "write a whole number of bytes from 1 to 104857600";
        let unit = "write a number and its unit, for example 500ms, 10s or 1m";
        for (arguments, line) in [
            (&["--path", "hook"][..], format!("--path: \"hook\" cannot be used: {path}")),
            (&["--path=/a b"], format!("--path: \"/a b\" cannot be used: {path}")),
            (
                &["--path", "/metrics"],
                "--path: \"/metrics\" cannot be used: /metrics, /healthz and /readyz are taken: write another path, for example /webhook".to_owned(),
            ),
            (&["--listen", "5000"], format!("--listen: \"5000\" cannot be used: {address}")),
            (&["--max-payload-bytes", "0"], format!("--max-payload-bytes: \"0\" cannot be used: {bytes}")),
            (&["--max-payload-bytes", "1MB"], format!("--max-payload-bytes: \"1MB\" cannot be used: {bytes}")),
            (
                &["--max-concurrent-requests", "0"],
                "--max-concurrent-requests: \"0\" cannot be used: write a whole number of requests from 1 to 1000000".to_owned(),
            ),
            (&["--request-timeout", "10"], format!("--request-timeout: \"10\" cannot be used: {unit}")),
            (
                &["--request-timeout", "0s"],
                "--request-timeout: \"0s\" cannot be used: write a time longer than nothing, for example 10s".to_owned(),
            ),
            (&["--drain-delay", "2h"], "--drain-delay: \"2h\" cannot be used: write at most 1h".to_owned()),
            (&["--log-format", "xml"], "--log-format: \"xml\" cannot be used: write one of json, text".to_owned()),
            (&["--path"], "--path: a value is missing: write one after it".to_owned()),
            (&["--paht", "/a"], "--paht: there is no such flag: write one that --help lists".to_owned()),
            (&["stray"], "stray: there is no such flag: write one that --help lists".to_owned()),
        ] {
            assert_eq!(parsed(arguments).unwrap_err(), line, "{arguments:?}");
        }
        let twice = parsed(&["--path", "/a", "--path", "/b"]).unwrap_err();
        assert!(!twice.contains('\n') && twice.contains("--path"), "{twice}");
    }

    #[test]
    fn help_and_version_are_no_mistakes() {
        for flag in ["--help", "--version"] {
            assert_eq!(parsed(&[flag]).unwrap_err(), "", "{flag}");
        }
    }
}
