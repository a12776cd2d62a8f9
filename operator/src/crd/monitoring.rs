//! The `monitoring` part of the API. Owns its schema only.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::alerts::Alerts;
use super::dashboard::Dashboard;
use super::rule::{no_own_label, rule};

/// What a Prometheus gets to see.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule("!has(self.alerts) || !self.serviceMonitor.enabled || duration(self.serviceMonitor.interval) <= duration('1m')", "alerts look at 5 minutes at a time, which takes several scrapes: write a serviceMonitor.interval of at most 1m, or leave alerts out")]))]
pub struct Monitoring {
    /// The `ServiceMonitor` by which a Prometheus Operator finds the receivers.
    pub service_monitor: ServiceMonitorSettings,

    /// Where the receivers' CPU, memory and network figures come from. `CAdvisor`: one on every node, which reads host directories.
    /// `Kubelet`: the kubelets' own, where Prometheus may scrape them. `Self`: each receiver tells of its own container, for
    /// clusters where neither may be; it knows no network. `None`: nowhere.
    pub container_metrics: ContainerMetrics,

    /// A Grafana dashboard of the receivers, in a `ConfigMap`. Absent: none, and one made earlier is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dashboard: Option<Dashboard>,

    /// A port of the pods for `/metrics` and health alone, so that they are not on the webhooks' port and not behind its
    /// Service, for example 9090. Default: the webhooks' port serves them too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1024, max = 65535))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self != 5000", "5000 is the port of the webhooks themselves: write another, for example 9090, or leave port out")]))]
    pub port: Option<i32>,

    /// Alerts and recording rules, `{}` for those with all defaults. Absent: none, and ones made earlier are removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alerts: Option<Alerts>,
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

    /// True: Prometheus, of release 3.0 or later, keeps each histogram also as a native one with the same bounds, which is one series
    /// and exact over any labels. The classic ones stay, since rules and dashboards read them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub native_histograms: bool,

    /// Labels by which a Prometheus selects this `ServiceMonitor`, for example `release: kube-prometheus-stack`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 32))]
    #[schemars(extend("x-kubernetes-validations" = [no_own_label()]))]
    pub labels: BTreeMap<String, String>,

    /// Rules on the labels of each receiver before it is scraped, passed on as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub relabelings: Vec<Relabeling>,

    /// Rules on the labels of each sample before it is stored, passed on as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub metric_relabelings: Vec<Relabeling>,
}

impl Default for ServiceMonitorSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            interval: "30s".to_owned(),
            scrape_timeout: None,
            native_histograms: false,
            labels: BTreeMap::new(),
            relabelings: Vec::new(),
            metric_relabelings: Vec::new(),
        }
    }
}

/// One rule, as Prometheus' `relabel_config`, whose defaults hold for what is left out.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule("!has(self.action) || !(self.action.lowerAscii() in ['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal']) || has(self.targetLabel)", "this action writes or compares a label: say which in targetLabel"), rule("has(self.action) || has(self.targetLabel)", "the default action is replace, which writes a label: say which in targetLabel, or write another action"), rule("!has(self.action) || self.action.lowerAscii() != 'hashmod' || has(self.modulus)", "hashmod divides by a number: write it in modulus")]))]
pub struct Relabeling {
    /// What the rule does. Default: replace.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["replace", "Replace", "keep", "Keep", "drop", "Drop", "hashmod", "HashMod", "labelmap", "LabelMap", "labeldrop", "LabelDrop", "labelkeep", "LabelKeep", "lowercase", "Lowercase", "uppercase", "Uppercase", "keepequal", "KeepEqual", "dropequal", "DropEqual"]))]
    #[schemars(length(max = 16))]
    pub action: Option<String>,

    /// The labels whose values are joined.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(length(max = 256)))]
    pub source_labels: Vec<String>,

    /// What stands between the joined values. Default: `;`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub separator: Option<String>,

    /// What the joined value, or with `labeldrop` and its like a label's name, must match in full. Default: anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub regex: Option<String>,

    /// By what `hashmod` divides.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub modulus: Option<i64>,

    /// What is written; `$1` is the regex's first group. Default: `$1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub replacement: Option<String>,

    /// The label that is written or compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256))]
    pub target_label: Option<String>,
}

/// Where the receivers' container metrics come from.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContainerMetrics {
    /// One cAdvisor on every node, shared by all `WebhookServices` of the cluster that ask for it.
    #[default]
    CAdvisor,
    /// The kubelet's own endpoint `/metrics/cadvisor`, without a pod of ours: needs the Service of all kubelets that the Prometheus
    /// Operator keeps when it is started with `--kubelet-service`, and a Prometheus that may `get` `nodes/metrics`.
    Kubelet,
    /// Each receiver's own cgroup, served with its other metrics, without a pod of ours and without any right: for clusters that
    /// forbid host directories. Says nothing of the network, and nothing while the receiver does not run.
    #[serde(rename = "Self")]
    OwnCgroup,
    /// Nowhere: this object needs none.
    None,
}
