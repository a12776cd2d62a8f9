//! Why the volumes of our pods cannot be mounted: a Secret or a key that is not there. A pod's own state is silent about it;
//! the kubelet says it in Events alone. Only reads, and nothing waits for it: without it a status says less, no more.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Event;
use kube::Client;
use kube::api::DynamicObject;
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher;
use serde_json::Value;

use crate::cache::Cache;
use crate::subject::{Places, Subject};
use crate::trouble::{FailedMount, Receiver};
use crate::watches::{Triggers, follow};

/// What the kubelet reports under.
const REASON: &str = "FailedMount";

/// What it last said of the mounts of any pod.
pub type Mounts = Cache<FailedMount>;

/// Starts to follow what the kubelets say; the objects of these pods are looked at again.
#[must_use]
pub fn start(client: &Client, places: &Places, pods: Cache<Receiver>, triggers: Triggers) -> Mounts {
    let subject = Subject::of::<Event>(client, places, failed_mount);
    let subject = subject.with_fields(&format!("reason={REASON},involvedObject.kind=Pod"));
    let metrics = Arc::clone(&triggers.metrics);
    let (mounts, following) = follow(subject, metrics, move |_, event| {
        if let Ok(watcher::Event::Apply(event)) = event {
            tell(event, &pods, &triggers);
        }
    });
    tokio::spawn(following);
    mounts
}

fn text<'a>(event: &'a DynamicObject, field: &str) -> &'a str {
    event.data.pointer(field).and_then(Value::as_str).unwrap_or_default()
}

fn failed_mount(event: &DynamicObject) -> FailedMount {
    FailedMount {
        pod: text(event, "/involvedObject/uid").to_owned(),
        message: text(event, "/message").to_owned(),
    }
}

fn tell(event: &DynamicObject, pods: &Cache<Receiver>, triggers: &Triggers) {
    let namespace = text(event, "/involvedObject/namespace");
    if let Some(pod) = pods.get(namespace, text(event, "/involvedObject/name")) {
        triggers.tell_one(ObjectRef::new(&pod.instance).within(namespace));
    }
}

/// What is said of the mounts of these pods of a namespace, in a fixed order: the kubelet says several things of one trouble in turn.
#[must_use]
pub fn of_pods(mounts: &Mounts, namespace: &str, pods: &[(Box<str>, Arc<Receiver>)]) -> Vec<FailedMount> {
    let is_of_one = |failed: &FailedMount| pods.iter().any(|(_, pod)| *pod.uid == *failed.pod);
    let failed = mounts.all_in(namespace, is_of_one).into_iter();
    let mut failed: Vec<_> = failed.map(|(_, failed)| FailedMount::clone(&failed)).collect();
    failed.sort_by(|one, other| one.message.cmp(&other.message));
    failed
}
