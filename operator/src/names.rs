//! Every name, label, selector and port that two places must agree on. Owns no logic beyond putting them together.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

/// The field manager of every write, the reporter of every Event, and the value of `managed-by`.
pub const MANAGER: &str = "webhook-operator";

/// The field manager that keeps `replicas` while an autoscaler is about to take them over.
pub const REPLICAS_MANAGER: &str = "webhook-operator-replicas";

/// The receiver's container, by which cAdvisor's series are told from everybody else's.
pub const RECEIVER_CONTAINER: &str = "receiver";

/// The name of the receivers' port, in pods, Services and `ServiceMonitors`.
pub const HTTP_PORT_NAME: &str = "http";

/// The name of the receivers' port for metrics and health, where they have one of their own.
pub const METRICS_PORT_NAME: &str = "metrics";

/// The port every receiver listens on: the original's.
pub const RECEIVER_PORT: i32 = 5000;

/// The shared cAdvisor's objects.
pub const CADVISOR: &str = "webhook-operator-cadvisor";

/// The port of the shared cAdvisor: upstream's default.
pub const CADVISOR_PORT: i32 = 8080;

/// The name of the shared cAdvisor's port.
pub const CADVISOR_PORT_NAME: &str = "http-metrics";

/// The annotation of a Deployment whose `replicas` we have let go of, for an autoscaler.
pub const AUTOSCALED: &str = "webhook-operator.dev/autoscaled";

/// Where the Prometheus Operator keeps the Service of all kubelets.
pub const KUBELET_NAMESPACE: &str = "kube-system";

/// By which that Service is found. Source: the Prometheus Operator's `--kubelet-service`, `pkg/kubelet/controller.go`.
pub const KUBELET_SELECTOR: &str = "k8s-app=kubelet";

/// Our `ServiceMonitor` of the kubelets, in the shared namespace.
pub const KUBELET: &str = "webhook-operator-kubelet";

/// The label of objects that one of several installations is to care for.
pub const CONTROLLER_ID: &str = "webhook-operator.dev/controller-id";

/// The label that says who keeps an object.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// The label that names the `WebhookService` an object belongs to.
pub const INSTANCE: &str = "app.kubernetes.io/instance";

/// The label that says what an object is.
pub const NAME: &str = "app.kubernetes.io/name";

const RECEIVER: &str = "webhook-receiver";

/// Whether users may not set this label of a child.
#[must_use]
pub fn is_own_label(key: &str) -> bool {
    key.starts_with("app.kubernetes.io/")
}

/// Whether these labels say that we keep an object.
#[must_use]
pub fn is_managed(labels: &BTreeMap<String, String>) -> bool {
    labels.get(MANAGED_BY).is_some_and(|keeper| keeper == MANAGER)
}

/// The label selector for everything that we keep, for watches.
#[must_use]
pub fn managed_selector() -> String {
    format!("{MANAGED_BY}={MANAGER}")
}

/// What tells the receivers of `instance` from all other pods. Immutable in a Deployment: never add to it.
#[must_use]
pub fn receiver_selector(instance: &str) -> BTreeMap<String, String> {
    labels([(NAME, RECEIVER), (INSTANCE, instance)])
}

/// The labels of every child of `instance`.
#[must_use]
pub fn receiver_labels(instance: &str) -> BTreeMap<String, String> {
    labels([(NAME, RECEIVER), (INSTANCE, instance), (MANAGED_BY, MANAGER)])
}

/// The label selector of the receivers of `instance`, as the scale subresource wants it.
#[must_use]
pub fn receiver_selector_text(instance: &str) -> String {
    format!("{INSTANCE}={instance},{NAME}={RECEIVER}")
}

/// The names of the pods of the receivers of `instance`, as Prometheus matches them: the whole, in RE2's syntax.
/// Source: Kubernetes' `names/generate.go`. A Deployment's pods are called NAME-TEMPLATEHASH-RANDOM; what comes before the five
/// random letters is cut at 58, so that of a long name's hash a part is left, or nothing.
#[must_use]
pub fn receiver_pods(instance: &str) -> String {
    const LONGEST: usize = 58;
    const LONGEST_HASH: usize = "-4294967295-".len();
    if instance.len() + LONGEST_HASH <= LONGEST {
        format!("{instance}-[a-z0-9]+-[a-z0-9]{{5}}")
    } else if let Some(start) = instance.get(..LONGEST) {
        format!("{start}[a-z0-9]{{5}}")
    } else {
        format!("{instance}-[a-z0-9]*-?[a-z0-9]{{5}}")
    }
}

/// What tells the shared cAdvisor's pods from all others.
#[must_use]
pub fn cadvisor_selector() -> BTreeMap<String, String> {
    labels([(NAME, CADVISOR)])
}

/// The labels of every shared object.
#[must_use]
pub fn cadvisor_labels() -> BTreeMap<String, String> {
    labels([(NAME, CADVISOR), (MANAGED_BY, MANAGER)])
}

/// A selector that matches exactly these labels.
#[must_use]
pub fn matching(labels: BTreeMap<String, String>) -> LabelSelector {
    LabelSelector {
        match_labels: Some(labels),
        match_expressions: None,
    }
}

fn labels<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pods_of_a_long_name_are_called_by_what_is_left_of_it() {
        let cut = "a".repeat(58);
        for (name, expected) in [
            ("orders".to_owned(), "orders-[a-z0-9]+-[a-z0-9]{5}".to_owned()),
            ("a".repeat(46), format!("{}-[a-z0-9]+-[a-z0-9]{{5}}", &cut[..46])),
            ("a".repeat(47), format!("{}-[a-z0-9]*-?[a-z0-9]{{5}}", &cut[..47])),
            ("a".repeat(57), format!("{}-[a-z0-9]*-?[a-z0-9]{{5}}", &cut[..57])),
            ("a".repeat(58), format!("{cut}[a-z0-9]{{5}}")),
            ("a".repeat(63), format!("{cut}[a-z0-9]{{5}}")),
        ] {
            assert_eq!(receiver_pods(&name), expected, "{name}");
        }
    }
}
