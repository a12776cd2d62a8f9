//! Nothing is written at rest, nor by a new operator that finds all as it should be.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use e2e::objects::{CHILDREN, versions};
use e2e::space::Space;
use e2e::wait::{Found, until};
use e2e::{cluster, space};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, ListParams};
use kube::{Api, ResourceExt};
use serde_json::json;

/// The version of every object that the operator writes or causes to be written, and of its Events.
async fn everything(space: &Space) -> Result<BTreeMap<String, String>> {
    let kinds = format!("webhookservices,replicasets,pods,{CHILDREN}");
    let mut all = versions(&space.namespace, &kinds, &[]).await?;
    let events = ["--field-selector", "reportingComponent=webhook-operator"];
    all.extend(versions(&space.namespace, "events", &events).await?);
    let shared = "daemonsets,pods,services,serviceaccounts,servicemonitors";
    all.extend(versions(cluster::CADVISOR_NAMESPACE, shared, &[]).await?);
    Ok(all)
}

/// For one minute nothing changes, once what was to be told has been told: Events come beside the work, and after it.
async fn at_rest(space: &Space) -> Result<()> {
    let before = until("what was to be told is told", Duration::from_secs(30), || async {
        let before = everything(space).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let after = everything(space).await?;
        Ok(if before == after {
            Found::Yes(after)
        } else {
            Found::NotYet(format!("{before:?} -> {after:?}"))
        })
    })
    .await?;
    let end = Instant::now() + Duration::from_mins(1);
    let has = |kind: &str| before.keys().any(|name| name.starts_with(kind));
    ensure!(has("Event") && has("DaemonSet") && has("WebhookService"), "{before:?}");
    while Instant::now() < end {
        let now = everything(space).await?;
        ensure!(now == before, "changed at rest: {before:?} -> {now:?}");
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_at_rest_nor_by_a_new_operator() -> Result<()> {
    let _use = cluster::alone().await;
    space::with("rest", |space| async move {
        for name in ["a", "b"] {
            space.apply(name, json!({"replicas": 1})).await?;
        }
        for name in ["a", "b"] {
            space.ready(name).await?;
            space.condition(name, "ContainerMetricsReady", "True").await?;
            space.condition(name, "Monitored", "True").await?;
        }
        at_rest(&space).await?;
        let children = space.versions().await?;
        assert_eq!(children.len(), 10, "{children:?}");
        let operators = Api::<Pod>::namespaced(space.client.clone(), cluster::OPERATOR_NAMESPACE);
        for pod in operators.list(&ListParams::default()).await?.items {
            operators
                .delete(&pod.name_any(), &DeleteParams::default().grace_period(0))
                .await?;
        }
        // The new operator has looked at the old objects when a new one is ready: it lists all of them first.
        space.apply("c", json!({"replicas": 1})).await?;
        space.ready("c").await?;
        let mut after = space.versions().await?;
        after.retain(|name, _| !name.ends_with(" c"));
        assert_eq!(children, after);
        Ok(())
    })
    .await
}
