//! The `webhook-app` program: reads its flags, binds its ports, serves until told to stop.

use std::ffi::OsString;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, anyhow};
use futures::FutureExt;
use webhook_app::config::{self, Config, DeliveryArgs, HandshakeStyle, LogFormat, SendArgs, Tool, VerificationArgs};
use webhook_app::container::Container;
use webhook_app::delivery::forward::Forward;
use webhook_app::delivery::{Delivery, client};
use webhook_app::handshake::Handshake;
use webhook_app::metrics::Metrics;
use webhook_app::receive::{Receiver, Verification};
use webhook_app::routes::Routes;
use webhook_app::server::{self, MAX_CONNECTIONS, Port};
use webhook_app::shutdown::Signals;
use webhook_app::tools;
use webhook_app::verify::scheme::Scheme;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let config = match Config::read(&arguments) {
        Ok(config) => config,
        Err(error) => {
            return match config::mistake(&error, &arguments) {
                Some(line) => fail(&line, ExitCode::from(2)),
                None => error.exit(),
            };
        }
    };
    log_to_stderr(config.log_format);
    let outcome = match &config.tool {
        None => run(&config).map(|()| true),
        Some(Tool::Send(arguments)) => send(arguments),
        Some(Tool::Explain(arguments)) => tools::explain::run(arguments),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => fail(&format!("{error:#}"), ExitCode::FAILURE),
    }
}

fn fail(line: &str, code: ExitCode) -> ExitCode {
    // Without a standard error there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "error: {line}");
    code
}

#[tokio::main(flavor = "current_thread")]
async fn send(arguments: &SendArgs) -> anyhow::Result<bool> {
    tools::send::run(arguments).await
}

#[tokio::main]
async fn run(config: &Config) -> anyhow::Result<()> {
    server::use_all_descriptors();
    let signals = Signals::listen().context("signals cannot be received")?;
    let is_draining = Arc::new(AtomicBool::new(false));
    let metrics = metrics(config)?;
    let scheme = config.verification.scheme().map_err(|line| anyhow!(line))?;
    let verification = scheme
        .clone()
        .map(|scheme| verification(&config.verification, scheme, &metrics))
        .transpose()?;
    let delivery = delivery(&config.delivery, scheme)?;
    let receiver = Arc::new(Receiver::new(metrics, config.limits(), verification, delivery));
    let has_one_port = config.metrics_listen.is_none();
    let routes = Routes::public(
        Arc::clone(&receiver),
        config.path.clone(),
        has_one_port,
        Arc::clone(&is_draining),
    );
    let public = bind(config.listen, "--listen", routes, config)?;
    let observed = match config.metrics_listen {
        Some(address) => {
            let routes = Routes::observation(receiver, Arc::clone(&is_draining));
            Some(bind(address, "--metrics-listen", routes, config)?)
        }
        None => None,
    };
    if let Some(port) = &observed {
        tracing::info!(address = %port.listener.local_addr()?, "serving metrics and health");
    }
    tracing::info!(address = %public.listener.local_addr()?, path = config.path, "taking webhooks");

    let delay = config.drain_delay;
    let stop = async move { signals.drained(&is_draining, delay).await }
        .boxed()
        .shared();
    // Tasks of their own: on the runtime's threads, beside the connections that they accept.
    let ports = observed.into_iter().chain([public]);
    let serving: Vec<_> = ports.map(|port| tokio::spawn(port.serve(stop.clone()))).collect();
    for port in serving {
        port.await?;
    }
    tracing::info!("stopped");
    Ok(())
}

fn metrics(config: &Config) -> anyhow::Result<Metrics> {
    let mut metrics = Metrics::new()?;
    if config.container_metrics {
        match Container::find(Path::new("/")) {
            Ok(container) => metrics.tell_of(container)?,
            // Webhooks are taken all the same.
            Err(error) => tracing::warn!(error, "--container-metrics: this container has no series"),
        }
    }
    Ok(metrics)
}

fn verification(arguments: &VerificationArgs, scheme: Scheme, metrics: &Metrics) -> anyhow::Result<Verification> {
    let handshake = match (arguments.handshake, &arguments.handshake_token_file) {
        (HandshakeStyle::X, _) => Some(Handshake::X),
        (HandshakeStyle::Meta, Some(file)) => {
            let token = std::fs::read(file).with_context(|| format!("--handshake-token-file {}", file.display()))?;
            Some(Handshake::Meta(token.trim_ascii_end().to_vec()))
        }
        _ => None,
    };
    let directory = arguments.secrets_dir.clone().unwrap_or_default();
    Verification::open(scheme, arguments.tolerance, directory, handshake, metrics).context("--secrets-dir")
}

fn delivery(arguments: &DeliveryArgs, scheme: Option<Scheme>) -> anyhow::Result<Option<Delivery>> {
    let Some(uri) = arguments.delivery_http_url.clone() else {
        return Ok(None);
    };
    let forward = Forward {
        uri,
        format: arguments.delivery_format,
        source: arguments.delivery_source.clone(),
        scheme,
    };
    let client = client::new(arguments.delivery_ca_file.as_deref())?;
    Ok(Some(Delivery::new(
        client,
        forward,
        arguments.delivery_attempts,
        arguments.delivery_timeout,
    )))
}

fn bind(address: SocketAddr, flag: &str, routes: Routes, config: &Config) -> anyhow::Result<Port> {
    let listener = server::listen(address)
        .with_context(|| format!("{flag} {address} cannot be listened on; is the port taken? Write another address"))?;
    Ok(Port {
        listener,
        routes,
        max_connections: MAX_CONNECTIONS,
        request_time: config.request_timeout,
    })
}

fn log_to_stderr(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Json => lines.json().flatten_event(true).init(),
        LogFormat::Text => lines.init(),
    }
}
