//! The Prometheus Operator's `ServiceMonitor`, as far as we write it. Only fields that every release in use knows: the API server
//! refuses an object with one that its schema lacks.
//! Source: the `monitoring.coreos.com_servicemonitors.yaml` of Prometheus Operator 0.85.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::CustomResource;
use serde::{Deserialize, Serialize};

use crate::crd::Relabeling;

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
    /// Which Services.
    pub selector: LabelSelector,
    /// In which namespaces. `None`: in the monitor's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<NamespaceSelector>,
    /// What to scrape behind each.
    pub endpoints: Vec<Endpoint>,
    /// True: classic histograms become native ones with their bounds. Since 0.81, so only where it is asked for.
    #[serde(rename = "convertClassicHistogramsToNHCB", skip_serializing_if = "Option::is_none")]
    pub convert_classic_histograms: Option<bool>,
    /// True: the classic ones stay beside them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scrape_classic_histograms: Option<bool>,
}

/// What the Prometheus Operator says of it, where its gate `StatusForConfigurationResources` is on.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceMonitorStatus {
    /// One for each Prometheus that selects it.
    pub bindings: Vec<Binding>,
}

/// What became of it in one Prometheus.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default)]
pub struct Binding {
    /// `prometheuses` or `prometheusagents`.
    pub resource: String,
    /// The Prometheus' namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `Accepted`.
    pub conditions: Vec<BindingCondition>,
}

/// Whether it was accepted.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default)]
pub struct BindingCondition {
    /// `Accepted`.
    #[serde(rename = "type")]
    pub type_: String,
    /// `True` or `False`.
    pub status: String,
    /// For a person.
    pub message: String,
}

/// Namespaces, by name.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceSelector {
    /// Their names.
    pub match_names: Vec<String>,
}

/// One port to scrape.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// The Service port's name, or
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// the name of a port of the pods, which the Service need not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_port: Option<String>,
    /// The path of the metrics.
    pub path: String,
    /// `https`, where it is not http.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// The file with the token that Prometheus shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bearer_token_file: Option<String>,
    /// Whom Prometheus believes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_config: Option<TlsConfig>,
    /// True: labels of the samples win over those of the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub honor_labels: Option<bool>,
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

/// How a target's certificate is judged.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct TlsConfig {
    /// True: any certificate will do.
    pub insecure_skip_verify: bool,
}
