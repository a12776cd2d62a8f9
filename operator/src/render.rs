//! What the operator would make of an object, printed: for a review before it is applied, and for programs that judge manifests.
//! Asks no API server; nothing is sent.

use kube::Resource;
use kube::core::ObjectMeta;
use serde::Serialize;

use crate::crd::WebhookService;
use crate::desired::{self, Desired};
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
        print(&desired::build(&validate(&object, image)?), &mut printed)?;
    }
    Ok(printed)
}

fn print(desired: &Desired, printed: &mut String) -> Result<(), Unrenderable> {
    // Without `..`: a child that is added and forgotten here does not compile.
    let Desired {
        service_account,
        service,
        deployment,
        service_monitor,
        autoscaler,
        disruption_budget,
        network_policy,
        ingress,
        http_route,
    } = desired;
    add(Some(service_account), printed)?;
    add(Some(service), printed)?;
    add(Some(deployment), printed)?;
    add(service_monitor.as_ref(), printed)?;
    add(autoscaler.as_ref(), printed)?;
    add(disruption_budget.as_ref(), printed)?;
    add(network_policy.as_ref(), printed)?;
    add(ingress.as_ref(), printed)?;
    add(http_route.as_ref(), printed)
}

fn add<K: Resource + Clone + Serialize>(child: Option<&K>, printed: &mut String) -> Result<(), Unrenderable> {
    let Some(mut child) = child.cloned() else {
        return Ok(());
    };
    // The owner gets its uid when it is stored.
    let metadata: &mut ObjectMeta = child.meta_mut();
    metadata.owner_references = None;
    printed.push_str("---\n");
    printed.push_str(&serde_saphyr::to_string(&child)?);
    Ok(())
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
