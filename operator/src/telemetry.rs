//! Where log lines go and what they look like.

use tracing_subscriber::EnvFilter;

use crate::args::LogFormat;

/// Sends log lines to standard error from here on. `RUST_LOG` chooses among them; default: `info`.
pub fn init(format: LogFormat) {
    // kube logs each refused request at `error` before we have judged it; what matters of it we log ourselves.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let filter = match "kube_client::client::builder=off".parse() {
        Ok(quiet) => filter.add_directive(quiet),
        Err(_) => filter,
    };
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .init(),
        LogFormat::Text => lines.init(),
    }
}
