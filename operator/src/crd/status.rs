//! The status part of the API: what the operator says of an object. Owns its schema only.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One finding about an object, as everywhere in Kubernetes.
pub type Condition = v1::Condition;

/// What the operator last found.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct WebhookServiceStatus {
    /// The generation of the spec that this status speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,

    /// How many receivers exist.
    pub replicas: i32,

    /// How many of them are ready.
    pub ready_replicas: i32,

    /// The label selector of the receivers' pods, for the scale subresource.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub selector: String,

    /// Where a sender inside the cluster posts to.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub url: String,

    /// The image the receivers run.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub image: String,

    /// `Ready`, `Available`, `ContainerMetricsReady` and `Paused`, each once.
    #[schemars(length(max = 16), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,

    /// For the operator alone: by kind, a number for what it last sent of the children and how they looked then. One that starts
    /// compares them and sends nothing where nothing changed.
    #[schemars(extend("maxProperties" = 16))]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub applied: BTreeMap<String, String>,
}
