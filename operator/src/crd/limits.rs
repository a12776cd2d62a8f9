//! The `limits` part of the API: what a request may cost. Owns its schema and defaults.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a request may cost.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Limits {
    /// The largest body in bytes; a larger one is answered 413. Default 1 MiB.
    #[schemars(range(min = 1, max = 104_857_600))]
    pub max_payload_bytes: i32,

    /// How many webhooks each receiver has in work at once; one more is answered 503 with Retry-After. Metrics and health
    /// are not counted.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_concurrent_requests: i32,

    /// How long one request may take in seconds, from its first byte to its answer, delivery included.
    #[schemars(range(min = 1, max = 600))]
    pub request_timeout_seconds: i32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_payload_bytes: 1_048_576,
            max_concurrent_requests: 512,
            request_timeout_seconds: 10,
        }
    }
}
