//! The flags that say where webhooks are passed on to.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use hyper::http::{HeaderValue, Uri};

use super::values::{attempts, duration, header_value, target};
use crate::delivery::forward::Format;

/// Where webhooks are passed on to.
#[derive(Args, Clone, Debug)]
pub struct DeliveryArgs {
    /// Passes each accepted webhook on to this URL, and answers 2xx only after it has. Unset: webhooks are only counted.
    #[arg(long, env = "WEBHOOK_DELIVERY_HTTP_URL", value_name = "URL", value_parser = target)]
    pub delivery_http_url: Option<Uri>,

    /// How they are passed on: the same request, or a CloudEvent.
    #[arg(long, env = "WEBHOOK_DELIVERY_FORMAT", value_name = "FORMAT", value_enum, default_value_t = Format::Raw)]
    pub delivery_format: Format,

    /// How long one attempt may take.
    #[arg(long, env = "WEBHOOK_DELIVERY_TIMEOUT", default_value = "8s", value_name = "TIME", value_parser = duration)]
    pub delivery_timeout: Duration,

    /// How many attempts are made, within the request's own time.
    #[arg(long, env = "WEBHOOK_DELIVERY_ATTEMPTS", default_value_t = 3, value_name = "NUMBER", value_parser = attempts)]
    pub delivery_attempts: u32,

    /// A PEM file with certificate authorities that are trusted beside the public ones.
    #[arg(long, env = "WEBHOOK_DELIVERY_CA_FILE", value_name = "FILE")]
    pub delivery_ca_file: Option<PathBuf>,

    /// The `ce-source` of CloudEvents.
    #[arg(long, env = "WEBHOOK_DELIVERY_SOURCE", default_value = "/webhook-app", value_name = "URI", value_parser = header_value)]
    pub delivery_source: HeaderValue,
}
