//! The `monitoring` part of the API. Owns its schema only.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule::rule;

/// What a Prometheus gets to see.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Monitoring {
    /// The `ServiceMonitor` by which a Prometheus Operator finds the receivers.
    pub service_monitor: ServiceMonitorSettings,

    /// Where the receivers' CPU, memory and network figures come from.
    pub container_metrics: ContainerMetrics,
}

/// The `ServiceMonitor` of one `WebhookService`. It waits where the Prometheus Operator's API is not served yet.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule("!has(self.scrapeTimeout) || duration(self.scrapeTimeout) <= duration(self.interval)", "scrapeTimeout is longer than interval: write a scrapeTimeout of at most the interval")]))]
pub struct ServiceMonitorSettings {
    /// False: no `ServiceMonitor`, and one made earlier is removed.
    pub enabled: bool,

    /// How often the receivers are scraped, for example 30s or 5m.
    #[schemars(length(max = 16))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[1-9][0-9]*(ms|s|m|h)$')", "write one number and its unit, for example 500ms, 30s, 5m or 1h")]))]
    pub interval: String,

    /// How long one scrape may take, at most the interval. Default: Prometheus' own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[1-9][0-9]*(ms|s|m|h)$')", "write one number and its unit, for example 500ms, 10s or 1m")]))]
    pub scrape_timeout: Option<String>,

    /// Labels by which a Prometheus selects this `ServiceMonitor`, for example `release: kube-prometheus-stack`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 32))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.all(key, !key.startsWith('app.kubernetes.io/'))", "labels under app.kubernetes.io/ are set by the operator: leave them out")]))]
    pub labels: BTreeMap<String, String>,
}

impl Default for ServiceMonitorSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            interval: "30s".to_owned(),
            scrape_timeout: None,
            labels: BTreeMap::new(),
        }
    }
}

/// Where the receivers' container metrics come from.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContainerMetrics {
    /// One cAdvisor on every node, shared by all `WebhookServices` of the cluster that ask for it.
    #[default]
    CAdvisor,
    /// Nowhere: this object needs none.
    None,
}
