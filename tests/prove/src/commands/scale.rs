//! `prove scale`: its arguments. What it does is in the library.

use anyhow::Result;
use clap::Args;

/// What of the measurements is run.
#[derive(Args)]
pub(crate) struct Scale {
    #[command(flatten)]
    args: prove::scale::Args,
}

impl Scale {
    /// True when every target is met.
    pub(crate) async fn run(self) -> Result<bool> {
        prove::scale::run(&self.args).await
    }
}
