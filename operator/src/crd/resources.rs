//! The `resources` part of the API: a closed form of a container's requests and limits. Owns its schema and defaults.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::rule::rule;

/// What each receiver asks of its node and may use at most.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule("!has(self.requests.cpu) || !has(self.limits.cpu) || quantity(string(self.requests.cpu)).compareTo(quantity(string(self.limits.cpu))) <= 0", "requests.cpu is more than limits.cpu: raise the limit or lower the request"), rule("!has(self.requests.memory) || !has(self.limits.memory) || quantity(string(self.requests.memory)).compareTo(quantity(string(self.limits.memory))) <= 0", "requests.memory is more than limits.memory: raise the limit or lower the request")]))]
pub struct Resources {
    /// Reserved on the node for each receiver.
    pub requests: ResourceAmounts,

    /// The most each receiver may use; a receiver over its memory is killed. No CPU limit by default: it would only throttle.
    pub limits: ResourceAmounts,
}

impl Default for Resources {
    fn default() -> Self {
        let amount = |text: &str| Some(Quantity(text.to_owned()));
        Self {
            requests: ResourceAmounts {
                cpu: amount("50m"),
                memory: amount("32Mi"),
            },
            limits: ResourceAmounts {
                cpu: None,
                memory: amount("128Mi"),
            },
        }
    }
}

/// An amount of each resource.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ResourceAmounts {
    /// Processors, for example 500m or 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "quantity")]
    pub cpu: Option<Quantity>,

    /// Bytes, for example 64Mi or 1Gi.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "quantity")]
    pub memory: Option<Quantity>,
}

/// A Kubernetes quantity that cannot be negative. The pattern is what keeps a `64gi` out, which no Kubernetes type can read.
fn quantity(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "x-kubernetes-int-or-string": true,
        "maxLength": 32,
        "x-kubernetes-validations": [{
            "rule": "string(self).matches('^[0-9]+([.][0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$')",
            "message": "write a quantity such as 250m, 2, 64Mi or 1Gi; the unit's letters are m, k, M, G, T, Ki, Mi, Gi or Ti",
        }],
    })
}
