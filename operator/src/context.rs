//! What every reconcile shares.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use kube::Client;
use kube::runtime::events::Recorder;
use kube::runtime::reflector::{ObjectRef, Store};

use crate::apply::Applier;
use crate::crd::WebhookServiceStatus;
use crate::status::Failure;
use crate::watches::{Guarded, Triggers, Watches};

/// The surroundings of a reconcile.
pub struct Context {
    /// The API server.
    pub client: Client,
    /// All writes of children go through it.
    pub applier: Applier,
    /// What was last seen.
    pub watches: Watches,
    /// All objects.
    pub objects: Store<Guarded>,
    /// By whom others are told to look again.
    pub triggers: Triggers,
    /// Events go through one recorder, so that repeats are counted and not repeated.
    pub recorder: Recorder,
    /// The image of objects that name none.
    pub receiver_image: String,
    /// The shared cAdvisor's namespace.
    pub cadvisor_namespace: String,
    /// What the last status write of each object (by uid) replaced and said.
    pub written: Mutex<HashMap<String, WrittenStatus>>,
    /// Why the shared objects are not as they should be.
    pub shared_failure: Mutex<Option<Failure>>,
    /// Objects whose host and path an older one has.
    pub clashing: Mutex<HashSet<ObjectRef<Guarded>>>,
    /// How often each object (by uid) failed in a row.
    pub failures: Mutex<HashMap<String, u32>>,
}

/// One status write, until the watch has caught up with it.
#[derive(Clone, Debug)]
pub struct WrittenStatus {
    /// The object's version that the write started from.
    pub from_version: Option<String>,
    /// What was written.
    pub status: WebhookServiceStatus,
}
