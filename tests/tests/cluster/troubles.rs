//! What keeps receivers from running is named with what to do: a quota, nodes without room, a class that is not there.

use anyhow::Result;
use e2e::objects::UP;
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, space};
use k8s_openapi::api::core::v1::ResourceQuota;
use kube::api::{DeleteParams, PostParams};
use serde_json::{Value, json};

async fn says(space: &Space, name: &str, reason: &str, part: &str) -> Result<()> {
    until(&format!("{name} says {reason}: {part}"), UP, || async {
        let found = space.condition(name, "Available", "False").await?;
        Ok(holds(found.0 == reason && found.1.contains(part), &found))
    })
    .await
}

fn one(more: (&str, Value)) -> Value {
    let mut spec =
        json!({"replicas": 1, "resources": {"requests": {"cpu": "5m"}}, "monitoring": {"containerMetrics": "None"}});
    spec[more.0] = more.1;
    spec
}

#[tokio::test(flavor = "multi_thread")]
async fn each_trouble_has_its_name_and_its_advice() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("troubles", |space| async move {
        let much = json!({"requests": {"cpu": "900"}});
        space.apply("large", one(("resources", much))).await?;
        let unknown = json!({"priorityClassName": "nosuch"});
        space.apply("classless", one(("podTemplate", unknown))).await?;
        // A program that is no receiver ends at once.
        let crashing = json!(cluster::image("OPERATOR_IMAGE")?);
        space.apply("crashing", one(("image", crashing))).await?;
        says(
            &space,
            "large",
            "Unschedulable",
            "lower spec.resources.requests or add nodes",
        )
        .await?;
        says(
            &space,
            "classless",
            "FailedCreate",
            "correct spec.podTemplate.priorityClassName",
        )
        .await?;
        assert_eq!(space.warnings("large", Some("Unschedulable")).await?.len(), 1);
        says(&space, "crashing", "CrashLoopBackOff", "kubectl logs --previous").await?;
        let quotas = space.api::<ResourceQuota>();
        let quota = serde_json::from_value(json!({"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}))?;
        quotas.create(&PostParams::default(), &quota).await?;
        until("the quota is in force", UP, || async {
            let hard = quotas.get("none").await?.status.and_then(|status| status.hard);
            Ok(holds(hard.is_some(), &hard))
        })
        .await?;
        space.apply("orders", one(("path", json!("/in")))).await?;
        says(
            &space,
            "orders",
            "FailedCreate",
            "raise the ResourceQuota of the namespace",
        )
        .await?;
        assert_eq!(space.warnings("orders", Some("FailedCreate")).await?.len(), 1);
        quotas.delete("none", &DeleteParams::default()).await?;
        // The Deployment's controller tries again ever later.
        space.ready("orders").await?;
        // By now it has been started several times, and each time it was the same.
        assert_eq!(space.warnings("crashing", Some("CrashLoopBackOff")).await?.len(), 1);
        Ok(())
    })
    .await
}
