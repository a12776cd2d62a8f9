//! How the schema campaign reads on the page.

use std::fmt::Write;

use super::Section;
use crate::campaign::tally::Found;

impl Section for Found {
    const NAME: &'static str = "campaign";

    fn markdown(&self) -> String {
        let transitions: usize = self.kinds.values().map(|counts| counts.transitions).sum();
        let mut text = format!(
            "{transitions} transitions with seed {}, over {} of the schema's {} properties; {} regressions first. From a spec to its end state: median {} ms, p99 {} ms, longest {} ms.\n\n",
            self.seed,
            self.properties_changed,
            self.properties,
            self.regressions,
            self.settled_ms[0],
            self.settled_ms[1],
            self.settled_ms[2]
        );
        text += "| value | transitions | works | refused | shown | failed |\n|---|---:|---:|---:|---:|---:|\n";
        for (kind, counts) in &self.kinds {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "| {kind:?} | {} | {} | {} | {} | {} |",
                counts.transitions, counts.works, counts.refused, counts.shown, counts.failed
            );
        }
        text += "\n| oracle | satisfied |\n|---|---:|\n";
        for (oracle, count) in &self.oracles {
            let _ = writeln!(text, "| {oracle:?} | {count} |");
        }
        for failure in &self.failures {
            let _ = writeln!(
                text,
                "\n- {}: {}. Alone: `{}`",
                failure.what, failure.why, failure.again
            );
        }
        text
    }
}
