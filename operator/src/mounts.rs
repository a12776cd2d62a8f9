//! Why the volumes of our pods cannot be mounted: a Secret or a key that is not there. A pod's own state is silent about it;
//! the kubelet says it in Events alone. Only reads, and nothing waits for it: without it a status says less, no more.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Event;
use kube::Api;
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher;

use crate::cache::Cache;
use crate::trouble::{FailedMount, Receiver};
use crate::watches::{Triggers, config, follow};

/// What the kubelet reports under.
const REASON: &str = "FailedMount";

/// What it last said of the mounts of any pod.
pub type Mounts = Cache<FailedMount>;

/// Starts to follow what the kubelets say; the objects of these pods are looked at again.
#[must_use]
pub fn start(places: Vec<Api<Event>>, pods: Cache<Receiver>, triggers: Triggers) -> Mounts {
    let chosen = config().fields(&format!("reason={REASON},involvedObject.kind=Pod"));
    let metrics = Arc::clone(&triggers.metrics);
    let (mounts, following) = follow(places, chosen, metrics, failed_mount, move |_, event| {
        if let Ok(watcher::Event::Apply(event)) = event {
            tell(event, &pods, &triggers);
        }
    });
    tokio::spawn(following);
    mounts
}

fn failed_mount(event: &Event) -> FailedMount {
    FailedMount {
        pod: event.involved_object.uid.clone().unwrap_or_default(),
        message: event.message.clone().unwrap_or_default(),
    }
}

fn tell(event: &Event, pods: &Cache<Receiver>, triggers: &Triggers) {
    let involved = &event.involved_object;
    let (Some(namespace), Some(name)) = (&involved.namespace, &involved.name) else {
        return;
    };
    if let Some(pod) = pods.get(namespace, name) {
        // A closed channel means that the controller is shutting down.
        let _ = triggers
            .one
            .unbounded_send(ObjectRef::new(&pod.instance).within(namespace));
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
