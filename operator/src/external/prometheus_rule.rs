//! The Prometheus Operator's `PrometheusRule`, as far as we write it. Only fields that every release in use knows: the API server
//! refuses an object with one that its schema lacks.
//! Source: the `monitoring.coreos.com_prometheusrules.yaml` of Prometheus Operator 0.85.

use std::collections::BTreeMap;

use kube::CustomResource;
use serde::{Deserialize, Serialize};

/// What a Prometheus records and when it tells somebody.
#[derive(CustomResource, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[kube(
    group = "monitoring.coreos.com",
    version = "v1",
    kind = "PrometheusRule",
    plural = "prometheusrules",
    namespaced,
    schema = "disabled",
    derive = "PartialEq"
)]
#[serde(rename_all = "camelCase")]
pub struct PrometheusRuleSpec {
    /// Each is evaluated by itself, its rules one after another.
    pub groups: Vec<RuleGroup>,
}

/// Rules that are evaluated together.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct RuleGroup {
    /// Unlike that of the other groups of its object.
    pub name: String,
    /// How often, a Prometheus duration. `None`: as often as the Prometheus does by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// What is evaluated.
    pub rules: Vec<Rule>,
}

/// A recording rule or an alert: one of `record` and `alert` is set.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// The series that is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The alert's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// What is recorded, or for each series of which the alert is there.
    pub expr: String,
    /// How long it has to be so before the alert fires, a Prometheus duration. `None`: not at all.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub for_: Option<String>,
    /// Labels of the recorded series or of the alert.
    pub labels: BTreeMap<String, String>,
    /// What a person reads of an alert; templates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}
