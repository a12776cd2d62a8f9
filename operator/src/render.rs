//! What the operator would make of an object, printed: for a review before it is applied, and for programs that judge manifests.
//! Asks no API server; nothing is sent.

use kube::Resource;

use crate::crd::WebhookService;
use crate::desired;
use crate::validate::{Incomplete, validate};

/// Why nothing could be printed.
#[derive(Debug, thiserror::Error)]
pub enum Unrenderable {
    /// The text holds no readable object.
    #[error("write WebhookService objects as YAML: {0}")]
    Unreadable(#[from] serde_saphyr::Error),
    /// An object lacks what every object has.
    #[error(transparent)]
    Incomplete(#[from] Incomplete),
    /// A child cannot be written as YAML, which no input can cause.
    #[error("a child cannot be written: {0}")]
    Unwritable(#[from] serde_saphyr::ser::Error),
    /// The same, as JSON.
    #[error("a child cannot be written: {0}")]
    Untold(#[from] serde_json::Error),
}

/// The children of every `WebhookService` in `text`, as YAML documents. Other kinds in it are passed over; `namespace` and
/// `image` stand in where an object names none.
///
/// # Errors
/// [`Unrenderable`].
pub fn render(text: &str, namespace: &str, image: &str) -> Result<String, Unrenderable> {
    let mut printed = String::new();
    for document in serde_saphyr::from_multiple::<serde_json::Value>(text)? {
        if document["kind"] != *WebhookService::kind(&()) {
            continue;
        }
        let document = serde_saphyr::to_string(&document)?;
        let mut object: WebhookService = serde_saphyr::from_str(&document)?;
        object.metadata.namespace.get_or_insert_with(|| namespace.to_owned());
        object.metadata.uid = Some(String::new());
        for mut child in desired::build(&validate(&object, image)?).documents()? {
            // The owner gets its uid when it is stored.
            if let Some(metadata) = child["metadata"].as_object_mut() {
                metadata.remove("ownerReferences");
            }
            printed.push_str("---\n");
            printed.push_str(&serde_saphyr::to_string(&child)?);
        }
    }
    Ok(printed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_child_and_nothing_of_other_kinds() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n---\napiVersion: webhook-operator.dev/v1alpha1\nkind: WebhookService\nmetadata: {name: orders}\nspec: {ingress: {host: a.example}}\n";
        let printed = render(text, "shop", "receiver:1").unwrap();
        let all: Vec<serde_json::Value> = serde_saphyr::from_multiple(&printed).unwrap();
        let kinds: Vec<_> = all.iter().filter_map(|one| one["kind"].as_str()).collect();
        let expected = [
            "ServiceAccount",
            "Service",
            "Deployment",
            "ServiceMonitor",
            "PodDisruptionBudget",
            "NetworkPolicy",
            "Ingress",
        ];
        assert_eq!(kinds, expected);
        assert!(all.iter().all(|one| one["metadata"]["namespace"] == "shop"));
        assert!(!printed.contains("ownerReferences"));
    }

    #[test]
    fn a_field_that_does_not_exist_is_named() {
        let text = "apiVersion: webhook-operator.dev/v1alpha1\nkind: WebhookService\nmetadata: {name: orders}\nspec: {replica: 2}\n";
        let error = render(text, "shop", "receiver:1").unwrap_err().to_string();
        assert!(error.contains("replica"), "{error}");
    }
}
