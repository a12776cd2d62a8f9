//! What was measured, and what of it a reader wants to know: medians and ratios within one round.

use crate::peers::{DEBIANS, FLOOR, GO, ORIGINAL, RECEIVER, SIGNED};

/// One round of one peer.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// Webhooks a second.
    pub per_second: f64,
    /// Processor time for each, in microseconds.
    pub cpu_micros: f64,
}

/// A rate in webhooks a second, and the milliseconds that 50, 99 and 99.9 % of them did not exceed.
pub type Paced = [f64; 4];

/// All of one peer.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Its name.
    pub name: &'static str,
    /// Its rounds, in the order in which they were run.
    pub rounds: Vec<Round>,
    /// What it held before its first webhook, in bytes.
    pub idle_bytes: u64,
    /// What it held after its last webhook, in bytes.
    pub loaded_bytes: u64,
    /// From its start until it listened, in milliseconds.
    pub start_millis: f64,
    /// At 70 % of what it took in the same round: the rate, and the latencies that 50, 99 and 99.9 % did not exceed.
    pub paced: Vec<Paced>,
}

/// The median; 0 of nothing.
#[must_use]
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Bytes in megabytes.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "memory is far from where it begins")]
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

impl Measured {
    /// The median of webhooks a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.per_second))
    }

    /// The median of processor time for each, in microseconds.
    #[must_use]
    pub fn cpu_micros(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.cpu_micros))
    }

    /// The median, over the rounds, of this peer's figure divided by `other`'s in the same round.
    fn ratio(&self, other: &Self, figure: fn(&Round) -> f64) -> f64 {
        let pairs = self.rounds.iter().zip(&other.rounds);
        median(pairs.map(|(ours, theirs)| figure(ours) / figure(theirs)))
    }
}

/// One target and what came of it.
#[derive(Debug)]
pub struct Verdict {
    /// What is compared.
    pub what: String,
    /// The figure with its unit.
    pub found: String,
    /// What it should be.
    pub target: String,
    /// Whether it is.
    pub is_met: bool,
    /// What else is to be known.
    pub remark: String,
}

/// What is measured once, of the receiver alone.
#[derive(Clone, Copy, Debug)]
pub struct Once {
    /// The size of its image in bytes: one static binary.
    pub image_bytes: u64,
    /// The median of its starts, in milliseconds.
    pub start_millis: f64,
}

/// The targets, as the project has set them.
#[must_use]
pub fn verdicts(all: &[Measured], once: Once) -> Vec<Verdict> {
    let find = |name| all.iter().find(|one| one.name == name);
    let mut verdicts = Vec::new();
    let Some(receiver) = find(RECEIVER) else {
        return verdicts;
    };
    let rate: fn(&Round) -> f64 = |round| round.per_second;
    for (ours, theirs, least) in [
        (RECEIVER, FLOOR, 0.95),
        (SIGNED, FLOOR, 0.85),
        (RECEIVER, GO, 3.0),
        (RECEIVER, ORIGINAL, 60.0),
        (RECEIVER, DEBIANS, 60.0),
    ] {
        if let (Some(one), Some(other)) = (find(ours), find(theirs)) {
            let ratio = one.ratio(other, rate);
            let floor = find(FLOOR).filter(|floor| floor.name != theirs);
            let remark = floor.map(|floor| format!("{FLOOR}: {:.2} ×", floor.ratio(other, rate)));
            verdicts.push(Verdict {
                remark: remark.unwrap_or_default(),
                what: format!("{ours} against {theirs}, webhooks a second"),
                found: format!("{ratio:.2} ×"),
                target: format!("≥ {least} ×"),
                is_met: ratio >= least,
            });
        }
    }
    if let Some(floor) = find(FLOOR) {
        let ratio = receiver.ratio(floor, |round| round.cpu_micros);
        verdicts.push(most(
            format!("{RECEIVER} against {FLOOR}, processor time for each"),
            ratio,
            1.05,
            "×",
        ));
    }
    verdicts.push(most(
        "memory at rest".to_owned(),
        megabytes(receiver.idle_bytes),
        10.0,
        "MB",
    ));
    verdicts.push(most(
        "memory at 64 connections".to_owned(),
        megabytes(receiver.loaded_bytes),
        16.0,
        "MB",
    ));
    verdicts.push(most("image".to_owned(), megabytes(once.image_bytes), 10.0, "MB"));
    verdicts.push(most("start to listening".to_owned(), once.start_millis, 20.0, "ms"));
    verdicts
}

fn most(what: String, found: f64, most: f64, unit: &str) -> Verdict {
    Verdict {
        what,
        found: format!("{found:.2} {unit}"),
        target: format!("≤ {most} {unit}"),
        is_met: found <= most,
        remark: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(name: &'static str, rates: &[f64]) -> Measured {
        let round = |per_second: &f64| Round {
            per_second: *per_second,
            cpu_micros: 1e6 / per_second,
        };
        Measured {
            name,
            rounds: rates.iter().map(round).collect(),
            idle_bytes: 0,
            loaded_bytes: 0,
            start_millis: 0.0,
            paced: vec![],
        }
    }

    #[test]
    fn ratios_are_of_the_same_round() {
        // The machine was at half its speed in the second round: both were.
        let (ours, theirs) = (
            measured(RECEIVER, &[90.0, 50.0, 99.0]),
            measured(FLOOR, &[100.0, 50.0, 100.0]),
        );
        assert!((ours.ratio(&theirs, |round| round.per_second) - 0.99).abs() < 1e-9);
        let once = Once {
            image_bytes: 10_000_000,
            start_millis: 21.0,
        };
        let verdicts = verdicts(&[ours, theirs], once);
        let missed: Vec<_> = verdicts
            .iter()
            .filter(|one| !one.is_met)
            .map(|one| one.what.as_str())
            .collect();
        assert_eq!(missed, ["start to listening"]);
    }
}
