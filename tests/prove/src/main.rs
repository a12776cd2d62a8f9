//! The `prove` program: reads what is to be proved from its arguments. Proves nothing itself.

use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::{Parser, Subcommand};
use prove::{campaign, rest};
use tokio::signal::unix::{SignalKind, signal};

mod commands;

/// Proves that the operator always converges, on the cluster that `WEBHOOK_E2E_CLUSTER` names.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Crashes at each write, errors at each request, and watches that fail: does it end in the same state?
    Faults(commands::faults::Faults),
    /// Every property of the definition takes every kind of value, there and back.
    Campaign(campaign::Args),
    /// Once all has converged nothing changes, and the operator writes nothing.
    Rest(rest::Args),
    /// What objects cost, beside a loop without a controller and an operator in Go.
    Scale(commands::scale::Scale),
    /// Writes docs/reliability.md from what the others have left.
    Report(commands::report::Report),
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    // Whoever ends this early ends its operators with it: they go with the future that holds them. One that was left would go on
    // writing, through whatever proxy gets the port of its own.
    commands::end(tokio::select! {
        outcome = run(args.command) => outcome,
        stopped = stopped() => Err(stopped.map_or_else(Into::into, |()| anyhow!("stopped before the end"))),
    })
}

async fn run(command: Command) -> Result<bool> {
    match command {
        Command::Faults(faults) => faults.run().await,
        Command::Campaign(args) => campaign::run(&args).await.map(|()| true),
        Command::Rest(args) => rest::run(args).await.map(|()| true),
        Command::Scale(scale) => scale.run().await,
        Command::Report(report) => report.run(),
    }
}

/// Resolves once this program is told to stop.
async fn stopped() -> std::io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    Ok(())
}
