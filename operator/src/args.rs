//! The command line: flags, the variables behind them, and their defaults.

use std::net::SocketAddr;

use clap::{Parser, Subcommand, ValueEnum};

/// Converges `WebhookService` objects into receivers, monitors and container metrics.
#[derive(Parser, Debug)]
#[command(name = "webhook-operator", version, subcommand_negates_reqs = true)]
pub struct Args {
    /// Another task than running the operator.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The receiver's image where a `WebhookService` names none.
    #[arg(long, env = "WEBHOOK_OPERATOR_RECEIVER_IMAGE", required = true)]
    pub receiver_image: Option<String>,

    /// The image of the shared cAdvisor.
    #[arg(long, env = "WEBHOOK_OPERATOR_CADVISOR_IMAGE", required = true)]
    pub cadvisor_image: Option<String>,

    /// The namespace of the shared cAdvisor; it must exist, allow host directories, and hold nothing else.
    #[arg(long, env = "WEBHOOK_OPERATOR_CADVISOR_NAMESPACE", required = true)]
    pub cadvisor_namespace: Option<String>,

    /// Secrets in that namespace with which the nodes pull cAdvisor's image, with commas between them. Default: none.
    #[arg(long, env = "WEBHOOK_OPERATOR_CADVISOR_PULL_SECRETS", value_delimiter = ',', value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub cadvisor_pull_secrets: Vec<String>,

    /// The namespaces to work in, with commas between them. Default: all.
    #[arg(long, env = "WEBHOOK_OPERATOR_NAMESPACES", value_delimiter = ',', value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub namespaces: Vec<String>,

    /// Labels of the namespaces to work in, such as `team=a`; they are followed as they come and go. Default: all.
    #[arg(long, env = "WEBHOOK_OPERATOR_NAMESPACE_SELECTOR", conflicts_with = "namespaces")]
    pub namespace_selector: Option<String>,

    /// Care only for objects that the label `webhook-operator.dev/controller-id` gives this value. Default: for those without it.
    #[arg(long, env = "WEBHOOK_OPERATOR_CONTROLLER_ID")]
    pub controller_id: Option<String>,

    /// A Prometheus, or what answers as one, that is asked whether it scrapes the receivers, for example `http://prometheus-operated.monitoring:9090`.
    /// Default: nobody is asked, and the selectors of every Prometheus are believed.
    #[arg(long, env = "WEBHOOK_OPERATOR_PROMETHEUS_URL", value_parser = prometheus_url)]
    pub prometheus_url: Option<http::Uri>,

    /// Where health and metrics are served.
    #[arg(long, env = "WEBHOOK_OPERATOR_ADMIN_LISTEN", default_value = "0.0.0.0:8080")]
    pub admin_listen: SocketAddr,

    /// The operator's pod, named in its Events.
    #[arg(long, env = "WEBHOOK_OPERATOR_POD_NAME")]
    pub pod_name: Option<String>,

    /// The namespace of the lease that lets one of several operators write; without it no other one may run.
    #[arg(long, env = "WEBHOOK_OPERATOR_LEASE_NAMESPACE")]
    pub lease_namespace: Option<String>,

    /// The name of that lease.
    #[arg(long, env = "WEBHOOK_OPERATOR_LEASE_NAME", default_value = "webhook-operator")]
    pub lease_name: String,

    /// Seconds without an end of anything, while something is due, after which `/healthz` fails.
    #[arg(long, env = "WEBHOOK_OPERATOR_STALLED_AFTER", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    pub stalled_after: u64,

    /// The form of the log on standard error. What is logged follows `RUST_LOG`.
    #[arg(long, env = "WEBHOOK_OPERATOR_LOG_FORMAT", value_enum, default_value_t = LogFormat::Json)]
    pub log_format: LogFormat,
}

/// Another task than running the operator.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Prints the custom resource definition as YAML.
    Crds,
    /// Prints the Grafana dashboard of the operator and of all receivers together, as JSON.
    Dashboard,
    /// Prints the children that the operator would make of the `WebhookService` objects in a file, without asking a cluster.
    Render {
        /// The file; `-` for standard input.
        file: std::path::PathBuf,
        /// The namespace of objects that name none.
        #[arg(long, short, default_value = "default")]
        namespace: String,
        /// The receiver's image where an object names none.
        #[arg(long, env = "WEBHOOK_OPERATOR_RECEIVER_IMAGE", default_value = "webhook-app")]
        receiver_image: String,
    },
}

/// The form of the log.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For a person's eyes.
    Text,
}

fn prometheus_url(text: &str) -> Result<http::Uri, String> {
    let advice = "write one such as http://prometheus-operated.monitoring:9090";
    let url: http::Uri = text.parse().map_err(|error| format!("{error}: {advice}"))?;
    if url.scheme_str() == Some("http") && url.host().is_some() && url.query().is_none() {
        Ok(url)
    } else {
        Err(format!("no http URL without a query: {advice}"))
    }
}
