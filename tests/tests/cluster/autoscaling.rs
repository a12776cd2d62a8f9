//! An autoscaler, driven by a real metrics-server: it scales, nobody is lost while it takes over, and it lets go again.

use anyhow::Result;
use e2e::objects::UP;
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, space};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use serde_json::{Value, json};

async fn replicas(space: &Space) -> Result<i32> {
    let deployment = space.api::<Deployment>().get("orders").await?;
    Ok(deployment.spec.replicas.unwrap_or_default())
}

async fn become_(space: &Space, expected: i32) -> Result<()> {
    until(&format!("{expected} receivers are wanted"), UP, || async {
        let found = replicas(space).await?;
        Ok(holds(found == expected, &found))
    })
    .await
}

/// A receiver at rest uses more than 1 % of a request so small: the autoscaler wants all that it may have.
fn spec(autoscaling: &Value) -> Value {
    json!({"replicas": 2, "resources": {"requests": {"cpu": "1m"}}, "autoscaling": autoscaling, "monitoring": {"containerMetrics": "None"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_autoscaler_takes_over_scales_and_lets_go() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("autoscaling", |space| async move {
        space.apply("orders", spec(&Value::Null)).await?;
        space.ready("orders").await?;
        // What is left out by its only owner falls back to one: between the two there may be no such moment.
        let watched = space.api::<Deployment>();
        let scaled = json!({"minReplicas": 2, "maxReplicas": 3, "targetCPUUtilizationPercentage": 1});
        space.apply("orders", spec(&scaled)).await?;
        let before = watched.get("orders").await?.metadata.generation;
        space.exists::<HorizontalPodAutoscaler>("orders", true).await?;
        assert!(
            replicas(&space).await? >= 2,
            "receivers were lost while the autoscaler took over"
        );
        become_(&space, 3).await?;
        // Its word stands: the operator looks again at each change and leaves it.
        space.ready("orders").await?;
        assert_eq!(replicas(&space).await?, 3);
        let generations = watched.get("orders").await?.metadata.generation.zip(before);
        assert!(
            generations.is_some_and(|(now, before)| now - before <= 2),
            "{generations:?}"
        );
        space.apply("orders", spec(&Value::Null)).await?;
        space.exists::<HorizontalPodAutoscaler>("orders", false).await?;
        become_(&space, 2).await?;
        space.ready("orders").await
    })
    .await
}
