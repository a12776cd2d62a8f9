//! Says whether a run with a fault ended as those without did, and did nothing on the way that it must not.

use std::collections::BTreeSet;

use super::plan::Matrix;
use super::reference::Reference;
use super::run::Ran;
use crate::proxy::call::Verb;
use crate::proxy::record::Counts;
use crate::state::{State, differing_fields};

/// A state, and the fields of it that no two runs have alike.
#[derive(Clone, Debug)]
pub struct Masked {
    /// What is there.
    pub state: State,
    /// Which fields are not compared, beside those that no run's state has.
    pub mask: BTreeSet<String>,
}

impl Masked {
    /// In what a state differs from this one.
    #[must_use]
    pub fn differences(&self, found: &State) -> Vec<String> {
        let all = differing_fields(&self.state, found).into_iter();
        let count = all.filter(|one| !self.mask.contains(&one.at));
        count.map(|one| format!("{} {}", one.at, one.text)).collect()
    }
}

/// What is wrong with a run, a line each; empty when nothing is.
#[must_use]
pub fn judge(matrix: Matrix, reference: &Reference, ran: &Ran) -> Vec<String> {
    let mut wrong: Vec<_> = ran.stuck.iter().cloned().collect();
    let deletes = ran.entries.iter().filter(|entry| entry.point.call.verb == Verb::Delete);
    for blind in deletes.filter(|entry| !entry.has_uid) {
        wrong.push(format!("{} names no UID", blind.point));
    }
    let counted = [
        ("created", &reference.creates, &ran.creates),
        ("deleted", &reference.deletes, &ran.deletes),
    ];
    for (what, expected, found) in counted {
        if wrong.is_empty() && matrix == Matrix::Crash {
            wrong.extend(unequal(what, expected, found, &reference.varying));
        }
    }
    // What no run without faults deletes is wanted. A crashed run is held to more already.
    for (object, count) in &ran.deletes {
        let wanted = reference.deletes.get(object).copied().unwrap_or_default();
        if *count > wanted && matrix != Matrix::Crash {
            wrong.push(format!("{object} was deleted {count} times, not {wanted}: it was live"));
        }
    }
    wrong
}

fn unequal(what: &str, expected: &Counts, found: &Counts, varying: &BTreeSet<String>) -> Vec<String> {
    let objects: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    let times = |counts: &Counts, object: &String| counts.get(object).copied().unwrap_or_default();
    let differ = objects
        .into_iter()
        .filter(|object| !varying.contains(*object) && times(expected, object) != times(found, object));
    differ
        .map(|object| {
            format!(
                "{object} was {what} {} times, not {}",
                times(found, object),
                times(expected, object)
            )
        })
        .collect()
}
