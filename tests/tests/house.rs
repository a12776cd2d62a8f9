//! The house rules that no lint knows: file sizes, the line a file opens with, and what the pure part may not name.
#![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file that git tracks, with its text.
fn sources() -> Vec<(String, String)> {
    let listed = std::process::Command::new("git")
        .args(["ls-files"])
        .current_dir(root())
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let files = listed.lines().map(|name| {
        (
            name.to_owned(),
            fs::read_to_string(root().join(name)).unwrap_or_default(),
        )
    });
    files.collect()
}

fn has_ending(name: &str, endings: &[&str]) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|found| endings.iter().any(|ending| found == *ending))
}

#[test]
fn no_file_of_code_is_longer_than_300_lines() {
    let sources = sources();
    assert!(sources.len() > 50, "git lists {} files", sources.len());
    let long: Vec<_> = sources
        .iter()
        .filter(|(name, text)| has_ending(name, &["rs", "sh", "go", "py"]) && text.lines().count() > 300)
        .map(|(name, text)| format!("{name}: {}", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn every_rust_file_opens_with_what_it_owns() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|(name, text)| has_ending(name, &["rs"]) && !text.starts_with("//!"))
        .map(|(name, _)| name)
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn the_pure_part_of_the_operator_names_no_client() {
    let pure = [
        "crd/",
        "desired/",
        "shared/",
        "status",
        "trouble",
        "names",
        "validate",
        "fingerprint",
        "lease",
        "clash",
        "exposure",
        "owner",
        "progress",
    ];
    for (name, text) in sources() {
        let Some(inside) = name.strip_prefix("operator/src/") else {
            continue;
        };
        if pure.iter().any(|part| inside.starts_with(part)) {
            for word in ["Client", "Api::", "async ", ".await"] {
                assert!(!text.contains(word), "{name} names {word}");
            }
        }
    }
}

#[test]
fn scripts_open_with_a_comment_and_no_file_names_this_machine() {
    let here = root().canonicalize().unwrap();
    let here = here.to_string_lossy();
    for (name, text) in sources() {
        if has_ending(&name, &["sh"]) {
            let comment = text.lines().find(|line| !line.starts_with("#!")).unwrap_or_default();
            assert!(comment.starts_with('#'), "{name} opens with {comment}");
        }
        assert!(!text.contains(here.as_ref()), "{name} names {here}");
    }
}
