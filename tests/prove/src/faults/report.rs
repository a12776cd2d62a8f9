//! What came of a matrix, as data for a report. Counts, and decides nothing but whether all is well.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::plan::{Matrix, Plan};

/// What came of one plan.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The plan.
    pub plan: Plan,
    /// What is wrong; nothing when it passed.
    pub wrong: Vec<String>,
    /// Whether the fault did anything. A run in which the request never came is none of the matrix's.
    pub is_met: bool,
    /// From the fault to the state that it ends in.
    pub took: Option<Duration>,
}

impl Outcome {
    /// Whether it ended well, but took longer than it may.
    #[must_use]
    pub fn is_late(&self) -> bool {
        let limit = self.plan.limit();
        self.wrong.is_empty() && self.is_met && limit.is_some_and(|limit| self.took > Some(limit))
    }
}

/// How many.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Runs that met their fault.
    pub plans: usize,
    /// Those in which all was right.
    pub passed: usize,
}

/// Milliseconds from the fault's last act to convergence.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Times {
    /// How long it may take, where there is a limit.
    pub limit: Option<u64>,
    /// Half of the runs took at most this.
    pub p50: u64,
    /// 90 % of them.
    pub p90: u64,
    /// 99 %.
    pub p99: u64,
    /// All.
    pub max: u64,
}

/// A run that went wrong.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failed {
    /// The plan, in a line.
    pub plan: String,
    /// What was wrong.
    pub wrong: Vec<String>,
    /// How it is run alone.
    pub alone: String,
}

/// One matrix.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// `crash`, `errors` or `watches`.
    pub matrix: String,
    /// The seed of the sample; none where every plan was run.
    pub seed: Option<u64>,
    /// How many plans there are, of which the sample is one.
    pub generated: usize,
    /// How many met their fault, and passed.
    pub all: Tally,
    /// By workload.
    pub by_workload: BTreeMap<String, Tally>,
    /// By fault kind.
    pub by_fault: BTreeMap<String, Tally>,
    /// By fault kind.
    pub times: BTreeMap<String, Times>,
    /// Plans whose request did not come again in two runs.
    pub unmet: Vec<String>,
    /// Runs that went wrong.
    pub failed: Vec<Failed>,
    /// How long the matrix took.
    pub seconds: u64,
}

impl Report {
    /// Counts.
    #[must_use]
    pub fn of(matrix: Matrix, seed: Option<u64>, generated: usize, outcomes: &[Outcome], took: Duration) -> Self {
        let mut report = Self {
            matrix: matrix.word().to_owned(),
            seed,
            generated,
            all: Tally::default(),
            by_workload: BTreeMap::new(),
            by_fault: BTreeMap::new(),
            times: BTreeMap::new(),
            unmet: Vec::new(),
            failed: Vec::new(),
            seconds: took.as_secs(),
        };
        let mut times: BTreeMap<String, (Option<Duration>, Vec<Duration>)> = BTreeMap::new();
        for outcome in outcomes {
            let (plan, passed) = (&outcome.plan, outcome.wrong.is_empty() && !outcome.is_late());
            if !passed {
                let mut wrong = outcome.wrong.clone();
                if let (true, Some(took)) = (outcome.is_late(), outcome.took) {
                    wrong.push(format!("it converged, but {} ms after the fault", took.as_millis()));
                }
                report.failed.push(Failed {
                    plan: plan.to_string(),
                    wrong,
                    alone: format!("prove faults --only '{plan}'"),
                });
            } else if !outcome.is_met {
                report.unmet.push(plan.to_string());
                continue;
            }
            let by_workload = report.by_workload.entry(plan.workload.to_string()).or_default();
            let by_fault = report.by_fault.entry(plan.family()).or_default();
            for tally in [&mut report.all, by_workload, by_fault] {
                tally.plans += 1;
                tally.passed += usize::from(passed);
            }
            let (limit, all) = times.entry(plan.family()).or_default();
            *limit = plan.limit();
            all.extend(outcome.took);
        }
        let times = times.into_iter().filter(|(_, (_, all))| !all.is_empty());
        report.times = times
            .map(|(family, (limit, all))| (family, Times::of(limit, all)))
            .collect();
        report
    }

    /// Whether every run passed, and nearly all met their fault.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.failed.is_empty() && self.unmet.len() * 10 <= self.all.plans
    }
}

impl Times {
    fn of(limit: Option<Duration>, mut all: Vec<Duration>) -> Self {
        all.sort();
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let at = |percent: usize| {
            let place = (all.len() * percent).div_ceil(100).max(1) - 1;
            all.get(place).copied().map(millis).unwrap_or_default()
        };
        Self {
            limit: limit.map(millis),
            p50: at(50),
            p90: at(90),
            p99: at(99),
            max: at(100),
        }
    }
}
