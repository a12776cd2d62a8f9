//! The `webhook-app` program: reads its flags, binds its ports, serves until told to stop.

use std::ffi::OsString;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context;
use axum::Router;
use futures::FutureExt;
use tokio::net::TcpListener;
use webhook_app::config::{self, Config, LogFormat};
use webhook_app::metrics::Metrics;
use webhook_app::routes::{self, Receiver};
use webhook_app::server::{MAX_CONNECTIONS, Port};
use webhook_app::shutdown::Signals;

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
    match run(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{error:#}"), ExitCode::FAILURE),
    }
}

fn fail(line: &str, code: ExitCode) -> ExitCode {
    // Without a standard error there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "error: {line}");
    code
}

#[tokio::main]
async fn run(config: &Config) -> anyhow::Result<()> {
    let signals = Signals::listen().context("signals cannot be received")?;
    let is_draining = Arc::new(AtomicBool::new(false));
    let receiver = Receiver::new(config, Metrics::new()?, Arc::clone(&is_draining));
    let has_one_port = config.metrics_listen.is_none();
    let router = routes::public(receiver.clone(), &config.path, has_one_port);
    let public = bind(config.listen, "--listen", router, config).await?;
    let observed = match config.metrics_listen {
        Some(address) => Some(bind(address, "--metrics-listen", routes::observed(receiver), config).await?),
        None => None,
    };
    if let Some(port) = &observed {
        tracing::info!(address = %port.listener.local_addr()?, "serving metrics and health");
    }
    tracing::info!(address = %public.listener.local_addr()?, path = config.path, "taking webhooks");

    let stop = signals.drained(&is_draining, config.drain_delay).shared();
    let webhooks = public.serve(Arc::clone(&is_draining), stop.clone());
    match observed {
        Some(port) => tokio::join!(webhooks, port.serve(Arc::clone(&is_draining), stop)).0,
        None => webhooks.await,
    }
    tracing::info!("stopped");
    Ok(())
}

async fn bind(address: SocketAddr, flag: &str, router: Router, config: &Config) -> anyhow::Result<Port> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("{flag} {address} cannot be listened on; is the port taken? Write another address"))?;
    Ok(Port {
        listener,
        router,
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
