//! One CEL rule of the schema. The API server runs them, so a user's mistake is refused before it is stored.

use serde_json::{Value, json};

/// A rule that must hold of the value it stands at, and what to write instead where it does not.
pub(super) fn rule(expression: &str, message: &str) -> Value {
    json!({"rule": expression, "message": message})
}

/// The labels of a child that users may add, `names::is_own_label` being ours.
pub(super) fn no_own_label() -> Value {
    rule(
        "self.all(key, !key.startsWith('app.kubernetes.io/'))",
        "labels under app.kubernetes.io/ are set by the operator: leave them out",
    )
}
