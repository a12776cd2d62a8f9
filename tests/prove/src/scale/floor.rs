//! T₀: what the same writes cost without a controller. Of each object the same children, with the same bodies and by the same
//! server-side apply, one after another; then two writes of its status, which say what the operator's say. As many objects
//! at once as the operator works on, with the same rights. It watches nothing, waits for nothing and remembers nothing.

use anyhow::{Context, Result};
use futures::channel::mpsc::UnboundedReceiver;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use kube::api::{Patch, PatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::GroupVersionKind;
use kube::discovery::ApiResource;
use kube::{Api, Client};
use serde_json::{Value, json};
use webhook_operator::crd::{WebhookService, WebhookServiceStatus};
use webhook_operator::status::{self, Failures, Observed};
use webhook_operator::subject::Metadata;
use webhook_operator::validate::{Validated, validate};
use webhook_operator::{desired, names};

use super::contender::{IMAGE, WORKERS};
use crate::installation::Installation;

/// The children of an object, as many as the operator makes.
///
/// # Errors
/// When the object is none that an API server stores.
pub fn children(object: &WebhookService) -> Result<Vec<Value>> {
    Ok(desired::build(&validate(object, IMAGE)?).documents()?)
}

/// A client with the installation's rights.
///
/// # Errors
/// When its kubeconfig is none.
pub async fn client(installation: &Installation) -> Result<Client> {
    let kubeconfig: Kubeconfig = serde_json::from_value(installation.kubeconfig(installation.server()))?;
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    Ok(Client::try_from(config)?)
}

/// Works on `objects` until there are no more.
///
/// # Errors
/// When the API server refuses anything.
pub async fn run(client: Client, objects: UnboundedReceiver<WebhookService>) -> Result<()> {
    let work = |object| make(client.clone(), object);
    objects.map(Ok).try_for_each_concurrent(WORKERS, work).await
}

async fn make(client: Client, object: WebhookService) -> Result<()> {
    let validated = validate(&object, IMAGE)?;
    let (namespace, name) = (validated.namespace.as_str(), validated.name.as_str());
    let params = PatchParams::apply(names::MANAGER).force();
    let children = children(&object)?;
    for child in &children {
        let text = |field: &str| child[field].as_str().context("a child without a kind");
        let (group, version) = text("apiVersion")?.split_once('/').unwrap_or(("", text("apiVersion")?));
        let kind = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, text("kind")?));
        let api = Api::<Metadata>::namespaced_with(client.clone(), namespace, &kind);
        api.patch(name, &params, &Patch::Apply(child)).await?;
    }
    let api = Api::<WebhookService>::namespaced(client, namespace);
    for status in statuses(&validated, &children) {
        let patch = json!({
            "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService",
            "metadata": {"name": name}, "status": status,
        });
        api.patch_status(name, &params, &Patch::Apply(&patch)).await?;
    }
    Ok(())
}

/// What is first said of an object, and what once its receivers are up.
fn statuses(validated: &Validated, children: &[Value]) -> [WebhookServiceStatus; 2] {
    let now = Timestamp::now();
    let kinds = children.iter().filter_map(|child| child["kind"].as_str());
    let observed = Observed {
        // As long as the operator's records.
        applied: kinds.map(|kind| (kind.to_owned(), "0".repeat(16))).collect(),
        ..Observed::default()
    };
    let failures = Failures::default();
    let first = status::compute(validated, &failures, &observed, &WebhookServiceStatus::default(), now);
    let mut second = first.clone();
    (second.replicas, second.ready_replicas) = (validated.spec.replicas, validated.spec.replicas);
    for condition in &mut second.conditions {
        if condition.type_ == status::condition::READY {
            "True".clone_into(&mut condition.status);
        }
    }
    [first, second]
}
