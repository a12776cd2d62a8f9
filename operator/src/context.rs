//! What every reconcile shares.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kube::Client;
use kube::runtime::reflector::{ObjectRef, Store};

use crate::apply::Applier;
use crate::events::Events;
use crate::gate::Gate;
use crate::metrics::Metrics;
use crate::progress::Progress;
use crate::scope::ScopeSettings;
use crate::status::Failure;
use crate::targets::Targets;
use crate::watches::{Guarded, Triggers, Watches};
use crate::written::WrittenStatus;

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
    /// What a Prometheus says of the receivers.
    pub targets: Targets,
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
