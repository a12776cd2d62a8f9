//! Whose an object is: ours, or a stranger's who is named. Pure.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;

use crate::error::Error;
use crate::seen::{Controller, Seen};

/// By what an object is known as ours.
#[derive(Clone, Copy, Debug)]
pub enum Keeper<'a> {
    /// It names this object as its controller.
    Owner(&'a OwnerReference),
    /// It is shared, and carries our label.
    Label,
}

/// Whether the object `kind` `name` is ours to change.
///
/// # Errors
/// [`Error::Conflict`], which names the owner.
pub fn check(kind: &'static str, name: &str, seen: &Seen, keeper: Keeper<'_>) -> Result<(), Error> {
    let owner = match (keeper, &seen.controller) {
        (Keeper::Label, _) if seen.is_labelled => return Ok(()),
        (Keeper::Label, _) => "somebody else".to_owned(),
        (Keeper::Owner(owner), controller) if controller.is(&owner.uid) => return Ok(()),
        (Keeper::Owner(_), Controller::Namesake(_)) => {
            "an earlier WebhookService of this name, whose children are still being deleted".to_owned()
        }
        (Keeper::Owner(_), Controller::Stranger(who)) => who.to_string(),
        (Keeper::Owner(_), Controller::None) => "no controller, so somebody made it by hand or by a tool".to_owned(),
    };
    Err(Error::Conflict {
        kind,
        name: name.to_owned(),
        owner,
    })
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
    use serde_json::{Value, json};

    use super::*;

    #[allow(
        clippy::needless_pass_by_value,
        reason = "a call reads better without `&` before `json!`"
    )]
    fn said(owners: Value) -> Option<String> {
        let meta: ObjectMeta = serde_json::from_value(json!({"name": "orders", "ownerReferences": owners})).unwrap();
        let mine: OwnerReference = serde_json::from_value(owner("WebhookService", "orders", "u-1")).unwrap();
        check("Service", "orders", &Seen::of(&meta), Keeper::Owner(&mine))
            .err()
            .map(|error| error.to_string())
    }

    fn owner(kind: &str, name: &str, uid: &str) -> Value {
        json!({"apiVersion": "v1", "kind": kind, "name": name, "uid": uid, "controller": true})
    }

    #[test]
    fn the_owner_is_named_whoever_it_is() {
        assert_eq!(said(json!([owner("WebhookService", "orders", "u-1")])), None);
        for (owners, part) in [
            (json!([]), "no controller"),
            (json!([owner("ConfigMap", "theirs", "u-2")]), "ConfigMap theirs"),
            (
                json!([owner("WebhookService", "orders", "u-0")]),
                "an earlier WebhookService of this name",
            ),
        ] {
            let said = said(owners).unwrap();
            assert!(said.contains(part), "{said}");
        }
    }
}
