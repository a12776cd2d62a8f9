//! Says whether a run with a fault ended as those without did, and did nothing on the way that it must not.

use std::collections::BTreeSet;

use super::plan::Matrix;
use super::reference::Reference;
use super::run::Ran;
use crate::kinds;
use crate::proxy::call::Verb;
use crate::proxy::record::{Counts, Entry};
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
    wrong.extend(
        ran.entries
            .iter()
            .filter(|entry| is_of_live(reference, ran, entry))
            .map(|entry| {
                format!(
                    "{} was of a live object: the state that its step ends in has it",
                    entry.point
                )
            }),
    );
    wrong
}

/// Whether this deleted an object that belongs to what the step ends in. Other deletes are right however often they come: what a
/// stale view makes anew has to go again.
fn is_of_live(reference: &Reference, ran: &Ran, entry: &Entry) -> bool {
    let call = &entry.point.call;
    let step = ran.begins.iter().filter(|began| **began <= entry.at).count();
    let ends_in = step.checked_sub(1).and_then(|step| reference.states.get(step));
    let (Some(ends_in), Some(kind), Some(name)) = (ends_in, kinds::of(&call.resource), &call.name) else {
        return false;
    };
    let is_done = call.verb == Verb::Delete && entry.status == Some(200);
    is_done && ends_in.state.contains_key(&format!("{} {kind}/{name}", call.place))
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::time::Instant;

    use super::super::workload::Workload;
    use super::*;
    use crate::proxy::call::Call;
    use crate::proxy::fault::Point;

    fn reference() -> Reference {
        let state = State::from([(
            "own Service/orders".to_owned(),
            json!({"spec": {"port": 80, "nodePort": 30000}}),
        )]);
        let mask = BTreeSet::from(["own Service/orders.spec.nodePort".to_owned()]);
        Reference {
            workload: Workload::Create,
            states: vec![Masked { state, mask }],
            creates: Counts::from([
                ("services own/orders".to_owned(), 1),
                ("ingresses own/orders".to_owned(), 1),
            ]),
            deletes: Counts::from([("ingresses own/orders".to_owned(), 1)]),
            varying: BTreeSet::new(),
            points: vec![],
            events: std::collections::BTreeMap::new(),
        }
    }

    fn right() -> Ran {
        Ran {
            creates: reference().creates,
            deletes: reference().deletes,
            ..Ran::default()
        }
    }

    #[test]
    fn another_state_is_seen_but_for_what_is_masked() {
        let states = reference().states;
        let found = |spec| State::from([("own Service/orders".to_owned(), json!({"spec": spec}))]);
        let differences = |found| states.first().map(|state| state.differences(&found));
        assert_eq!(differences(found(json!({"port": 80, "nodePort": 31000}))), Some(vec![]));
        let wrong = vec!["own Service/orders.spec.port is 81, not 80".to_owned()];
        assert_eq!(differences(found(json!({"port": 81, "nodePort": 30000}))), Some(wrong));
        assert_eq!(
            differences(State::new()),
            Some(vec!["own Service/orders is missing".to_owned()])
        );
    }

    #[test]
    fn each_thing_that_must_not_happen_is_told() {
        assert!(judge(Matrix::Crash, &reference(), &right()).is_empty());
        let twice = Counts::from([
            ("services own/orders".to_owned(), 2),
            ("ingresses own/orders".to_owned(), 1),
        ]);
        let wrong = Ran {
            creates: twice,
            ..right()
        };
        assert_eq!(
            judge(Matrix::Crash, &reference(), &wrong),
            ["services own/orders was created 2 times, not 1"]
        );
        for matrix in [Matrix::Crash, Matrix::Errors, Matrix::Watches] {
            let told = |kind: &str| {
                let entries = vec![delete(kind, true)];
                let begins = entries.iter().map(|entry| entry.at).collect();
                judge(
                    matrix,
                    &reference(),
                    &Ran {
                        begins,
                        entries,
                        ..right()
                    },
                )
                .len()
            };
            assert_eq!((told("services"), told("ingresses")), (1, 0));
        }
        let stuck = Ran {
            stuck: Some("step 1: not as without faults".to_owned()),
            ..right()
        };
        assert_eq!(judge(Matrix::Errors, &reference(), &stuck).len(), 1);
    }

    fn delete(resource: &str, has_uid: bool) -> Entry {
        let call = Call {
            verb: Verb::Delete,
            resource: resource.to_owned(),
            place: "own".to_owned(),
            name: Some("orders".to_owned()),
        };
        Entry {
            point: Point { call, nth: 1 },
            at: Instant::now(),
            status: Some(200),
            has_uid,
            events: 0,
        }
    }

    #[test]
    fn a_delete_without_a_uid_is_told() {
        let of = |has_uid| {
            let entries = vec![delete("ingresses", has_uid)];
            judge(Matrix::Errors, &reference(), &Ran { entries, ..right() })
        };
        assert_eq!((of(true).len(), of(false).len()), (0, 1));
    }
}
