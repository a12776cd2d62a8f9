//! `prove report`: its arguments. What it does is in the library.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

/// Where the page goes.
#[derive(Args)]
pub(crate) struct Report {
    /// A directory for reliability.md and reliability.svg.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"))]
    out: PathBuf,
}

impl Report {
    /// True when it is written, whatever is in it.
    pub(crate) fn run(self) -> Result<bool> {
        prove::report::write(&self.out)?;
        prove::figures::say(&format!("{} is written", self.out.join("reliability.md").display()));
        Ok(true)
    }
}
