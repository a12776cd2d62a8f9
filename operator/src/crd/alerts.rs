//! The `monitoring.alerts` part of the API: what is promised of a `WebhookService`, and how its alerts reach people. Owns its
//! schema and defaults.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule::{no_own_label, rule};

/// Alerts and recording rules, as one `PrometheusRule`. It waits where the Prometheus Operator's API is not served yet.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Alerts {
    /// The share of webhooks that may end in an error of ours (5xx) over 30 days: 1 minus the objective. What its sender did
    /// wrong (4xx) does not count.
    #[schemars(length(max = 8))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^0[.][0-9]{1,6}$') && double(self) > 0.0 && double(self) <= 0.069", "write a share above 0 and up to 0.069, for example 0.01: 14.4 times it has to stay below 1, or the fastest alert could never fire")]))]
    pub error_ratio: String,

    /// 99 % of webhooks are answered within so many seconds: one of the bounds of the receivers' histogram, so that it is counted
    /// and not estimated.
    pub p99_seconds: Bound,

    /// Labels by which a Prometheus selects the `PrometheusRule`, for example `release: kube-prometheus-stack`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 32))]
    #[schemars(extend("x-kubernetes-validations" = [no_own_label()]))]
    pub labels: BTreeMap<String, String>,

    /// Labels of every alert, by which an Alertmanager finds who is to hear of it, for example `team: payments`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 16))]
    #[schemars(extend("x-kubernetes-validations" = [
        rule("self.all(key, key.matches('^[a-zA-Z_][a-zA-Z0-9_]*$'))", "write label names of letters, digits and '_' that do not begin with a digit, for example team: Prometheus takes no others"),
        rule("self.all(key, !key.startsWith('__'))", "Prometheus keeps names that begin with '__' for itself and drops such labels: write another name, for example team"),
        rule("self.all(key, !(key in ['alertname', 'severity', 'namespace', 'service', 'pod', 'window']))", "alertname, severity, namespace, service, pod and window are set by the operator: write another name, for example team"),
    ]))]
    pub alert_labels: BTreeMap<String, AlertLabel>,

    /// Where people find the project's `docs/runbooks`: with it each alert has a `runbook_url`, this and its page. Default: none has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^https?://[A-Za-z0-9._~:/%+-]+$') && isURL(self) && url(self).getHostname() != ''", "write where your copy of docs/runbooks is, for example https://git.example.org/webhook-operator/docs/runbooks: http or https, without user, query and fragment")]))]
    pub runbook_url: Option<String>,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            error_ratio: "0.01".to_owned(),
            p99_seconds: Bound::default(),
            labels: BTreeMap::new(),
            alert_labels: BTreeMap::new(),
            runbook_url: None,
        }
    }
}

/// A bound of `webhook_processing_time_seconds`, in seconds.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bound {
    /// 10 ms.
    #[serde(rename = "0.01")]
    Ms10,
    /// 50 ms.
    #[serde(rename = "0.05")]
    Ms50,
    /// 100 ms.
    #[serde(rename = "0.1")]
    Ms100,
    /// 500 ms.
    #[default]
    #[serde(rename = "0.5")]
    Ms500,
    /// 1 s.
    #[serde(rename = "1")]
    S1,
}

impl Bound {
    /// As it is written.
    #[must_use]
    pub fn seconds(self) -> &'static str {
        match self {
            Self::Ms10 => "0.01",
            Self::Ms50 => "0.05",
            Self::Ms100 => "0.1",
            Self::Ms500 => "0.5",
            Self::S1 => "1",
        }
    }
}

/// The value of an alert's label, as it is: no template.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(transparent)]
#[schemars(inline)]
pub struct AlertLabel(
    #[schemars(length(min = 1, max = 256))]
    #[schemars(extend("x-kubernetes-validations" = [rule("!self.contains('{{')", "write a fixed text: with {{ Prometheus would take it for a template")]))]
    pub String,
);
