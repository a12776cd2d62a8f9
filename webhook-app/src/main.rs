//! The `webhook-app` program: reads its flags, binds its ports, serves until told to stop.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context;
use clap::Parser;
use futures::FutureExt;
use tokio::net::TcpListener;
use webhook_app::config::{Config, LogFormat};
use webhook_app::metrics::Metrics;
use webhook_app::routes::{self, Receiver};
use webhook_app::server::{Port, Times, serve};
use webhook_app::shutdown::Signals;

fn main() -> ExitCode {
    let config = Config::parse();
    log_to_stderr(config.log_format);
    match run(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(config: &Config) -> anyhow::Result<()> {
    let stop = Signals::listen()
        .context("signals cannot be received")?
        .received()
        .shared();
    let is_draining = Arc::new(AtomicBool::new(false));
    let receiver = Receiver::new(config, Metrics::new()?, Arc::clone(&is_draining));
    let times = Times {
        request: config.request_timeout,
        drain: config.drain_delay,
    };
    let router = routes::public(receiver.clone(), &config.path, config.metrics_listen.is_none());
    let public = Port {
        listener: bind(config.listen, "--listen").await?,
        router,
    };
    tracing::info!(address = %public.listener.local_addr()?, path = config.path, "taking webhooks");
    let webhooks = serve(public, times, Arc::clone(&is_draining), stop.clone());
    if let Some(address) = config.metrics_listen {
        let listener = bind(address, "--metrics-listen").await?;
        let observed = Port {
            listener,
            router: routes::observed(receiver),
        };
        tokio::try_join!(webhooks, serve(observed, times, is_draining, stop))?;
    } else {
        webhooks.await?;
    }
    tracing::info!("stopped");
    Ok(())
}

async fn bind(address: std::net::SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("{flag} {address} cannot be listened on; is the port taken? Write another address"))
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
