//! What a workload does without faults, from two runs of it: the states it passes through, what it writes, and what no two runs
//! have alike. Everything that is later spoilt is taken from here.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};

use super::oracle::Masked;
use super::run::Ran;
use super::workload::Workload;
use crate::proxy::call::Verb;
use crate::proxy::fault::Point;
use crate::proxy::record::{Counts, Entry};
use crate::state::differing_fields;

/// A workload without faults.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Which.
    pub workload: Workload,
    /// The state after each step.
    pub states: Vec<Masked>,
    /// How often each object is created.
    pub creates: Counts,
    /// How often each is deleted by the operator; the garbage collector's work is its own.
    pub deletes: Counts,
    /// Objects of which the two runs created, or deleted, a different number.
    pub varying: BTreeSet<String>,
    /// Requests of both runs, in their order.
    pub points: Vec<Point>,
    /// How many events each watch told of.
    pub events: BTreeMap<Point, usize>,
}

impl Reference {
    /// Makes it of two runs.
    ///
    /// # Errors
    /// When they differ in more than the values of fields.
    pub fn of(workload: Workload, one: Ran, other: &Ran) -> Result<Self> {
        if let Some(stuck) = one.stuck.as_ref().or(other.stuck.as_ref()) {
            anyhow::bail!("{workload}: {stuck}");
        }
        let mut states = Vec::new();
        for (one, other) in one.snapshots.into_iter().zip(&other.snapshots) {
            let mut mask = BTreeSet::new();
            for difference in differing_fields(&one, other) {
                let is_field = one.contains_key(&difference.at) == other.contains_key(&difference.at);
                ensure!(
                    is_field,
                    "{workload}, without faults: {} {}",
                    difference.at,
                    difference.text
                );
                mask.insert(difference.at);
            }
            states.push(Masked { state: one, mask });
        }
        let mut varying = varying(&one.creates, &other.creates);
        varying.extend(self::varying(&one.deletes, &other.deletes));
        let also: BTreeMap<_, _> = other.entries.iter().map(|entry| (&entry.point, entry.events)).collect();
        let both = one.entries.iter().filter(|entry| also.contains_key(&entry.point));
        let both: Vec<&Entry> = both.filter(|entry| !entry.point.call.is_lease()).collect();
        let events = both
            .iter()
            .filter(|entry| entry.point.call.verb == Verb::Watch)
            .map(|entry| {
                let fewest = also.get(&entry.point).copied().unwrap_or_default().min(entry.events);
                (entry.point.clone(), fewest)
            });
        Ok(Self {
            workload,
            states,
            creates: one.creates,
            deletes: one.deletes,
            varying,
            events: events.collect(),
            points: both.iter().map(|entry| entry.point.clone()).collect(),
        })
    }

    /// How many fields are masked because the two runs differ in them.
    #[must_use]
    pub fn masked(&self) -> BTreeSet<&str> {
        self.states
            .iter()
            .flat_map(|state| state.mask.iter().map(String::as_str))
            .collect()
    }
}

fn varying(one: &Counts, other: &Counts) -> BTreeSet<String> {
    let all = one.keys().chain(other.keys());
    all.filter(|object| one.get(*object) != other.get(*object))
        .cloned()
        .collect()
}
