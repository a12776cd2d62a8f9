//! The `podTemplate` part of the API: what a user may add to the receivers' pods. A chosen part of a pod: selectors, our labels,
//! ports, volumes and security are not among it, so that no object can gain more than its author has. Owns its schema only.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Affinity, EnvVar, Toleration, TopologySpreadConstraint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule::rule;

/// What is added to the receivers' pods.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PodTemplate {
    /// More labels of the pods, for example a team's or a cost centre's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 64))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.all(key, !key.startsWith('app.kubernetes.io/') && key != 'pod-template-hash')", "labels under app.kubernetes.io/ and pod-template-hash select the pods and are set by the operator: leave them out")]))]
    pub labels: BTreeMap<String, String>,

    /// Annotations of the pods, for example `kubectl.kubernetes.io/restartedAt` or a mesh's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 64))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.all(key, !key.startsWith('container.apparmor.security.') && !key.startsWith('seccomp.security.'))", "the receivers' security is set by the operator: leave annotations of AppArmor and seccomp out")]))]
    pub annotations: BTreeMap<String, String>,

    /// Labels that a node must have.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 64))]
    pub node_selector: BTreeMap<String, String>,

    /// Taints of nodes that the pods bear.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub tolerations: Vec<Toleration>,

    /// Which nodes, and which other pods beside or away from them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affinity: Option<Affinity>,

    /// How the pods spread. Default: over nodes, where there is room. A constraint without `labelSelector` counts the receivers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["topologyKey", "whenUnsatisfiable"]))]
    pub topology_spread_constraints: Vec<TopologySpreadConstraint>,

    /// The `PriorityClass` of the pods; it must exist. Default: the cluster's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')", "write the name of a PriorityClass, for example high, or leave priorityClassName out")]))]
    pub priority_class_name: Option<String>,

    /// More variables of the receiver's container, for an image of your own, or `RUST_LOG`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.all(one, !one.name.startsWith('WEBHOOK_'))", "variables that start with WEBHOOK_ are the receiver's settings and set by the operator: use the fields of spec instead"), rule("self.all(one, !has(one.value) || one.value == '' || !has(one.valueFrom))", "a variable has a value or a valueFrom: leave one of the two out"), rule("self.all(one, !has(one.valueFrom) || [has(one.valueFrom.fieldRef), has(one.valueFrom.resourceFieldRef), has(one.valueFrom.configMapKeyRef), has(one.valueFrom.secretKeyRef), has(one.valueFrom.fileKeyRef)].exists_one(is, is))", "a valueFrom has one source: write exactly one of fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef and fileKeyRef")]))]
    pub env: Vec<EnvVar>,
}
