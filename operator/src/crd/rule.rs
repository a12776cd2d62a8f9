//! One CEL rule of the schema. The API server runs them, so a user's mistake is refused before it is stored.

use serde_json::{Value, json};

/// A rule that must hold of the value it stands at, and what to write instead where it does not.
pub(super) fn rule(expression: &str, message: &str) -> Value {
    json!({"rule": expression, "message": message})
}
