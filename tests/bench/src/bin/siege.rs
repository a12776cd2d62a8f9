//! Besieges a receiver and prints how many connections there were and how long the longest was kept, as one line of JSON.

use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bench::siege::{Force, besiege};
use clap::Parser;
use serde_json::json;

/// Opens connections that never end a request.
#[derive(Parser)]
struct Args {
    /// Where to.
    #[arg(long)]
    address: SocketAddr,
    #[command(flatten)]
    force: Force,
    /// For how many seconds.
    #[arg(long)]
    seconds: u64,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let (began, time) = (Instant::now(), Duration::from_secs(args.seconds));
    let seen = besiege(args.address, args.force, || began.elapsed() < time);
    let line = json!({"opened": seen.opened, "ended": seen.ended, "longest_seconds": seen.longest.as_secs_f64()});
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
