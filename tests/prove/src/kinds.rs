//! The kinds of which the operator makes objects, and its own. A list, and no more.

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::{ConfigMap, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::api::ApiResource;
use webhook_operator::crd::WebhookService;
use webhook_operator::external::{HttpRoute, PrometheusRule, ServiceMonitor};

/// The `WebhookService`.
#[must_use]
pub fn ours() -> ApiResource {
    ApiResource::erase::<WebhookService>(&())
}

/// The shared cAdvisor.
#[must_use]
pub fn shared() -> ApiResource {
    ApiResource::erase::<DaemonSet>(&())
}

/// What becomes of a `WebhookService`.
#[must_use]
pub fn children() -> Vec<ApiResource> {
    vec![
        ApiResource::erase::<ServiceAccount>(&()),
        ApiResource::erase::<Service>(&()),
        ApiResource::erase::<Deployment>(&()),
        ApiResource::erase::<ServiceMonitor>(&()),
        ApiResource::erase::<PrometheusRule>(&()),
        ApiResource::erase::<HorizontalPodAutoscaler>(&()),
        ApiResource::erase::<PodDisruptionBudget>(&()),
        ApiResource::erase::<NetworkPolicy>(&()),
        ApiResource::erase::<Ingress>(&()),
        ApiResource::erase::<HttpRoute>(&()),
        ApiResource::erase::<ConfigMap>(&()),
    ]
}

/// All of them.
#[must_use]
pub fn all() -> Vec<ApiResource> {
    [ours(), shared()].into_iter().chain(children()).collect()
}

/// Whether Kubernetes itself puts this object into every namespace.
#[must_use]
pub fn is_given(kind: &str, name: &str) -> bool {
    matches!(
        (kind, name),
        ("ServiceAccount", "default") | ("ConfigMap", "kube-root-ca.crt")
    )
}

/// The kind of a resource, `Deployment` of `deployments`.
#[must_use]
pub fn of(plural: &str) -> Option<String> {
    all().into_iter().find(|one| one.plural == plural).map(|one| one.kind)
}
