//! The `prove` program: reads what is to be proved from its arguments. Proves nothing itself.

use anyhow::Result;
use clap::{Parser, Subcommand};
use prove::{campaign, rest};

/// Proves that the operator always converges, on the cluster that `WEBHOOK_E2E_CLUSTER` names.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Every property of the definition takes every kind of value, there and back.
    Campaign(campaign::Args),
    /// Once all has converged nothing changes, and the operator writes nothing.
    Rest(rest::Args),
}

#[tokio::main]
async fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Campaign(args) => campaign::run(&args).await,
        Command::Rest(args) => rest::run(args).await,
    }
}
