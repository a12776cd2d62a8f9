//! The cAdvisor that all `WebhookServices` share: what it is made of and whether it is wanted. Pure.
//! It has no owner reference, since an owner may not live in another namespace; `converge` keeps or removes it as a whole.

mod daemon_set;
mod kubelet;
mod service;
mod service_monitor;
mod version;

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::apps::v1::DaemonSet;
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{Resource, ResourceExt};

use crate::crd::{ContainerMetrics, WebhookService};
use crate::external::ServiceMonitor;
use crate::names;

/// Where the shared objects live and what they run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CadvisorSettings {
    /// The namespace that is kept for them alone.
    pub namespace: String,
    /// cAdvisor's image.
    pub image: String,
    /// Secrets of that namespace with which the nodes pull it.
    pub pull_secrets: Vec<String>,
}

/// The names of the `WebhookServices` that want container metrics from one source, by namespace. Empty: nobody does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted(BTreeMap<String, BTreeSet<String>>);

impl Wanted {
    /// Reads it off a list of all objects. One that is being deleted wants nothing any more; a paused one keeps what it had.
    pub fn by<'a>(objects: impl IntoIterator<Item = &'a WebhookService>, source: ContainerMetrics) -> Self {
        let mut wanted = BTreeMap::<_, BTreeSet<_>>::new();
        for object in objects {
            let wants = object.spec.monitoring.container_metrics == source;
            if let (true, None, Some(namespace)) = (wants, &object.meta().deletion_timestamp, object.namespace()) {
                wanted.entry(namespace).or_default().insert(object.name_any());
            }
        }
        Self(wanted)
    }

    /// Whether anybody wants them.
    #[must_use]
    pub fn is_any(&self) -> bool {
        !self.0.is_empty()
    }
}

/// The shared cAdvisor's objects.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// cAdvisor itself, on every node.
    pub daemon_set: DaemonSet,
    /// By which a `ServiceMonitor` finds it.
    pub service: Service,
    /// Which keeps the series of our pods and drops the rest.
    pub service_monitor: ServiceMonitor,
}

/// Builds the kubelets' `ServiceMonitor` for those who want it.
#[must_use]
pub fn kubelet_monitor(settings: &CadvisorSettings, wanted: &Wanted) -> ServiceMonitor {
    kubelet::build(settings, wanted)
}

/// Builds the shared cAdvisor for those who want it.
#[must_use]
pub fn build(settings: &CadvisorSettings, wanted: &Wanted) -> Shared {
    Shared {
        daemon_set: daemon_set::build(settings),
        service: service::build(settings),
        service_monitor: service_monitor::build(settings, wanted),
    }
}

fn shared_meta(settings: &CadvisorSettings) -> ObjectMeta {
    ObjectMeta {
        name: Some(names::CADVISOR.to_owned()),
        namespace: Some(settings.namespace.clone()),
        labels: Some(names::cadvisor_labels()),
        ..ObjectMeta::default()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    pub(crate) fn settings() -> CadvisorSettings {
        CadvisorSettings {
            namespace: "system-cadvisor".to_owned(),
            image: "cadvisor:1".to_owned(),
            pull_secrets: vec![],
        }
    }

    pub(crate) fn object(namespace: &str, name: &str, metrics: &str, deleted: bool) -> WebhookService {
        let mut object: WebhookService = serde_json::from_value(json!({
            "apiVersion": "webhook-operator.dev/v1alpha1",
            "kind": "WebhookService",
            "metadata": {"name": name, "namespace": namespace, "uid": name},
            "spec": {"monitoring": {"containerMetrics": metrics}},
        }))
        .unwrap();
        if deleted {
            object.metadata.deletion_timestamp = serde_json::from_value(json!("2026-01-01T00:00:00Z")).unwrap();
        }
        object
    }

    fn by_cadvisor(objects: &[&WebhookService]) -> bool {
        Wanted::by(objects.iter().copied(), ContainerMetrics::CAdvisor).is_any()
    }

    #[test]
    fn wanted_while_one_live_object_asks() {
        let asks = object("shop", "orders", "CAdvisor", false);
        let going = object("shop", "pay", "CAdvisor", true);
        let content = object("shop", "other", "None", false);
        let by_itself = object("shop", "third", "Self", false);
        assert!(by_cadvisor(&[&asks, &going, &content, &by_itself]));
        assert!(!by_cadvisor(&[&going, &content, &by_itself]));
        assert!(!by_cadvisor(&[]));
    }
}
