//! The command lines of the tools beside the receiver.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use hyper::http::Uri;

use super::SchemeArgs;
use super::values::{moment, seconds, target};

/// What the program can do instead of receiving.
#[derive(Subcommand, Clone, Debug)]
pub enum Tool {
    /// Signs a webhook as its sender would, sends it, and says what came back.
    Send(SendArgs),
    /// Says why a captured request does or does not prove its sender.
    Explain(ExplainArgs),
}

/// What to send.
#[derive(Args, Clone, Debug)]
pub struct SendArgs {
    /// Where to, for example `http://127.0.0.1:5000/webhook`.
    #[arg(value_name = "URL", value_parser = target)]
    pub url: Uri,

    /// By whose rules to sign it.
    #[command(flatten)]
    pub by: SchemeArgs,

    /// The file with the secret.
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,

    /// The file with the body, sent byte for byte. Default: a small JSON object.
    #[arg(long, value_name = "FILE")]
    pub body_file: Option<PathBuf>,

    /// A PEM file with certificate authorities that are trusted beside the public ones.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// How long to try again while nobody is there or the answer is 503. Default: once.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub wait: Option<Duration>,

    /// The metrics page of the one receiver behind the URL: the webhook must be counted there too, within `--wait`.
    #[arg(long, value_name = "URL", value_parser = target)]
    pub counted_at: Option<Uri>,
}

/// What to explain.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// By whose rules it should be signed.
    #[command(flatten)]
    pub by: SchemeArgs,

    /// The file with the request's headers, one `Name: value` in a line.
    #[arg(long, value_name = "FILE")]
    pub headers_file: PathBuf,

    /// The file with its body, byte for byte.
    #[arg(long, value_name = "FILE")]
    pub body_file: PathBuf,

    /// A file with an accepted secret. May be there several times.
    #[arg(long, value_name = "FILE", required = true)]
    pub secret_file: Vec<PathBuf>,

    /// How far from its arrival the time of signing may be.
    #[arg(long, default_value = "300s", value_name = "TIME", value_parser = seconds)]
    pub tolerance: Duration,

    /// When it arrived, as 2026-01-31T12:00:00Z or in seconds since 1970. Default: now.
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    pub at: Option<u64>,
}
