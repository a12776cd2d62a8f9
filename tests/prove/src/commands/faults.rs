//! `prove faults`: its arguments, and its last lines. What it does is in the library.

use anyhow::Result;
use clap::Args;
use prove::faults::{Settings, prove};

use prove::figures::say;

/// What of the fault matrices is run.
#[derive(Args)]
pub(crate) struct Faults {
    /// A sample in which every fault kind and every workload occurs.
    #[arg(long)]
    bounded: bool,
    /// The sample's seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only plans whose line holds this, for example crash/create/ or a whole line of a report.
    #[arg(long, value_name = "PLAN")]
    only: Option<String>,
    /// How many runs at once.
    #[arg(long, default_value_t = 8)]
    lanes: usize,
}

impl Faults {
    /// True when every plan passed.
    pub(crate) async fn run(self) -> Result<bool> {
        let settings = Settings {
            seed: self.bounded.then_some(self.seed),
            only: self.only,
            lanes: self.lanes,
        };
        if let Some(seed) = settings.seed {
            say(&format!("seed {seed}"));
        }
        let reports = prove(&settings, &say).await?;
        for report in &reports {
            say(&format!(
                "{}: {} of {} passed, {} not met, in {} s",
                report.matrix,
                report.all.passed,
                report.all.plans,
                report.unmet.len(),
                report.seconds
            ));
            for failed in &report.failed {
                say(&format!("  {}: {}", failed.alone, failed.wrong.join(" | ")));
            }
        }
        Ok(reports.iter().all(prove::faults::report::Report::is_well))
    }
}
