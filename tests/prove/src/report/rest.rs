//! How rest reads on the page.

use std::fmt::Write;

use super::Section;
use crate::rest::Found;

impl Section for Found {
    const NAME: &'static str = "rest";

    fn markdown(&self) -> String {
        let mut text = "| objects | with all that is made of them | converged after, s | watched for, s | changed | written |\n|---:|---:|---:|---:|---:|---:|\n".to_owned();
        for size in &self.sizes {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "| {} | {} | {:.1} | {:.0} | {} | {} |",
                size.objects,
                size.watched,
                size.converged_seconds,
                size.rest_seconds,
                size.changed.len(),
                size.writes.values().sum::<u64>()
            );
        }
        text
    }
}
