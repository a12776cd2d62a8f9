//! What the API server takes, and that it then takes every child that the operator makes of it.

use std::fmt::Debug;

use anyhow::{Context, Result};
use e2e::space::Space;
use e2e::{cluster, space};
use kube::api::{ApiResource, DynamicObject, Patch, PatchParams};
use kube::{Api, Resource};
use serde::Serialize;
use serde_json::{Value, json};
use webhook_operator::crd::WebhookService;
use webhook_operator::desired::{self, Desired};
use webhook_operator::validate::validate;

/// What would be stored, sent as no more than a question.
fn question() -> PatchParams {
    PatchParams {
        dry_run: true,
        ..PatchParams::apply("e2e").force()
    }
}

async fn ask<K: Resource<DynamicType = ()> + Serialize + Debug>(space: &Space, child: &K) -> Result<()> {
    let kind = ApiResource::erase::<K>(&());
    let api = Api::<DynamicObject>::namespaced_with(space.client.clone(), &space.namespace, &kind);
    let answer = api.patch("orders", &question(), &Patch::Apply(child)).await;
    answer.with_context(|| serde_json::to_string(child).unwrap_or_default())?;
    Ok(())
}

async fn ask_for<K: Resource<DynamicType = ()> + Serialize + Debug>(space: &Space, child: Option<&K>) -> Result<()> {
    match child {
        Some(child) => ask(space, child).await,
        None => Ok(()),
    }
}

async fn ask_for_all(space: &Space, desired: &Desired) -> Result<()> {
    // Without `..`: a child that is forgotten here does not compile.
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
    ask(space, service_account).await?;
    ask(space, service).await?;
    ask(space, deployment).await?;
    ask_for(space, service_monitor.as_ref()).await?;
    ask_for(space, autoscaler.as_ref()).await?;
    ask_for(space, disruption_budget.as_ref()).await?;
    ask_for(space, network_policy.as_ref()).await?;
    ask_for(space, ingress.as_ref()).await?;
    ask_for(space, http_route.as_ref()).await
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
            ask_for_all(&space, &desired::build(&validated)).await?;
        }
        Ok(())
    })
    .await
}
