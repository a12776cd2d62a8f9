//! Reads Prometheus' text format, as far as the two receivers write it. Keeps what a series is, not its value.

use std::collections::{BTreeMap, BTreeSet};

/// A page of metrics.
#[derive(Debug, PartialEq)]
pub(crate) struct Exposition {
    /// Each family's type and help.
    pub(crate) families: BTreeMap<String, (String, String)>,
    /// Each sample, by name and labels.
    pub(crate) samples: BTreeSet<(String, String)>,
}

impl Exposition {
    pub(crate) fn read(text: &str) -> Self {
        let mut page = Self {
            families: BTreeMap::new(),
            samples: BTreeSet::new(),
        };
        for line in text.lines() {
            if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
                help.clone_into(&mut page.families.entry(name.to_owned()).or_default().1);
            } else if let Some((name, type_)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
                type_.clone_into(&mut page.families.entry(name.to_owned()).or_default().0);
            } else if let Some((key, _)) = line.rsplit_once(' ') {
                let (name, labels) = key.find('{').map_or((key, ""), |at| key.split_at(at));
                let is_new = page.samples.insert((name.to_owned(), labels.to_owned()));
                assert!(is_new, "twice: {line}");
            }
        }
        page
    }

    /// Takes out the series that say when a counter began; whether there were any.
    pub(crate) fn drop_created(&mut self) -> bool {
        let before = self.families.len();
        self.families.retain(|name, _| !name.ends_with("_created"));
        self.samples.retain(|(name, _)| !name.ends_with("_created"));
        self.families.len() < before
    }

    /// Takes out all families but these; whether there were others.
    pub(crate) fn keep(&mut self, families: &[&str]) -> bool {
        let is_kept = |name: &String| families.iter().any(|family| name.starts_with(family));
        let before = self.families.len();
        self.families.retain(|name, _| is_kept(name));
        self.samples.retain(|(name, _)| is_kept(name));
        self.families.len() < before
    }

    /// The series of one name.
    pub(crate) fn series(&self, name: &str) -> Vec<(String, String)> {
        self.samples
            .iter()
            .filter(|(known, _)| known == name)
            .cloned()
            .collect()
    }

    /// Adds the series of one name that another page has.
    pub(crate) fn adopt(&mut self, name: &str, other: &Self) {
        self.samples.extend(other.series(name));
    }
}
