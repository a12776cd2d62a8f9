//! Reads Prometheus' text format, as far as the two receivers write it.

use std::collections::BTreeMap;

/// A page of metrics.
#[derive(Debug, PartialEq)]
pub(crate) struct Exposition {
    /// Each family's type and help.
    pub(crate) families: BTreeMap<String, (String, String)>,
    /// Each sample, by name and labels.
    samples: BTreeMap<(String, String), f64>,
}

impl Exposition {
    pub(crate) fn read(text: &str) -> Self {
        let mut page = Self {
            families: BTreeMap::new(),
            samples: BTreeMap::new(),
        };
        for line in text.lines() {
            if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
                help.clone_into(&mut page.families.entry(name.to_owned()).or_default().1);
            } else if let Some((name, type_)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
                type_.clone_into(&mut page.families.entry(name.to_owned()).or_default().0);
            } else if let Some((key, value)) = line.rsplit_once(' ') {
                let (name, labels) = key.find('{').map_or((key, ""), |at| key.split_at(at));
                if !name.ends_with("_created") {
                    page.samples
                        .insert((name.to_owned(), labels.to_owned()), value.parse().unwrap());
                }
            }
        }
        page
    }

    pub(crate) fn has_label(&self, label: &str, value: &str) -> bool {
        let wanted = format!("{label}=\"{value}\"");
        self.samples.keys().any(|(_, labels)| labels.contains(&wanted))
    }

    pub(crate) fn rename_label(&mut self, label: &str, from: &str, to: &str) {
        let (from, to) = (format!("{label}=\"{from}\""), format!("{label}=\"{to}\""));
        let samples = std::mem::take(&mut self.samples);
        self.samples = samples
            .into_iter()
            .map(|((name, labels), value)| ((name, labels.replace(&from, &to)), value))
            .collect();
    }

    /// Takes a sample out.
    pub(crate) fn take(&mut self, name: &str, labels: &str) -> f64 {
        self.samples.remove(&(name.to_owned(), labels.to_owned())).unwrap()
    }

    /// Adds to a sample.
    pub(crate) fn add(&mut self, name: &str, labels: &str, more: f64) {
        *self.samples.get_mut(&(name.to_owned(), labels.to_owned())).unwrap() += more;
    }

    /// Sets what depends on the machine's speed to nothing: the sum, and all buckets but the last.
    pub(crate) fn forget_times(&mut self) {
        for ((name, labels), value) in &mut self.samples {
            if name.ends_with("_seconds_sum") || (name.ends_with("_seconds_bucket") && !labels.contains("+Inf")) {
                *value = 0.0;
            }
        }
    }
}
