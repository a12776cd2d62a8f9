//! Children that are deleted, edited, switched off or scaled.

use anyhow::Result;
use e2e::objects::UP;
use e2e::space::Space;
use e2e::wait::{Found, holds, until};
use e2e::{cluster, space};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Service;
use kube::ResourceExt;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::{Value, json};
use webhook_operator::external::ServiceMonitor;

async fn edit(space: &Space, patch: Value) -> Result<()> {
    space
        .api::<Deployment>()
        .patch("orders", &PatchParams::default(), &Patch::Strategic(patch))
        .await?;
    Ok(())
}

fn path(deployment: &Deployment) -> Option<String> {
    let container = deployment.spec.template.spec.as_ref()?.containers.first()?.clone();
    container.env?.into_iter().find(|one| one.name == "WEBHOOK_PATH")?.value
}

async fn path_is(space: &Space, expected: &str) -> Result<()> {
    until(&format!("the receivers' path is {expected}"), UP, || async {
        let found = path(&space.api::<Deployment>().get("orders").await?);
        Ok(holds(found.as_deref() == Some(expected), &found))
    })
    .await
}

fn other_path() -> Value {
    json!({"spec": {"template": {"spec": {"containers": [{"name": "receiver", "env": [{"name": "WEBHOOK_PATH", "value": "/other"}]}]}}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_or_edited_comes_back_unless_paused() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("drift", |space| async move {
        space.apply("orders", json!({"replicas": 1})).await?;
        space.ready("orders").await?;
        space.exists::<ServiceMonitor>("orders", true).await?;

        let before = space.api::<Service>().get("orders").await?.uid();
        space
            .api::<Service>()
            .delete("orders", &DeleteParams::default())
            .await?;
        until("another Service", UP, || async {
            let found = space
                .api::<Service>()
                .get_opt("orders")
                .await?
                .and_then(|service| service.uid());
            Ok(holds(found.is_some() && found != before, &found))
        })
        .await?;
        space
            .api::<ServiceMonitor>()
            .delete("orders", &DeleteParams::default())
            .await?;
        space.exists::<ServiceMonitor>("orders", true).await?;
        edit(&space, other_path()).await?;
        path_is(&space, "/webhook").await?;

        space.apply("orders", json!({"replicas": 1, "paused": true})).await?;
        space.condition("orders", "Paused", "True").await?;
        edit(&space, other_path()).await?;
        space
            .api::<ServiceMonitor>()
            .delete("orders", &DeleteParams::default())
            .await?;
        // Another object's whole way to Ready began after both changes: the operator has had its chance.
        space.apply("later", json!({"replicas": 1})).await?;
        space.ready("later").await?;
        path_is(&space, "/other").await?;
        space.exists::<ServiceMonitor>("orders", false).await?;

        space.apply("orders", json!({"replicas": 1, "paused": false})).await?;
        path_is(&space, "/webhook").await?;
        space.exists::<ServiceMonitor>("orders", true).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn scaled_by_the_scale_subresource_and_deleted_without_a_rest() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("scale", |space| async move {
        space
            .apply("orders", json!({"resources": {"requests": {"cpu": "5m"}}}))
            .await?;
        space.ready("orders").await?;
        space
            .kubectl(&["scale", "webhookservice/orders", "--replicas=3"])
            .await?;
        space.ready("orders").await?;
        until("the scale says three", UP, || async {
            let scale = space
                .api::<webhook_operator::crd::WebhookService>()
                .get_scale("orders")
                .await?;
            let (status, pods) = (scale.status.unwrap_or_default(), space.receivers("orders").await?.len());
            let is_so = status.replicas == 3
                && pods == 3
                && status.selector.as_deref()
                    == Some("app.kubernetes.io/instance=orders,app.kubernetes.io/name=webhook-receiver");
            Ok(if is_so {
                Found::Yes(())
            } else {
                Found::NotYet(format!("{status:?}, {pods} pods"))
            })
        })
        .await?;
        space
            .apply(
                "orders",
                json!({"replicas": 3, "monitoring": {"serviceMonitor": {"enabled": false}}}),
            )
            .await?;
        space.exists::<ServiceMonitor>("orders", false).await?;
        space.delete("orders").await
    })
    .await
}
