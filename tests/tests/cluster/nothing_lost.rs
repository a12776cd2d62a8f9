//! Senders, on kept and on new connections, do not notice that receivers come and go.

use std::sync::Arc;

use anyhow::{Context, Result};
use bench::open_loop::Plan;
use bytes::Bytes;
use e2e::load::{Load, address};
use e2e::objects::UP;
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, space};
use http_body_util::Full;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::api::DeleteParams;
use serde_json::json;

/// The least that must be sent, at so many a second.
const LEAST: u64 = 50_000;
const RATE: u32 = 500;

async fn apply(space: &Space, replicas: i32, most_requests: i32) -> Result<()> {
    let spec = json!({
        "replicas": replicas, "limits": {"maxConcurrentRequests": most_requests},
        "resources": {"requests": {"cpu": "10m"}},
    });
    space.apply("orders", spec).await?;
    space.ready("orders").await?;
    // Those that go take their time, and their senders must not notice that either.
    until("only the receivers that are wanted", UP, || async {
        let pods = space.receivers("orders").await?;
        let names: Vec<_> = pods.iter().map(ResourceExt::name_any).collect();
        Ok(holds(names.len() == usize::try_from(replicas)?, &names))
    })
    .await
}

async fn delete_a_pod(space: &Space) -> Result<()> {
    let pods = space.receivers("orders").await?;
    let pod = pods.first().context("no receiver")?;
    space
        .api::<Pod>()
        .delete(&pod.name_any(), &DeleteParams::default())
        .await?;
    until("the pod is gone and another is there", UP, || async {
        let now: Vec<_> = space
            .receivers("orders")
            .await?
            .iter()
            .map(ResourceExt::name_any)
            .collect();
        Ok(holds(now.len() == pods.len() && !now.contains(&pod.name_any()), &now))
    })
    .await?;
    space.ready("orders").await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_fails_while_receivers_are_updated_scaled_in_and_deleted() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("nothing-lost", |space| async move {
        apply(&space, 2, 512).await?;
        let address = address(&space, "orders").await?;
        e2e::objects::answers(&space, "orders").await?;
        let plan = Plan {
            address,
            rate: RATE,
            fresh_percent: 50,
            request: Arc::new(move |number| {
                let body = format!("{{\"order\":{number}}}");
                let request = http::Request::post("/webhook").header("host", address.to_string());
                let request = request.header("content-type", "application/json");
                request.body(Full::new(Bytes::from(body))).unwrap_or_default()
            }),
        };
        let load = Load::start(plan, LEAST).await?;
        apply(&space, 3, 512).await?; // scaled out
        apply(&space, 3, 256).await?; // a rolling update
        apply(&space, 1, 256).await?; // scaled in
        apply(&space, 3, 256).await?;
        delete_a_pod(&space).await?;
        apply(&space, 2, 128).await?; // both at once
        let report = load.end().await?;
        assert_eq!(
            report.failed(),
            0,
            "{:?}, by second {:?}",
            report.outcomes,
            report.failures
        );
        assert!(report.sent() >= LEAST, "{:?}", report.outcomes);
        Ok(())
    })
    .await
}
