//! The Prometheus Operator's `ServiceMonitor`, as far as we write it. Only fields that every release in use knows: the API server
//! refuses an object with one that its schema lacks.
//! Source: the `monitoring.coreos.com_servicemonitors.yaml` of Prometheus Operator 0.85.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::CustomResource;
use serde::{Deserialize, Serialize};

/// What a Prometheus scrapes behind the Services that `selector` finds.
#[derive(CustomResource, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[kube(
    group = "monitoring.coreos.com",
    version = "v1",
    kind = "ServiceMonitor",
    plural = "servicemonitors",
    namespaced,
    schema = "disabled",
    derive = "PartialEq"
)]
#[serde(rename_all = "camelCase")]
pub struct ServiceMonitorSpec {
    /// Which Services, in the monitor's own namespace.
    pub selector: LabelSelector,
    /// What to scrape behind each.
    pub endpoints: Vec<Endpoint>,
}

/// One port to scrape.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// The Service port's name.
    pub port: String,
    /// The path of the metrics.
    pub path: String,
    /// How often, a Prometheus duration.
    pub interval: String,
    /// How long one scrape may take, a Prometheus duration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scrape_timeout: Option<String>,
    /// False: samples take the time of the scrape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub honor_timestamps: Option<bool>,
    /// Rules on the target's labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relabelings: Vec<Relabeling>,
    /// Rules on each sample's labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metric_relabelings: Vec<Relabeling>,
}

/// One relabeling rule, as in Prometheus' `relabel_config`.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Relabeling {
    /// What the rule does.
    pub action: String,
    /// The labels whose values are joined by `;`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_labels: Vec<String>,
    /// What the joined value, or with `labeldrop` the label's name, must match in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// The label that `replace` writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_label: Option<String>,
}
