//! What objects cost: the parts in their order, and the targets that the project has set itself. Each measurement has
//! namespaces of its own, and the machine for itself.

pub mod burst;
pub mod contender;
pub mod edits;
pub mod field;
pub mod floor;
pub mod forwarder;
pub mod memory;
pub mod outage;
pub mod parts;
pub mod requests;
pub mod restart;
pub mod same;
pub mod seen;
pub mod verdicts;

use std::time::Duration;

use anyhow::{Context, Result};
use clap::ValueEnum;
use e2e::cluster;
use serde::{Deserialize, Serialize};

pub use burst::Burst;
pub use contender::Contender;
pub use requests::Requests;
pub use verdicts::number;

use crate::figures::{Figure, save, say};
use crate::installation::Installation;
use crate::machine::Machine;
use crate::stand_in;

/// How the command is called, and what its file is called.
pub const NAME: &str = "scale";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Many objects at once, beside the bare loop and the operator in Go.
    Burst,
    /// Memory, and what unrelated Secrets add to it.
    Memory,
    /// From an edit to the child that shows it.
    Edits,
    /// A restart among the objects.
    Restart,
    /// An API server that is away.
    Outage,
}

/// What is measured, and how much of it.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Only this; may be given several times. What is found is then printed, and the report does not get it.
    #[arg(long, value_enum)]
    pub only: Vec<Part>,
    /// How many objects.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(20..))]
    pub objects: u32,
    /// How often each burst is repeated, the contenders taking turns.
    #[arg(long, default_value_t = 1)]
    pub rounds: u32,
    /// Ten times as many objects too, which takes about an hour more.
    #[arg(long)]
    pub large: bool,
    /// How long the API server is away.
    #[arg(long, default_value = "5m")]
    pub outage: humantime::Duration,
}

impl Args {
    fn has(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn objects(&self) -> usize {
        usize::try_from(self.objects).unwrap_or(usize::MAX)
    }
}

/// All that was measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Scale {
    /// On what.
    pub machine: Machine,
    /// Every burst.
    pub bursts: Vec<Burst>,
    /// Every figure that has a target.
    pub figures: Vec<Figure>,
}

/// Measures, tells as it goes, and leaves what it found for the report. True when every target is met.
///
/// # Errors
/// When something cannot be measured; what was found until then is told, and not left.
pub async fn run(args: &Args) -> Result<bool> {
    let client = cluster::client().await?;
    let installation = Installation::make(None).await?;
    let mut scale = Scale {
        machine: Machine::here(&client).await?,
        bursts: Vec::new(),
        figures: Vec::new(),
    };
    tokio::select! {
        measured = parts::all(args, &client, &installation, &mut scale) => measured?,
        ended = stand_in::run(client.clone()) => ended.context("what stands in for kubelets has ended")?,
    }
    if args.only.is_empty() {
        save(NAME, &scale)?;
    }
    Ok(scale.figures.iter().all(Figure::is_met))
}

impl Scale {
    /// Takes a figure down, and tells it.
    fn found(&mut self, figure: Figure) {
        let word = if figure.is_met() { "met   " } else { "MISSED" };
        let Figure {
            what,
            found,
            bound,
            unit,
            remark,
        } = &figure;
        say(&format!(
            "{word} {what}: {found:.2} {unit}, at most {bound} {unit}. {remark}"
        ));
        self.figures.push(figure);
    }

    fn took(&mut self, burst: Burst) {
        let Burst {
            contender,
            objects,
            seconds,
            cpu_seconds,
            megabytes,
            requests,
            ..
        } = &burst;
        let or = |value: &Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2}"));
        say(&format!(
            "{contender}: {objects} objects in {seconds:.2} s, CPU {} s, {} MB, {requests:?}",
            or(cpu_seconds),
            or(megabytes)
        ));
        self.bursts.push(burst);
    }
}

/// Milliseconds of the value that so many thousandths of `times` are not above.
fn millis(times: &mut [Duration], thousandths: usize) -> f64 {
    bench::percentiles::permille(times, thousandths).as_secs_f64() * 1000.0
}
