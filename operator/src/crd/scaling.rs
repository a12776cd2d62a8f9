//! The `autoscaling` and `disruption` parts of the API: how many receivers there are while load or nodes come and go.
//! Owns their schema and defaults.

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::rule::rule;

/// Lets a `HorizontalPodAutoscaler` choose how many receivers run; `spec.replicas` is then neither read nor written.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule("self.minReplicas <= self.maxReplicas", "minReplicas is more than maxReplicas: write a minReplicas of at most maxReplicas")]))]
pub struct Autoscaling {
    /// The fewest receivers.
    #[serde(default = "min_replicas")]
    #[schemars(range(min = 1, max = 1000))]
    pub min_replicas: i32,

    /// The most receivers.
    #[schemars(range(min = 1, max = 1000))]
    pub max_replicas: i32,

    /// The processor time that receivers use on average before there are more of them, in percent of what each requests.
    #[serde(default = "target_cpu", rename = "targetCPUUtilizationPercentage")]
    #[schemars(range(min = 1, max = 1000))]
    pub target_cpu_utilization_percentage: i32,
}

fn min_replicas() -> i32 {
    2
}

fn target_cpu() -> i32 {
    70
}

/// How many receivers may be away while nodes are drained. Only where there are two or more.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule("!has(self.minAvailable) || !has(self.maxUnavailable)", "minAvailable and maxUnavailable exclude each other: leave one of the two out")]))]
pub struct Disruption {
    /// False: no `PodDisruptionBudget`, and one made earlier is removed.
    pub enabled: bool,

    /// The receivers that stay: a number below their count, or a percentage below 100%.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "min_available")]
    pub min_available: Option<IntOrString>,

    /// The receivers that may be away at once: a number or a percentage. Default: 1, where `minAvailable` is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "max_unavailable")]
    pub max_unavailable: Option<IntOrString>,
}

impl Default for Disruption {
    fn default() -> Self {
        Self {
            enabled: true,
            min_available: None,
            max_unavailable: None,
        }
    }
}

/// A budget of 100 % would keep every node from being drained.
fn min_available(_: &mut SchemaGenerator) -> Schema {
    count(
        "string(self) == self ? string(self).matches('^[1-9]?[0-9]%$') : int(self) >= 1",
        "write a number from 1 up, or a percentage from 0% to 99%",
    )
}

fn max_unavailable(_: &mut SchemaGenerator) -> Schema {
    count(
        "string(self) == self ? string(self).matches('^([1-9][0-9]?|100)%$') : int(self) >= 1",
        "write a number from 1 up, or a percentage from 1% to 100%: with 0 no node could ever be drained",
    )
}

/// `string(self) == self` tells a text from a number; not every evaluator of these rules knows `type`.
fn count(expression: &str, message: &str) -> Schema {
    json_schema!({
        "x-kubernetes-int-or-string": true,
        "maxLength": 4,
        "x-kubernetes-validations": [rule(expression, message)],
    })
}
