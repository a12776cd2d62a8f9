//! A measured figure beside its target, and where a part of the proof leaves what it found for the report.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result};
use e2e::cluster;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A figure that should be at most `bound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figure {
    /// What was measured.
    pub what: String,
    /// What was found.
    pub found: f64,
    /// What it should not exceed.
    pub bound: f64,
    /// The unit of both; `×` for a ratio.
    pub unit: String,
    /// What else is to be known.
    pub remark: String,
}

impl Figure {
    /// A figure with nothing more to be said about it.
    pub fn new(what: impl Into<String>, found: f64, bound: f64, unit: &str) -> Self {
        Self {
            what: what.into(),
            found,
            bound,
            unit: unit.to_owned(),
            remark: String::new(),
        }
    }

    /// The same, with a remark.
    #[must_use]
    pub fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = remark.into();
        self
    }

    /// Whether it is as it should be. What is no number is not.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.found <= self.bound
    }
}

/// All figures as a table, each with its target and whether it is met.
#[must_use]
pub fn table(figures: &[Figure]) -> String {
    let mut table = "| what | found | target | | beside it |\n|---|---:|---:|---|---|\n".to_owned();
    for figure in figures {
        let Figure {
            what,
            found,
            bound,
            unit,
            remark,
        } = figure;
        let word = if figure.is_met() { "met" } else { "**missed**" };
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| {what} | {found:.2} {unit} | ≤ {bound:.2} {unit} | {word} | {remark} |"
        );
    }
    table
}

/// Where the part `name` leaves what it found.
#[must_use]
pub fn file(name: &str) -> PathBuf {
    cluster::cache().join("prove").join(format!("{name}.json"))
}

/// Leaves what the part `name` found; gives the file.
///
/// # Errors
/// When it cannot be written.
pub fn save<T: Serialize>(name: &str, found: &T) -> Result<PathBuf> {
    let (file, part) = (file(name), file(&format!("{name}.part")));
    std::fs::create_dir_all(file.parent().context("no directory")?)?;
    std::fs::write(&part, serde_json::to_vec_pretty(found)?)?;
    std::fs::rename(&part, &file).with_context(|| file.display().to_string())?;
    Ok(file)
}

/// What the part `name` found; none where it has not been run.
///
/// # Errors
/// When it is there and cannot be read.
pub fn load<T: DeserializeOwned>(name: &str) -> Result<Option<T>> {
    let file = file(name);
    match std::fs::read(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        read => {
            let found = serde_json::from_slice(&read?);
            found
                .map(Some)
                .with_context(|| format!("{}: another version wrote it, run the part again", file.display()))
        }
    }
}

/// Tells whoever watches.
pub fn say(line: &str) {
    // Without a standard output there is nobody to tell.
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_or_no_number_is_missed() {
        let of = |found| Figure::new("time", found, 1.2, "×").is_met();
        assert_eq!([1.2, 1.21, f64::NAN].map(of), [true, false, false]);
        let table = table(&[Figure::new("time", 1.3, 1.2, "×").remark("busy")]);
        assert!(
            table.ends_with("| time | 1.30 × | ≤ 1.20 × | **missed** | busy |\n"),
            "{table}"
        );
    }
}
