//! The `prove` program: reads what is to be proved from its arguments. Proves nothing itself.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod commands;

/// Proves that the operator converges, on the cluster that `WEBHOOK_E2E_CLUSTER` names.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Crashes at each write, errors at each request, and watches that fail: does it end in the same state?
    Faults(commands::faults::Faults),
    /// What objects cost, beside a loop without a controller and an operator in Go.
    Scale(commands::scale::Scale),
    /// Writes docs/reliability.md from what the others have left.
    Report(commands::report::Report),
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Faults(faults) => faults.run().await,
        Command::Scale(scale) => scale.run().await,
        Command::Report(report) => report.run(),
    };
    commands::end(outcome)
}
