//! What a campaign has found so far, and the form in which it is written down. Judges nothing.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::case::{Case, Kind};
use super::outcome::Outcome;

/// What was held against an object, and satisfied.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "camelCase")]
pub enum Oracle {
    /// The object and its children are like those of a fresh object of the same spec.
    LikeAFreshObject,
    /// Back at the first spec, everything is as it was.
    BackToTheFirstState,
    /// The API server refused what is invalid.
    RefusedAtAdmission,
    /// What only a child's kind forbids is named in a condition or an Event.
    ShownInStatus,
    /// After something invalid, a right object is applied and everything is as it was.
    CorrectedIsApplied,
    /// The operator runs on, and its log has no panic.
    OperatorRunsOn,
}

/// What came of the transitions of one kind.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// All of them.
    pub transitions: usize,
    /// Accepted, with all children.
    pub works: usize,
    /// Refused by the API server.
    pub refused: usize,
    /// Stored, and shown to be wrong.
    pub shown: usize,
    /// Failed an oracle.
    pub failed: usize,
}

/// A transition that failed an oracle.
#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The property, and its value.
    pub what: String,
    /// What went wrong.
    pub why: String,
    /// Where the smallest case that shows it is kept.
    pub kept: String,
    /// How it is run alone.
    pub again: String,
}

/// A campaign, as it is written down.
#[derive(Serialize, Deserialize, Clone, Debug, Default)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// The seed that gives the same again.
    pub seed: u64,
    /// Whether it was the short form.
    pub bounded: bool,
    /// How many properties the schema has, and how many of them changed here.
    pub properties: usize,
    /// Those that changed.
    pub properties_changed: usize,
    /// Regressions that were run first.
    pub regressions: usize,
    /// By why the value was chosen.
    pub kinds: BTreeMap<Kind, Counts>,
    /// How often each oracle was satisfied.
    pub oracles: BTreeMap<Oracle, usize>,
    /// How often a transition was run again, for the API server had gone away.
    pub repeated: usize,
    /// What failed.
    pub failures: Vec<Failure>,
    /// From sending a spec to the state that it ends in, in milliseconds: median, 99th percentile, longest.
    pub settled_ms: [u64; 3],
    /// All of it.
    pub seconds: f64,
}

/// Counts, from all lanes at once.
#[derive(Debug, Default)]
pub struct Tally(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    kinds: BTreeMap<Kind, Counts>,
    oracles: BTreeMap<Oracle, usize>,
    times: Vec<Duration>,
    repeated: usize,
}

impl Tally {
    /// An oracle was satisfied.
    pub fn satisfied(&self, oracle: Oracle) {
        *self.inner().oracles.entry(oracle).or_default() += 1;
    }

    /// An object settled in this time.
    pub fn took(&self, time: Duration) {
        self.inner().times.push(time);
    }

    /// A case is run again.
    pub fn repeated(&self) {
        self.inner().repeated += 1;
    }

    /// What came of a case; `None` is a failure. Gives the number of all so far.
    pub fn ran(&self, case: &Case, outcome: Option<&Outcome>) -> usize {
        let mut inner = self.inner();
        let counts = inner.kinds.entry(case.kind).or_default();
        counts.transitions += 1;
        match outcome {
            Some(Outcome::Works) => counts.works += 1,
            Some(Outcome::Refused(_)) => counts.refused += 1,
            Some(Outcome::Shown(_)) => counts.shown += 1,
            None => counts.failed += 1,
        }
        inner.kinds.values().map(|counts| counts.transitions).sum()
    }

    /// Moves the counts to where they are written down.
    pub fn into_found(self, found: &mut Found) {
        let inner = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut times: Vec<u64> = inner
            .times
            .iter()
            .map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
            .collect();
        times.sort_unstable();
        let at = |hundredths: usize| times.get((times.len() * hundredths / 100).min(times.len().saturating_sub(1)));
        found.settled_ms = [at(50), at(99), at(100)].map(|time| time.copied().unwrap_or_default());
        found.repeated = inner.repeated;
        found.kinds = inner.kinds;
        found.oracles = inner.oracles;
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
