//! The `service` part of the API. Owns its schema and defaults.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The Service in front of the receivers.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ServiceSettings {
    /// How the Service is reached.
    #[serde(rename = "type")]
    pub type_: ServiceType,

    /// The Service's port; the receivers' own stays 5000.
    #[schemars(range(min = 1, max = 65535))]
    pub port: i32,

    /// Annotations of the Service, for example for a cloud's load balancer.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Default for ServiceSettings {
    fn default() -> Self {
        Self {
            type_: ServiceType::default(),
            port: 5000,
            annotations: BTreeMap::new(),
        }
    }
}

/// How a Service is reached, as in `Service.spec.type`.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServiceType {
    /// Inside the cluster only.
    #[default]
    ClusterIP,
    /// On a port of every node.
    NodePort,
    /// Through the cloud's load balancer.
    LoadBalancer,
}
