//! What the API server wrote down of the operator's requests. Only a test's cluster has such a log.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::cluster;

/// The user that the operator's pods are.
pub const OPERATOR: &str = "system:serviceaccount:webhook-operator-system:webhook-operator";

/// Where the node keeps the log.
const LOG: &str = "/var/log/kubernetes/audit.log";

/// One answered request.
#[derive(Clone, Debug)]
pub struct Request {
    /// When it came in, RFC 3339 with microseconds: later ones are greater.
    pub at: String,
    /// The pod that sent it.
    pub pod: String,
    /// `patch`, `list` and so on.
    pub verb: String,
    /// The API group, empty for the core's.
    pub group: String,
    /// The resource, with its subresource after a slash.
    pub resource: String,
    /// The object's namespace.
    pub namespace: String,
    /// The status code of the answer.
    pub code: u64,
}

impl Request {
    /// Whether it could change an object other than the lease.
    #[must_use]
    pub fn writes(&self) -> bool {
        matches!(self.verb.as_str(), "create" | "patch" | "update" | "delete") && self.resource != "leases"
    }

    fn read(event: &Value) -> Option<Self> {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let resource = text("/objectRef/resource")?;
        Some(Self {
            at: text("/requestReceivedTimestamp")?,
            pod: text("/user/extra/authentication.kubernetes.io~1pod-name/0").unwrap_or_default(),
            verb: text("/verb")?,
            group: text("/objectRef/apiGroup").unwrap_or_default(),
            resource: text("/objectRef/subresource").map_or(resource.clone(), |sub| format!("{resource}/{sub}")),
            namespace: text("/objectRef/namespace").unwrap_or_default(),
            code: event.pointer("/responseStatus/code").and_then(Value::as_u64)?,
        })
    }
}

/// The operator's requests since `at`, in the order they came in. Those that are under way are not among them.
///
/// # Errors
/// When the log cannot be read.
pub async fn since(at: &str) -> Result<Vec<Request>> {
    // Its older parts have longer names beside it.
    let text = cluster::in_node(&["sh", "-c", &format!("cat {}*", LOG.trim_end_matches(".log"))]).await?;
    let mut requests = Vec::new();
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
        let is_answered = matches!(event["stage"].as_str(), Some("ResponseComplete" | "ResponseStarted"));
        if is_answered && event["user"]["username"] == OPERATOR {
            requests.extend(Request::read(&event).filter(|request| request.at.as_str() >= at));
        }
    }
    requests.sort_by(|one, other| one.at.cmp(&other.at));
    Ok(requests)
}

/// The present moment by the node's clock, as the log writes it.
///
/// # Errors
/// When the node does not answer.
pub async fn now() -> Result<String> {
    let now = cluster::in_node(&["date", "-u", "+%Y-%m-%dT%H:%M:%S.%6NZ"]).await?;
    Ok(now.trim().to_owned())
}
