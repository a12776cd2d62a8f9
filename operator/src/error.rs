//! Why a step with the API server failed, and what of it an object's status says.

use crate::status::Failure;
use crate::validate::Incomplete;

/// A failed step.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The API server refused.
    #[error("{kind} {name}: {}", said(source))]
    Api {
        /// The kind of the object that was sent.
        kind: &'static str,
        /// Its name.
        name: String,
        /// What the API server said.
        #[source]
        source: Box<kube::Error>,
    },
    /// The API server did not answer in time.
    #[error("{kind} {name}: no answer from the API server within 10 s")]
    Timeout {
        /// The kind of the object that was sent.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// The name is taken by an object that is not ours.
    #[error("{kind} {name} belongs to {owner}: rename one of the two, or delete that {kind}")]
    Conflict {
        /// The kind of the object in the way.
        kind: &'static str,
        /// Its name.
        name: String,
        /// Whose it is.
        owner: String,
    },
    /// The API server does not know the kind.
    #[error(
        "{kind} {name}: {version} is not served: it follows once its CRDs are installed; without them take it out of spec"
    )]
    NotServed {
        /// The kind that is wanted.
        kind: &'static str,
        /// Its name.
        name: String,
        /// Its group and version.
        version: String,
    },
    /// The operator may not watch the kind, so it cannot tell its own objects from others'.
    #[error("{kind} {name}: the operator lacks a right: {message}")]
    NotWatched {
        /// The kind that is wanted.
        kind: &'static str,
        /// Its name.
        name: String,
        /// What the API server said; it names the verb.
        message: String,
    },
    /// An older object has the same host and path.
    #[error(
        "{address} belongs to WebhookService {owner}, which is older: write another host or path, or delete that one"
    )]
    HostConflict {
        /// The host and path.
        address: String,
        /// Whose they are: `namespace/name`.
        owner: String,
    },
    /// This process may not write: another one does, or may begin to.
    #[error("{kind} {name}: not written, for this process does not lead")]
    NotLeading {
        /// The kind of the object that was not sent.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// The object did not come from an API server.
    #[error(transparent)]
    Incomplete(#[from] Incomplete),
}

/// Among the causes of a refusal: the object's namespace is being deleted. Source: Kubernetes' `core/v1`, `NamespaceTerminatingCause`.
const NAMESPACE_TERMINATING: &str = "NamespaceTerminating";

/// As above: a field is somebody else's. Source: Kubernetes' `meta/v1`, `CauseTypeFieldManagerConflict`.
const FIELD_CONFLICT: &str = "FieldManagerConflict";

/// Whether the API server refuses because somebody else manages a field, and not for any other conflict.
#[must_use]
pub fn is_field_conflict(error: &kube::Error) -> bool {
    has_cause(error, FIELD_CONFLICT)
}

/// Whether the API server refuses because the definition has no such field of the status. It says so in words alone.
#[must_use]
pub fn is_undeclared(error: &kube::Error, field: &str) -> bool {
    let said = format!(".status.{field}: field not declared in schema");
    matches!(error, kube::Error::Api(status) if status.message.contains(&said))
}

fn has_cause(error: &kube::Error, reason: &str) -> bool {
    let kube::Error::Api(status) = error else {
        return false;
    };
    let mut causes = status.details.iter().flat_map(|details| &details.causes);
    causes.any(|cause| cause.reason == reason)
}

impl Error {
    /// Whether it only says that the namespace is going, and with it the object and all its children.
    #[must_use]
    pub fn is_end_of_namespace(&self) -> bool {
        matches!(self, Self::Api { source, .. } if has_cause(source, NAMESPACE_TERMINATING))
    }

    /// Whether trying again can help. What somebody else has to change tells us by itself when it has changed.
    #[must_use]
    pub fn is_retried(&self) -> bool {
        !matches!(
            self,
            Self::NotServed { .. } | Self::NotWatched { .. } | Self::HostConflict { .. } | Self::Incomplete(_)
        )
    }

    /// One word for conditions, Events and metrics.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Timeout { .. } => "ApiServerTimeout",
            Self::Conflict { .. } => "Conflict",
            Self::HostConflict { .. } => "HostConflict",
            Self::NotServed { .. } => "ApiNotServed",
            Self::NotWatched { .. } => "Forbidden",
            Self::NotLeading { .. } => "NotLeading",
            Self::Incomplete(_) => "Incomplete",
            Self::Api { source, .. } => match source.as_ref() {
                kube::Error::Api(status) => match status.code {
                    400 | 422 => "Rejected",
                    403 => "Forbidden",
                    409 => "Conflict",
                    _ => "ApiServerError",
                },
                _ => "ApiServerUnreachable",
            },
        }
    }
}

/// What the API server said, without what kube adds for debugging.
#[must_use]
pub fn said(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => status.message.clone(),
        other => root_cause(other),
    }
}

/// The innermost cause. kube's own errors name only their outermost, such as `client error (Connect)`.
#[must_use]
pub fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self {
            reason: error.reason(),
            message: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

    use kube::core::Status;
    use serde_json::json;

    use super::*;

    fn refused(causes: &serde_json::Value) -> kube::Error {
        let status = json!({"status": "Failure", "code": 409, "reason": "Conflict", "message": "no", "details": {"causes": causes}});
        kube::Error::Api(Box::new(serde_json::from_value::<Status>(status).unwrap()))
    }

    #[test]
    fn a_field_of_somebody_else_is_told_from_any_other_conflict() {
        let field =
            json!([{"reason": "FieldManagerConflict", "field": ".spec.replicas", "message": "conflict with \"hpa\""}]);
        assert!(is_field_conflict(&refused(&field)));
        assert!(!is_field_conflict(&refused(&json!([]))));
    }

    #[test]
    fn a_definition_that_lacks_a_field_is_known_by_what_the_api_server_says() {
        let message = "failed to create typed patch object (shop/orders; webhook-operator.dev/v1alpha1, Kind=WebhookService): .status.applied: field not declared in schema";
        let status = json!({"status": "Failure", "message": message, "code": 500});
        let error = kube::Error::Api(Box::new(serde_json::from_value::<Status>(status).unwrap()));
        assert!(is_undeclared(&error, "applied") && !is_undeclared(&error, "url"));
    }
}
