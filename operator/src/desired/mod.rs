//! What a `WebhookService` asks for, as whole objects. Pure: one file per managed kind, each a function of `Validated`.

mod autoscaler;
mod config_map;
pub mod dashboard;
mod deployment;
mod disruption_budget;
mod http_route;
mod ingress;
mod network_policy;
mod prometheus_rule;
mod service;
mod service_account;
mod service_monitor;

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::{ConfigMap, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, to_value};

use crate::external::{HttpRoute, PrometheusRule, ServiceMonitor};
use crate::names;
use crate::validate::Validated;

pub use service_monitor::labels as monitor_labels;

/// The children of one `WebhookService`. `None` is a child that is switched off and must not exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// The identity of the receivers, with no rights.
    pub service_account: ServiceAccount,
    /// What senders reach.
    pub service: Service,
    /// The receivers.
    pub deployment: Deployment,
    /// By which a Prometheus Operator finds them.
    pub service_monitor: Option<ServiceMonitor>,
    /// What a Prometheus records of them, and when it tells somebody.
    pub prometheus_rule: Option<PrometheusRule>,
    /// Which chooses how many receivers run.
    pub autoscaler: Option<HorizontalPodAutoscaler>,
    /// How many receivers may be away while nodes are drained.
    pub disruption_budget: Option<PodDisruptionBudget>,
    /// Who may open connections to them.
    pub network_policy: Option<NetworkPolicy>,
    /// By which senders outside reach them.
    pub ingress: Option<Ingress>,
    /// The same by the Gateway API.
    pub http_route: Option<HttpRoute>,
    /// What a Grafana shows of them.
    pub dashboard: Option<ConfigMap>,
}

impl Desired {
    /// Every child that is wanted, as a document.
    ///
    /// # Errors
    /// When one cannot be written as JSON, which no input can cause.
    pub fn documents(&self) -> serde_json::Result<Vec<Value>> {
        // Without `..`: a child that is added and forgotten here does not compile.
        let Self {
            service_account,
            service,
            deployment,
            service_monitor,
            prometheus_rule,
            autoscaler,
            disruption_budget,
            network_policy,
            ingress,
            http_route,
            dashboard,
        } = self;
        let all = [
            to_value(service_account)?,
            to_value(service)?,
            to_value(deployment)?,
            to_value(service_monitor)?,
            to_value(prometheus_rule)?,
            to_value(autoscaler)?,
            to_value(disruption_budget)?,
            to_value(network_policy)?,
            to_value(ingress)?,
            to_value(http_route)?,
            to_value(dashboard)?,
        ];
        Ok(all.into_iter().filter(|document| !document.is_null()).collect())
    }
}

/// Builds all children. The same input gives the same output, so that an unchanged object is never sent again.
#[must_use]
pub fn build(validated: &Validated) -> Desired {
    Desired {
        service_account: service_account::build(validated),
        service: service::build(validated),
        deployment: deployment::build(validated),
        service_monitor: service_monitor::build(validated),
        prometheus_rule: prometheus_rule::build(validated),
        autoscaler: autoscaler::build(validated),
        disruption_budget: disruption_budget::build(validated),
        network_policy: network_policy::build(validated),
        ingress: ingress::build(validated),
        http_route: http_route::build(validated),
        dashboard: config_map::build(validated),
    }
}

/// The metadata every child has: the object's own name and namespace, our labels, the object as owner.
fn child_meta(validated: &Validated) -> ObjectMeta {
    ObjectMeta {
        name: Some(validated.name.clone()),
        namespace: Some(validated.namespace.clone()),
        labels: Some(names::receiver_labels(&validated.name)),
        owner_references: Some(vec![validated.owner.clone()]),
        ..ObjectMeta::default()
    }
}

/// The same, with labels that users choose beside ours.
fn labelled_meta(validated: &Validated, labels: BTreeMap<String, String>) -> ObjectMeta {
    let mut metadata = child_meta(validated);
    metadata.labels.get_or_insert_default().extend(labels);
    metadata
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;
    use crate::crd::WebhookService;
    use crate::validate::validate;

    /// A stored object with this spec; the API server's defaults come from the same `Default`.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "a call reads better without `&` before `json!`"
    )]
    pub(crate) fn validated(spec: Value) -> Validated {
        let object: WebhookService = serde_json::from_value(json!({
            "apiVersion": "webhook-operator.dev/v1alpha1",
            "kind": "WebhookService",
            "metadata": {"name": "orders", "namespace": "shop", "uid": "u-1", "generation": 3},
            "spec": spec,
        }))
        .unwrap();
        validate(&object, "receiver:default").unwrap()
    }

    pub(crate) fn meta() -> Value {
        json!({
            "name": "orders",
            "namespace": "shop",
            "labels": {
                "app.kubernetes.io/instance": "orders",
                "app.kubernetes.io/managed-by": "webhook-operator",
                "app.kubernetes.io/name": "webhook-receiver",
            },
            "ownerReferences": [{
                "apiVersion": "webhook-operator.dev/v1alpha1",
                "controller": true,
                "kind": "WebhookService",
                "name": "orders",
                "uid": "u-1",
            }],
        })
    }

    #[test]
    fn the_same_object_gives_the_same_children() {
        let object = validated(json!({"service": {"annotations": {"b": "2", "a": "1"}}}));
        assert_eq!(build(&object), build(&object));
    }

    #[test]
    fn the_service_account_is_named_like_the_object_and_gets_no_token() {
        let built = serde_json::to_value(build(&validated(json!({}))).service_account).unwrap();
        assert_eq!(
            built,
            json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta(), "automountServiceAccountToken": false})
        );
    }
}
