//! The Prometheus Operator's `Prometheus` and `PrometheusAgent`, as far as we read them: which `ServiceMonitors` one takes in. We
//! never write one.
//! Source: `CommonPrometheusFields` in `pkg/apis/monitoring/v1/prometheus_types.go` of Prometheus Operator 0.93.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::CustomResource;
use serde::{Deserialize, Serialize};

/// A Prometheus that the Prometheus Operator runs.
#[derive(CustomResource, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[kube(
    group = "monitoring.coreos.com",
    version = "v1",
    kind = "Prometheus",
    plural = "prometheuses",
    namespaced,
    schema = "disabled",
    status = "PrometheusStatus",
    derive = "PartialEq"
)]
#[serde(rename_all = "camelCase", default)]
pub struct PrometheusSpec {
    /// Which `ServiceMonitors`. `None`: none; empty: all.
    pub service_monitor_selector: Option<LabelSelector>,
    /// In which namespaces. `None`: in its own; empty: in all.
    pub service_monitor_namespace_selector: Option<LabelSelector>,
    /// True: the Prometheus Operator leaves it as it is.
    pub paused: bool,
}

/// How it does.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct PrometheusStatus {
    /// How many of its pods are available.
    pub available_replicas: i32,
    /// `Available` among others; none before release 0.56.
    pub conditions: Vec<PrometheusCondition>,
}

/// One thing that is said of it.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct PrometheusCondition {
    /// `Available` or `Reconciled`.
    #[serde(rename = "type")]
    pub type_: String,
    /// `True`, `Degraded`, `False` or `Unknown`.
    pub status: String,
    /// For a person.
    pub message: String,
}

/// A Prometheus that only sends on what it scrapes. Its selectors are a `Prometheus`' own.
#[derive(CustomResource, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[kube(
    group = "monitoring.coreos.com",
    version = "v1alpha1",
    kind = "PrometheusAgent",
    plural = "prometheusagents",
    namespaced,
    schema = "disabled",
    status = "PrometheusStatus",
    derive = "PartialEq"
)]
pub struct PrometheusAgentSpec {
    /// As a `Prometheus`.
    #[serde(flatten)]
    pub common: PrometheusSpec,
}
