//! What was asked of the API server in one run, and what it said. Judges nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::time::Instant;

use super::call::{Call, Verb};
use super::fault::Point;

/// One request.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which.
    pub point: Point,
    /// When it came.
    pub at: Instant,
    /// What the API server itself answered, whoever got to hear it; none while it has not, or was never asked.
    pub status: Option<u16>,
    /// Whether it names the one object that it is about by its UID.
    pub has_uid: bool,
    /// How many of the run's events a watch told of.
    pub events: usize,
}

/// How often something happened, by `resource place/name`.
pub type Counts = BTreeMap<String, usize>;

/// All requests of one run, in their order.
#[derive(Debug, Default)]
pub struct Record {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    entries: Vec<Entry>,
    met: HashMap<Call, usize>,
}

impl Known {
    /// The writes, the last one first, but for those that keep the lease.
    fn writes(&self) -> impl Iterator<Item = &Entry> {
        let entries = self.entries.iter().rev();
        entries.filter(|entry| entry.point.call.verb.writes() && !entry.point.call.is_lease())
    }
}

impl Record {
    /// Notes a request; gives its place in the record.
    pub fn begin(&self, call: &Call, body: &[u8]) -> usize {
        let mut known = self.lock();
        let met = known.met.entry(call.clone()).or_default();
        *met += 1;
        let point = Point {
            call: call.clone(),
            nth: *met,
        };
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        known.entries.push(Entry {
            point,
            at: Instant::now(),
            status: None,
            has_uid: body.pointer("/preconditions/uid").is_some_and(Value::is_string),
            events: 0,
        });
        known.entries.len() - 1
    }

    /// Notes what the API server answered.
    pub fn answered(&self, place: usize, status: u16) {
        if let Some(entry) = self.lock().entries.get_mut(place) {
            entry.status = Some(status);
        }
    }

    /// Notes an event of a watch.
    pub fn told(&self, place: usize) {
        if let Some(entry) = self.lock().entries.get_mut(place) {
            entry.events += 1;
        }
    }

    /// All of it.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().entries.clone()
    }

    /// When the last write came, but for those that keep the lease.
    #[must_use]
    pub fn last_write(&self) -> Option<Instant> {
        self.lock().writes().next().map(|entry| entry.at)
    }

    /// What the last `count` of these were.
    #[must_use]
    pub fn last_writes(&self, count: usize) -> Vec<String> {
        let known = self.lock();
        known
            .writes()
            .take(count)
            .map(|entry| entry.point.to_string())
            .collect()
    }

    /// How often each object was created: answered 201, whether or not the operator lived to hear it. Its next try is then
    /// answered 200, so that a write of which the operator never learns the end counts once.
    #[must_use]
    pub fn creates(&self) -> Counts {
        self.count(|entry| entry.status == Some(201))
    }

    /// How often each object was deleted: answered 200. A second try is answered 404, and does not count.
    #[must_use]
    pub fn deletes(&self) -> Counts {
        self.count(|entry| entry.point.call.verb == Verb::Delete && entry.status == Some(200))
    }

    fn count(&self, which: impl Fn(&Entry) -> bool) -> Counts {
        let mut counts = Counts::new();
        for entry in self.lock().entries.iter().filter(|entry| which(entry)) {
            let call = &entry.point.call;
            if !call.is_event() && !call.is_lease() {
                let name = call.name.as_deref().unwrap_or("*");
                *counts
                    .entry(format!("{} {}/{name}", call.resource, call.place))
                    .or_default() += 1;
            }
        }
        counts
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
