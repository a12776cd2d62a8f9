//! One cAdvisor serves all objects, and goes with the last.

use anyhow::Result;
use e2e::objects::{cadvisors, exists};
use e2e::space::Space;
use e2e::{cluster, space};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Service;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use kube::{Api, ResourceExt};
use serde_json::json;
use webhook_operator::crd::WebhookService;
use webhook_operator::external::ServiceMonitor;

const NAME: &str = "webhook-operator-cadvisor";

async fn all_exist(space: &Space, expected: bool) -> Result<()> {
    let (client, namespace) = (&space.client, cluster::CADVISOR_NAMESPACE);
    exists(&cadvisors(space), NAME, expected).await?;
    exists(&Api::<Service>::namespaced(client.clone(), namespace), NAME, expected).await?;
    exists(
        &Api::<ServiceMonitor>::namespaced(client.clone(), namespace),
        NAME,
        expected,
    )
    .await
}

/// Scales the operator, and waits until it is so.
async fn operators(space: &Space, replicas: i32) -> Result<()> {
    let api = Api::<Deployment>::namespaced(space.client.clone(), cluster::OPERATOR_NAMESPACE);
    let patch = Patch::Merge(json!({"spec": {"replicas": replicas}}));
    api.patch("webhook-operator", &PatchParams::default(), &patch).await?;
    let of_operator = ["-n", cluster::OPERATOR_NAMESPACE];
    cluster::operators_rolled_out().await?;
    if replicas == 0 {
        let selector = "app.kubernetes.io/name=webhook-operator";
        let gone = ["wait", "--for=delete", "pod", "-l", selector, "--timeout=120s"];
        cluster::kubectl(&[&of_operator[..], &gone].concat()).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_objects_share_one_cadvisor_and_the_last_takes_it_away() -> Result<()> {
    let _use = cluster::alone().await;
    space::with("sharing", |space| async move {
        all_exist(&space, false).await?;
        space.apply("a", json!({"replicas": 1})).await?;
        space.apply("b", json!({"replicas": 1})).await?;
        space.condition("a", "ContainerMetricsReady", "True").await?;
        space.condition("b", "ContainerMetricsReady", "True").await?;
        assert_eq!(cadvisors(&space).list(&ListParams::default()).await?.items.len(), 1);
        let before = cadvisors(&space).get(NAME).await?.uid();
        space.delete("a").await?;
        // The deletion is worked off once the new object that follows it is.
        space
            .apply("c", json!({"replicas": 1, "monitoring": {"containerMetrics": "None"}}))
            .await?;
        space.ready("c").await?;
        assert_eq!(cadvisors(&space).get(NAME).await?.uid(), before);
        space.delete("b").await?;
        all_exist(&space, false).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_object_deleted_while_the_operator_was_away() -> Result<()> {
    let _use = cluster::alone().await;
    space::with("away", |space| async move {
        space.apply("a", json!({"replicas": 1})).await?;
        space.condition("a", "ContainerMetricsReady", "True").await?;
        operators(&space, 0).await?;
        space
            .api::<WebhookService>()
            .delete("a", &DeleteParams::default())
            .await?;
        space.exists::<WebhookService>("a", false).await?;
        all_exist(&space, true).await?;
        operators(&space, 2).await?;
        all_exist(&space, false).await
    })
    .await
}
