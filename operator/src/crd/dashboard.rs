//! The `monitoring.dashboard` part of the API: by what a Grafana finds the dashboard. Owns its schema and defaults; what the dashboard
//! shows is no business of its.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule::{no_own_label, rule};

/// A dashboard of the receivers, in a `ConfigMap` that the sidecar of a Grafana picks up.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Dashboard {
    /// Labels by which the sidecar finds the `ConfigMap`. Default: `grafana_dashboard: "1"`, as the Helm charts grafana and
    /// kube-prometheus-stack have it; what is written here takes its place.
    // No default of the schema's: an apply that names other keys would leave it among them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 32))]
    #[schemars(extend("x-kubernetes-validations" = [no_own_label()]))]
    pub labels: BTreeMap<String, String>,

    /// The folder in Grafana, where the sidecar reads the annotation `grafana_folder`. Default: the sidecar's own folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[A-Za-z0-9]([A-Za-z0-9 ._-]*[A-Za-z0-9])?$')", "write the folder's name in letters, digits, spaces and . _ -, starting and ending with a letter or digit, for example Webhooks")]))]
    pub folder: Option<String>,
}
