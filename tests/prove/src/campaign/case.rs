//! One transition, what is expected of it, and the files in which failed ones are kept. Runs nothing.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Stands in specs where the object's own name is to be, so that no two objects claim one host. As long as every name is.
pub const NAME: &str = "w0000000-00-00000";

/// Why a value was chosen.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// At a bound of the schema, or just outside.
    Boundary,
    /// Taken out.
    Unset,
    /// What the schema or a rule forbids.
    Invalid,
    /// What means something for this property.
    Semantic,
    /// From the base of one property to that of another: many properties at once.
    Between,
}

/// What may come of it.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// It is accepted, and all children follow.
    Works,
    /// The API server refuses the object.
    Refused,
    /// The API server refuses the object, or the object says which child was refused.
    Shown,
    /// Any of these: the API server knows more of the property than our schema.
    Either,
}

/// One transition, from a spec that works and back to it.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Case {
    /// The property that changes.
    pub path: String,
    /// Why this value.
    pub kind: Kind,
    /// What may come of it.
    pub expect: Expect,
    /// Before, and after.
    pub from: Value,
    /// Meanwhile.
    pub to: Value,
    /// The value, short.
    pub value: String,
}

/// A case that failed once.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Regression {
    /// What went wrong then.
    pub why: String,
    /// The smallest case that shows it.
    pub case: Case,
}

/// Where regressions are kept.
#[must_use]
pub fn directory() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/regressions"))
}

/// All that are kept, in the order of their files' names.
///
/// # Errors
/// When one cannot be read.
pub fn kept() -> Result<Vec<Case>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    let read = |path: &PathBuf| -> Result<Case> {
        let text = std::fs::read_to_string(path)?;
        let kept: Regression = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        Ok(kept.case)
    };
    files.iter().map(read).collect()
}

/// Keeps a case; gives the file.
///
/// # Errors
/// When it cannot be written.
pub fn keep(case: &Case, why: &str) -> Result<PathBuf> {
    let letters = |text: &str| -> String {
        let kept = text.chars().filter(char::is_ascii_alphanumeric);
        kept.take(24).collect()
    };
    let path: String = case
        .path
        .replace(['.', '[', ']', '{', '}'], "-")
        .trim_matches('-')
        .to_owned();
    let file = directory().join(format!("{path}-{}.json", letters(&case.value)));
    let regression = Regression {
        why: why.to_owned(),
        case: case.clone(),
    };
    std::fs::write(&file, serde_json::to_string_pretty(&regression)? + "\n")?;
    Ok(file)
}
