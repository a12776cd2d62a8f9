//! Whether the cluster's garbage collector knows our kinds: it looks for new ones every 30 s, and until then nothing goes with
//! its owner. Only tells; what is to go is not its business.
//! Source: `ResyncPeriod` in Kubernetes' `cmd/kube-controller-manager/app/core.go`.

use std::time::Duration;

use anyhow::{Context, Result};
use e2e::wait::{holds, until};
use kube::api::{ApiResource, DeleteParams, DynamicObject, Patch, PatchParams};
use kube::{Api, Client};
use serde_json::{Value, json};
use webhook_operator::external::ServiceMonitor;

use crate::kinds;

/// Of what is made to see whether it goes.
const NAME: &str = "collected";

/// Three looks for new kinds.
const LONGEST: Duration = Duration::from_secs(90);

/// Waits until an object of an optional kind goes with its `WebhookService`. No operator of the first installation may run.
///
/// # Errors
/// When it has not gone within a minute and a half, or could not be made.
pub async fn wait_until_it_collects(client: &Client, namespace: &str) -> Result<()> {
    let (ours, theirs) = (kinds::ours(), ApiResource::erase::<ServiceMonitor>(&()));
    let owner = apply(client, namespace, &ours, &json!({"name": NAME}), &json!({})).await?;
    let reference = json!({
        "apiVersion": ours.api_version, "kind": ours.kind, "name": NAME,
        "uid": owner.metadata.uid.context("an object without uid")?,
    });
    let metadata = json!({"name": NAME, "ownerReferences": [reference]});
    apply(
        client,
        namespace,
        &theirs,
        &metadata,
        &json!({"endpoints": [], "selector": {}}),
    )
    .await?;
    let owners = Api::<DynamicObject>::namespaced_with(client.clone(), namespace, &ours);
    owners.delete(NAME, &DeleteParams::background()).await?;
    let dependents = Api::<DynamicObject>::namespaced_with(client.clone(), namespace, &theirs);
    until("the garbage collector knows our kinds", LONGEST, || async {
        let left = dependents.get_metadata_opt(NAME).await?;
        Ok(holds(left.is_none(), &left.map(|left| left.metadata)))
    })
    .await
}

async fn apply(
    client: &Client,
    namespace: &str,
    resource: &ApiResource,
    metadata: &Value,
    spec: &Value,
) -> Result<DynamicObject> {
    let api = Api::<DynamicObject>::namespaced_with(client.clone(), namespace, resource);
    let object = json!({
        "apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata, "spec": spec,
    });
    Ok(api
        .patch(NAME, &PatchParams::apply("prove").force(), &Patch::Apply(&object))
        .await?)
}
