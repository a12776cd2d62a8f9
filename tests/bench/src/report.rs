//! Writes what was measured as a page and a picture.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use crate::closed_loop::{BODY_BYTES, CONNECTIONS};
use crate::peers::RECEIVER;
use crate::results::{Measured, Verdict, median, megabytes};

/// Writes `benchmarks.md` and `benchmarks.svg` into `directory`.
///
/// # Errors
/// When they cannot be written.
pub fn write(directory: &Path, all: &[Measured], verdicts: &[Verdict], machine: &str) -> Result<()> {
    draw(&directory.join("benchmarks.svg"), all).map_err(|error| anyhow!("the picture cannot be drawn: {error}"))?;
    std::fs::write(directory.join("benchmarks.md"), page(all, verdicts, machine))?;
    Ok(())
}

fn page(all: &[Measured], verdicts: &[Verdict], machine: &str) -> String {
    let rounds = all.first().map_or(0, |one| one.rounds.len());
    let mut page = format!(
        "# Benchmarks\n\nWritten by `make bench`, on {machine}. The server has one core and the load another; {CONNECTIONS} kept \
         connections post {BODY_BYTES} bytes of JSON as fast as they are answered. {rounds} rounds, in which all take turns of a second; medians, and ratios within a round.\n\n\
         ![Webhooks a second](benchmarks.svg)\n\n\
         | | webhooks/s | CPU µs each | MB at rest | MB loaded | ms to start |\n|---|---:|---:|---:|---:|---:|\n"
    );
    // Writing to a string cannot fail.
    for one in all {
        let _ = writeln!(
            page,
            "| {} | {:.0} | {:.1} | {:.1} | {:.1} | {:.1} |",
            one.name,
            one.per_second(),
            one.cpu_micros(),
            megabytes(one.idle_bytes),
            megabytes(one.loaded_bytes),
            one.start_millis
        );
    }
    page += "\n## Targets\n\n| what | found | target | | beside it |\n|---|---:|---:|---|---:|\n";
    for Verdict {
        what,
        found,
        target,
        is_met,
        remark,
    } in verdicts
    {
        let word = if *is_met { "met" } else { "**missed**" };
        let _ = writeln!(page, "| {what} | {found} | {target} | {word} | {remark} |");
    }
    page += "\n## Latency\n\nAt 70 % of what each took in the same round, sent when they are due whatever becomes of those before them; from when each was due.\n\n\
             | | webhooks/s | p50 ms | p99 ms | p99.9 ms |\n|---|---:|---:|---:|---:|\n";
    for one in all.iter().filter(|one| !one.paced.is_empty()) {
        let [rate, half, most, nearly_all] =
            [0, 1, 2, 3].map(|place| median(one.paced.iter().map(|paced| paced[place])));
        let _ = writeln!(
            page,
            "| {} | {rate:.0} | {half:.2} | {most:.2} | {nearly_all:.2} |",
            one.name
        );
    }
    page + NOTES
}

const NOTES: &str = "
## How to read it

- *bare hyper* is the HTTP library alone, as it comes: it reads the body and answers a constant. What the receiver adds is routing, limits, the
  JSON check, metrics and accounts of who is connected; what it saves is one system call: its answer leaves in one piece, hyper's head and body as two vectors.
- *forwarding* shares the load's core with its target, so its figure is a lower bound.
- Where p99 is much the same for all, it is the machine's: its cores serve other guests too.
- Where a target is missed, *beside it* says what bare hyper reaches: nobody who answers by this library can be much above it.
- Each peer answers the same webhook; Debian's `webhook` starts `/bin/true` for each, which is what it is for.
- `tests/bench/peers` holds what was written for the others. `cargo bench -p webhook-app` times the counting alone.
";

fn draw(file: &Path, all: &[Measured]) -> Result<(), Box<dyn std::error::Error>> {
    let (bar, left, width) = (34, 240, 900);
    let height = i32::try_from(all.len())? * bar + 60;
    let area = SVGBackend::new(file, (width.try_into()?, height.try_into()?)).into_drawing_area();
    area.fill(&WHITE)?;
    let most = all.iter().map(Measured::per_second).fold(1.0, f64::max);
    // By powers of ten, from 100 on: the slowest would else be no bar at all.
    #[allow(clippy::cast_possible_truncation, reason = "pixels")]
    let length =
        |rate: f64| ((rate / 100.0).max(1.0).log10() / (most / 100.0).log10() * f64::from(width - left - 110)) as i32;
    area.draw(&Text::new(
        "webhooks a second, on one core (each step to the right is ten times as many)",
        (left, 14),
        ("sans-serif", 14),
    ))?;
    for power in [100.0, 1000.0, 10_000.0] {
        let x = left + length(power);
        area.draw(&PathElement::new([(x, 36), (x, height - 20)], RGBColor(220, 220, 220)))?;
        area.draw(&Text::new(format!("{power}"), (x, height - 16), ("sans-serif", 11)))?;
    }
    for (one, place) in all.iter().zip(0..) {
        let top = 40 + place * bar;
        let color = if one.name.starts_with(RECEIVER) {
            RGBColor(183, 65, 14)
        } else {
            RGBColor(130, 140, 150)
        };
        let end = left + length(one.per_second());
        area.draw(&Text::new(one.name, (8, top + 6), ("sans-serif", 14)))?;
        area.draw(&Rectangle::new([(left, top), (end, top + bar - 10)], color.filled()))?;
        area.draw(&Text::new(
            format!("{:.0}", one.per_second()),
            (end + 6, top + 6),
            ("sans-serif", 13),
        ))?;
    }
    area.present()?;
    Ok(())
}
