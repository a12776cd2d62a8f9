//! What should be done by now, what is being done, and when something last ended: from it follows whether the process
//! still gets anywhere. That the API server refuses or is silent is no standstill: each such request ends.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kube::ResourceExt;
use tokio::time::Instant;

use crate::watches::Guarded;

/// No piece of work takes this long: each of its requests has a deadline of ten seconds.
const LONGEST: Duration = Duration::from_mins(5);

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// One `WebhookService`.
    Object {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// The shared cAdvisor.
    Shared,
}

impl Work {
    /// The one about this object.
    #[must_use]
    pub fn on(object: &Guarded) -> Self {
        Self::Object {
            namespace: object.namespace().unwrap_or_default(),
            name: object.name_any(),
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object { namespace, name } => write!(f, "WebhookService {namespace}/{name}"),
            Self::Shared => f.write_str("the shared cAdvisor"),
        }
    }
}

/// All work, at moments that the caller names.
#[derive(Debug)]
struct Ledger {
    due: HashMap<Work, Instant>,
    begun: HashMap<Work, Instant>,
    last_step: Instant,
}

impl Ledger {
    fn new(now: Instant) -> Self {
        Self {
            due: HashMap::new(),
            begun: HashMap::new(),
            last_step: now,
        }
    }

    /// `work` should begin at `at`, unless it should earlier.
    fn due(&mut self, work: Work, at: Instant) {
        let first = self.due.entry(work).or_insert(at);
        *first = at.min(*first);
    }

    fn begin(&mut self, work: Work, now: Instant) {
        self.due.remove(&work);
        self.begun.insert(work, now);
    }

    fn end(&mut self, work: &Work, now: Instant) {
        self.begun.remove(work);
        self.last_step = now;
    }

    fn waiting(&self, now: Instant) -> usize {
        self.due.values().filter(|at| **at <= now).count()
    }

    /// What stands still for `after` or longer, in one line.
    fn stalled(&self, now: Instant, after: Duration) -> Option<String> {
        let oldest = |all: &HashMap<Work, Instant>| {
            let oldest = all.iter().min_by_key(|(_, since)| **since)?;
            Some((oldest.0.clone(), now.saturating_duration_since(*oldest.1)))
        };
        let (running, waiting) = (oldest(&self.begun), oldest(&self.due));
        let quiet = now.saturating_duration_since(self.last_step);
        let nothing_ends = |limit: Duration| quiet >= after && limit >= after;
        if let Some((work, time)) = running.filter(|(_, time)| nothing_ends(*time) || *time >= LONGEST.max(after)) {
            return Some(format!(
                "{work} has been worked on for {} s without an end",
                time.as_secs()
            ));
        }
        let (work, time) = waiting.filter(|(_, time)| nothing_ends(*time))?;
        Some(format!(
            "{work} has been due for {} s, and nothing has ended for {} s",
            time.as_secs(),
            quiet.as_secs()
        ))
    }
}

/// All work, now.
pub struct Progress {
    ledger: Mutex<Ledger>,
    after: Duration,
}

impl Progress {
    /// Nothing to do yet. `after` this long without an end of anything, while something is due, it is a standstill.
    #[must_use]
    pub fn new(after: Duration) -> Self {
        Self {
            ledger: Mutex::new(Ledger::new(Instant::now())),
            after,
        }
    }

    /// `work` should be begun now.
    pub fn due(&self, work: Work) {
        self.ledger().due(work, Instant::now());
    }

    /// `work` should be begun once `delay` has passed.
    pub fn later(&self, work: Work, delay: Duration) {
        self.ledger().due(work, Instant::now() + delay);
    }

    /// `work` is begun.
    pub fn begin(&self, work: Work) {
        self.ledger().begin(work, Instant::now());
    }

    /// `work` has ended, well or not.
    pub fn end(&self, work: &Work) {
        self.ledger().end(work, Instant::now());
    }

    /// A part of some work has ended, well or not.
    pub fn step(&self) {
        self.ledger().last_step = Instant::now();
    }

    /// There is nothing to do for `work` any more.
    pub fn forget(&self, work: &Work) {
        self.ledger().due.remove(work);
    }

    /// How much is due now and not begun.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.ledger().waiting(Instant::now())
    }

    /// What stands still and since when, in one line.
    #[must_use]
    pub fn stalled(&self) -> Option<String> {
        self.ledger().stalled(Instant::now(), self.after)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
