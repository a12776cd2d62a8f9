//! Writes docs/reliability.md from what the parts of the proof have left. Each part renders itself, in a file of its own here;
//! one that has not been run is told as such. Measures nothing.

mod campaign;
mod faults;
pub mod plot;
mod rest;
mod scale;

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

use crate::figures::load;
use crate::scale::Scale;

/// What a part of the proof has left, and how it reads on the page.
pub trait Section: DeserializeOwned {
    /// The name of its file, without `.json`.
    const NAME: &'static str;
    /// What it tells, as Markdown below the part's heading.
    fn markdown(&self) -> String;
}

/// One part of the page.
struct Part {
    title: &'static str,
    /// How to run one case of it alone.
    again: &'static str,
    /// What it tells; none when it has not been run.
    told: Result<Option<String>>,
}

fn told<S: Section>() -> Result<Option<String>> {
    Ok(load::<S>(S::NAME)?.map(|found| found.markdown()))
}

/// All parts, in the order of the page.
fn parts() -> Vec<Part> {
    let faults = "`prove faults --only PLAN`, with the plan as a line of progress or a failure names it";
    let matrix = |title, name| Part {
        title,
        again: faults,
        told: faults::told(name),
    };
    vec![
        matrix("Crashes: the operator is killed before and after each write", "crash"),
        matrix("Errors: each request is refused, lost, cut or never answered", "errors"),
        matrix("Watches: frozen, late, closed, expired, garbled, older", "watches"),
        Part {
            title: "Values: every field of the definition, there and back",
            again: "`prove campaign --only PATH`, with the path of a property",
            told: told::<crate::campaign::tally::Found>(),
        },
        Part {
            title: "Rest: what changes once all has converged",
            again: "`prove rest`",
            told: told::<crate::rest::Found>(),
        },
        Part {
            title: "What objects cost",
            again: "`tests/prove/run.sh scale -- --only edits` (or `burst`, `memory`, `restart`, `outage`); with `--objects 200` among fewer objects",
            told: told::<Scale>(),
        },
    ]
}

/// Writes `reliability.md` and its picture into `directory`.
///
/// # Errors
/// When a part has left what cannot be read, or the files cannot be written.
pub fn write(directory: &Path) -> Result<()> {
    let scale = load::<Scale>(Scale::NAME)?;
    if let Some(scale) = &scale {
        plot::draw(&directory.join("reliability.svg"), &scale.bursts)?;
    }
    let page = page(parts(), scale.as_ref())?;
    let file = directory.join("reliability.md");
    std::fs::write(&file, page).with_context(|| file.display().to_string())
}

fn page(parts: Vec<Part>, scale: Option<&Scale>) -> Result<String> {
    let mut page = HEAD.to_owned();
    // Writing to a string cannot fail.
    if let Some(machine) = scale.map(|scale| &scale.machine) {
        let _ = writeln!(
            page,
            "\nThe machine: {} cores of {}, {:.0} GB, with the cluster, the operator and whoever measures all on it. Kubernetes {}.",
            machine.cores, machine.cpu, machine.memory_gb, machine.kubernetes
        );
    }
    for Part { title, again, told } in parts {
        let told = told.with_context(|| title.to_owned())?;
        let text = told.unwrap_or_else(|| "Not run.\n".to_owned());
        let _ = writeln!(page, "\n## {title}\n\n{text}\nOne case alone: {again}.");
    }
    Ok(page)
}

const HEAD: &str = "# Reliability

Written by `make prove` (`make scale` for ten times as many objects too). Everything here runs against the real API server and garbage
collector of a kind cluster, with the operator's release build as a process beside it, under the rights that the chart gives it. No pods run:
what a kubelet and the Deployment controller would write, a stand-in writes, at the same price for whoever is measured.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_was_not_run_is_told_and_one_that_cannot_be_read_is_no_page() -> Result<()> {
        let part = |told| Part {
            title: "Crashes",
            again: "`prove faults`",
            told,
        };
        let text = page(vec![part(Ok(None)), part(Ok(Some("Ten of ten.\n".to_owned())))], None)?;
        assert!(
            text.contains("## Crashes\n\nNot run.\n\nOne case alone: `prove faults`."),
            "{text}"
        );
        assert!(text.contains("## Crashes\n\nTen of ten.\n"), "{text}");
        assert!(page(vec![part(Err(anyhow::anyhow!("garbage")))], None).is_err());
        Ok(())
    }
}
