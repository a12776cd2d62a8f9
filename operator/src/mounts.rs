//! Why the volumes of our pods cannot be mounted: a Secret or a key that is not there. A pod's own state is silent about it;
//! the kubelet says it in Events alone. Only reads, and nothing waits for it: without it a status says less, no more.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Event, Pod};
use kube::runtime::reflector::{ObjectRef, Store};
use kube::runtime::watcher;
use kube::{Api, ResourceExt};

use crate::names;
use crate::trouble::FailedMount;
use crate::watches::{Triggers, config, follow, seen};

/// What the kubelet reports under.
const REASON: &str = "FailedMount";

/// What it last said of the mounts of any pod.
pub type Mounts = Store<Event>;

/// Starts to follow what the kubelets say; the objects of these pods are looked at again.
#[must_use]
pub fn start(places: Vec<Api<Event>>, pods: Store<Pod>, triggers: Triggers) -> Mounts {
    let chosen = config().fields(&format!("reason={REASON},involvedObject.kind=Pod"));
    let metrics = Arc::clone(&triggers.metrics);
    let (store, following) = follow(places, chosen, metrics, move |_, event| {
        if let Ok(watcher::Event::Apply(event)) = event {
            tell(event, &pods, &triggers);
        }
    });
    tokio::spawn(following);
    store
}

fn tell(event: &Event, pods: &Store<Pod>, triggers: &Triggers) {
    let involved = &event.involved_object;
    let (Some(namespace), Some(name)) = (&involved.namespace, &involved.name) else {
        return;
    };
    let pod = seen(pods, namespace, name);
    if let Some(instance) = pod.as_ref().and_then(|pod| pod.labels().get(names::INSTANCE)) {
        // A closed channel means that the controller is shutting down.
        let _ = triggers.one.unbounded_send(ObjectRef::new(instance).within(namespace));
    }
}

/// What is said of the mounts of these pods, in a fixed order: the kubelet says several things of one trouble in turn.
#[must_use]
pub fn of_pods(mounts: &Mounts, pods: &[&Pod]) -> Vec<FailedMount> {
    let uids: Vec<_> = pods.iter().filter_map(|pod| pod.uid()).collect();
    let events = mounts.state_filter(|event| event.involved_object.uid.as_ref().is_some_and(|uid| uids.contains(uid)));
    let failed = events.iter().filter_map(|event| {
        Some(FailedMount {
            pod: event.involved_object.uid.clone()?,
            message: event.message.clone()?,
        })
    });
    let mut failed: Vec<_> = failed.collect();
    failed.sort_by(|one, other| one.message.cmp(&other.message));
    failed
}
