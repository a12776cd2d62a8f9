//! What every reconcile shares.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kube::Client;
use kube::runtime::reflector::{ObjectRef, Store};

use crate::apply::Applier;
use crate::crd::WebhookServiceStatus;
use crate::events::Events;
use crate::gate::Gate;
use crate::metrics::Metrics;
use crate::progress::Progress;
use crate::scope::ScopeSettings;
use crate::status::Failure;
use crate::watches::{Guarded, Triggers, Watches};

/// The surroundings of a reconcile.
pub struct Context {
    /// The API server.
    pub client: Client,
    /// All writes of children go through it.
    pub applier: Applier,
    /// All other writes too.
    pub gate: Arc<Gate>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What is to be done.
    pub progress: Arc<Progress>,
    /// What was last seen.
    pub watches: Watches,
    /// What it looks at.
    pub scope: ScopeSettings,
    /// All objects, also of namespaces that are not chosen.
    pub objects: Store<Guarded>,
    /// By whom others are told to look again.
    pub triggers: Triggers,
    /// Takes what people are told.
    pub events: Events,
    /// The image of objects that name none.
    pub receiver_image: String,
    /// The shared cAdvisor's namespace.
    pub cadvisor_namespace: String,
    /// The last status write of each object, by uid, while the watch has yet to show it.
    pub written: Mutex<HashMap<String, WrittenStatus>>,
    /// Whether the definition lets a status record what was sent; one from before that does not.
    pub keeps_records: AtomicBool,
    /// Why the shared objects are not as they should be.
    pub shared_failure: Mutex<Option<Failure>>,
    /// Objects whose host and path an older one has.
    pub clashing: Mutex<HashSet<ObjectRef<Guarded>>>,
    /// How often each object (by uid) failed in a row.
    pub failures: Mutex<HashMap<String, u32>>,
}

impl Context {
    /// The objects that are this operator's to care for.
    #[must_use]
    pub fn mine(&self) -> Vec<Arc<Guarded>> {
        let chosen = &self.watches.chosen;
        let all = self.objects.state().into_iter();
        all.filter(|object| chosen.covers(object.as_ref())).collect()
    }

    /// How often each object failed in a row, locked.
    pub fn failures(&self) -> MutexGuard<'_, HashMap<String, u32>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the last status writes said, locked.
    pub fn written(&self) -> MutexGuard<'_, HashMap<String, WrittenStatus>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Objects whose host and path an older one has, locked.
    pub fn clashing(&self) -> MutexGuard<'_, HashSet<ObjectRef<Guarded>>> {
        self.clashing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was last written of an object's status, until the watch has caught up with it.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenStatus {
    /// The versions of the object before that write, as far as they are known: the watch may still be at any of them.
    before: Vec<String>,
    /// The version that the write made.
    made: String,
    /// What was written; none once the watch has shown it.
    status: Option<WebhookServiceStatus>,
}

impl WrittenStatus {
    /// A write upon the version that was shown when it was computed, after `earlier` ones; it made the version `made`.
    #[must_use]
    pub fn after(earlier: Option<Self>, shown: String, made: String, status: WebhookServiceStatus) -> Self {
        let mut before = match earlier {
            Some(earlier) if earlier.before.contains(&shown) => {
                let mut before = earlier.before;
                before.push(earlier.made);
                before
            }
            _ => vec![shown],
        };
        // Where nothing changed the version is still the one before.
        before.retain(|version| *version != made);
        Self {
            before,
            made,
            status: Some(status),
        }
    }

    /// What was written, where the watch, which shows this version, has yet to show it.
    #[must_use]
    pub fn ahead_of(&self, shown: &str) -> Option<&WebhookServiceStatus> {
        let is_ahead = self.before.iter().any(|version| version == shown);
        self.status.as_ref().filter(|_| is_ahead)
    }

    /// The watch shows this version. The versions stay: what is under way may have begun with one of them.
    pub fn show(&mut self, shown: &str) {
        if self.ahead_of(shown).is_none() {
            self.status = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(earlier: Option<WrittenStatus>, shown: &str, made: &str) -> WrittenStatus {
        WrittenStatus::after(
            earlier,
            shown.to_owned(),
            made.to_owned(),
            WebhookServiceStatus::default(),
        )
    }

    fn ahead(written: &WrittenStatus, shown: &str) -> bool {
        written.ahead_of(shown).is_some()
    }

    #[test]
    fn several_writes_in_a_row_are_ahead_until_the_last_is_shown() {
        let second = written(Some(written(None, "1", "2")), "1", "3");
        // 4 is somebody else's: what it says is newer.
        assert_eq!(
            ["1", "2", "3", "4"].map(|shown| ahead(&second, shown)),
            [true, true, false, false]
        );
    }

    #[test]
    fn a_write_that_began_before_the_last_was_shown_is_ahead_of_that() {
        let mut first = written(None, "1", "2");
        first.show("2");
        let second = written(Some(first), "1", "3");
        assert!(ahead(&second, "2"));
    }

    #[test]
    fn what_was_shown_meanwhile_begins_anew() {
        let second = written(Some(written(None, "1", "2")), "2", "3");
        assert!(ahead(&second, "2") && !ahead(&second, "1"));
    }

    #[test]
    fn a_write_that_changed_nothing_is_shown_already() {
        assert!(!ahead(&written(None, "1", "1"), "1"));
    }
}
