//! The command line: flags, the `WEBHOOK_*` variables behind them, defaults and bounds. Reads nothing else, opens nothing.

mod delivery;
mod mistake;
mod tools;
mod values;
mod verification;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::time::Duration;

use clap::{Parser, ValueEnum};

pub use delivery::DeliveryArgs;
pub use mistake::mistake;
pub use tools::{ExplainArgs, SendArgs, Tool};
pub use verification::{HandshakeStyle, SchemeArgs, SchemeName, VerificationArgs};

use crate::receive::Limits;
use values::{address, concurrent_requests, duration, duration_or_zero, path, payload_bytes};

/// Receives webhooks, counts and times them.
#[derive(Parser, Clone, Debug)]
#[command(name = "webhook-app", version, args_conflicts_with_subcommands = true)]
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

    /// How many webhooks are in work at once, from their last byte to their answer; one more is answered 503.
    #[arg(long, env = "WEBHOOK_MAX_CONCURRENT_REQUESTS", default_value_t = 512, value_name = "NUMBER", value_parser = concurrent_requests)]
    pub max_concurrent_requests: u32,

    /// How long one request may take in all, from its first byte to its answer.
    #[arg(long, env = "WEBHOOK_REQUEST_TIMEOUT", default_value = "10s", value_name = "TIME", value_parser = duration)]
    pub request_timeout: Duration,

    /// How long new connections are still taken after SIGTERM, while load balancers hear of it.
    #[arg(long, env = "WEBHOOK_DRAIN_DELAY", default_value = "5s", value_name = "TIME", value_parser = duration_or_zero)]
    pub drain_delay: Duration,

    /// How senders prove who they are.
    #[command(flatten)]
    pub verification: VerificationArgs,

    /// Where webhooks are passed on to.
    #[command(flatten)]
    pub delivery: DeliveryArgs,

    /// Serves what the program's own container uses among the metrics too, under cAdvisor's names.
    #[arg(long, env = "WEBHOOK_CONTAINER_METRICS")]
    pub container_metrics: bool,

    /// The form of the log on standard error.
    #[arg(long, env = "WEBHOOK_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value_t = LogFormat::Json)]
    pub log_format: LogFormat,

    /// What to do instead of receiving.
    #[command(subcommand)]
    pub tool: Option<Tool>,
}

impl Config {
    /// Reads the command line and the environment.
    ///
    /// # Errors
    /// When a value is wrong, and for `--help` and `--version`; [`mistake`] says what of it in one line.
    pub fn read(arguments: &[OsString]) -> Result<Self, clap::Error> {
        Self::try_parse_from(arguments)
    }

    /// What a request may cost.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            payload_bytes: self.max_payload_bytes,
            concurrent_requests: self.max_concurrent_requests,
            request_time: self.request_timeout,
        }
    }
}

/// The form of the log.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For a person's eyes.
    Text,
}
