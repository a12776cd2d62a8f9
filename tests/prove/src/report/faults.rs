//! How the matrices of faults read on the page.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Result;

use crate::faults::report::{Report, Tally};
use crate::figures::load;

/// What a matrix has left, as Markdown; none when it has not been run.
///
/// # Errors
/// When it cannot be read.
pub(super) fn told(matrix: &str) -> Result<Option<String>> {
    Ok(load::<Report>(matrix)?.map(|found| markdown(&found)))
}

fn markdown(report: &Report) -> String {
    let mut text = match report.seed {
        Some(seed) => format!("A sample (seed {seed}) of {} plans. ", report.generated),
        None => String::new(),
    };
    let Tally { plans, passed } = report.all;
    // Writing to a string cannot fail.
    let _ = writeln!(text, "**{passed} of {plans}** ended as without faults.\n");
    text += "| workload | plans | passed |\n|---|---:|---:|\n";
    rows(&mut text, &report.by_workload);
    text += "\n| fault | plans | passed | limit, ms | p50 | p90 | p99 | longest |\n|---|---:|---:|---:|---:|---:|---:|---:|\n";
    for (fault, Tally { plans, passed }) in &report.by_fault {
        let times = report.times.get(fault).cloned().unwrap_or_default();
        let limit = times.limit.map_or("–".to_owned(), |limit| limit.to_string());
        let (p50, p90, p99, max) = (times.p50, times.p90, times.p99, times.max);
        let _ = writeln!(
            text,
            "| {fault} | {plans} | {passed} | {limit} | {p50} | {p90} | {p99} | {max} |"
        );
    }
    for failed in &report.failed {
        let _ = writeln!(
            text,
            "\n- `{}`: {}. Alone: `{}`",
            failed.plan,
            failed.wrong.join("; "),
            failed.alone
        );
    }
    for unmet in &report.unmet {
        let _ = writeln!(text, "\n- `{unmet}`: its request did not come in two runs");
    }
    text
}

fn rows(text: &mut String, tallies: &BTreeMap<String, Tally>) {
    for (name, Tally { plans, passed }) in tallies {
        let _ = writeln!(text, "| {name} | {plans} | {passed} |");
    }
}
