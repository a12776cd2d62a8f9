//! What the API server takes, and that it then takes every child that the operator makes of it.

use anyhow::{Context, Result};
use e2e::space::Space;
use e2e::{cluster, space};
use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
use serde_json::{Value, json};
use webhook_operator::crd::WebhookService;
use webhook_operator::desired;
use webhook_operator::validate::validate;

/// What would be stored, sent as no more than a question.
fn question() -> PatchParams {
    PatchParams {
        dry_run: true,
        ..PatchParams::apply("e2e").force()
    }
}

async fn ask(space: &Space, child: &Value) -> Result<()> {
    let object: DynamicObject = serde_json::from_value(child.clone())?;
    let types = object.types.as_ref().context("no kind")?;
    let kind = ApiResource::from_gvk(&GroupVersionKind::try_from(types)?);
    let api = Api::<DynamicObject>::namespaced_with(space.client.clone(), &space.namespace, &kind);
    let answer = api.patch("orders", &question(), &Patch::Apply(child)).await;
    answer.with_context(|| child.to_string())?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_becomes_children_that_are_accepted() -> Result<()> {
    let _use = cluster::shared().await;
    let specs: Vec<Value> = serde_json::from_str(include_str!("accepted.json"))?;
    assert!(specs.len() >= 60);
    space::with("accepted", |space| async move {
        for spec in specs {
            let object = json!({
                "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService",
                "metadata": {"name": "orders"}, "spec": spec,
            });
            let api = space.api::<WebhookService>();
            let stored = api.patch("orders", &question(), &Patch::Apply(&object)).await;
            let mut stored = stored.with_context(|| spec.to_string())?;
            // A question is given no uid that an owner reference could name for long; any will do for another question.
            stored.metadata.uid.get_or_insert_with(|| "u-1".to_owned());
            let validated = validate(&stored, "registry.example/receiver:1")?;
            for child in desired::build(&validated).documents()? {
                ask(&space, &child).await?;
            }
        }
        Ok(())
    })
    .await
}
