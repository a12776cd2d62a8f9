//! Webhooks that are passed on reach a Service by its name, and are called taken only when it took them.

use anyhow::Result;
use e2e::objects::{UP, answers};
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, receiver, space};
use serde_json::{Value, json};

/// Posts one webhook to `front` from the node and gives the answer's status.
async fn post(space: &Space) -> Result<String> {
    let url = format!("{}/webhook", space.address("front").await?);
    let json = ["-H", "content-type: application/json", "-d", r#"{"order":1}"#];
    let quiet = [
        "curl",
        "-s",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        "--max-time",
        "20",
    ];
    cluster::in_node(&[&quiet[..], &json, &[&url]].concat()).await
}

/// The sum of a series over the receivers of an object.
async fn total(space: &Space, name: &str, series: &str) -> Result<u64> {
    Ok(receiver::values(space, name, series).await?.iter().sum())
}

fn small(mut spec: Value) -> Value {
    spec["replicas"] = json!(1);
    spec["resources"] = json!({"requests": {"cpu": "10m"}});
    spec
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_taken_when_its_target_took_it() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("delivery", |space| async move {
        space.apply("sink", small(json!({"path": "/events"}))).await?;
        let target = json!({"name": "sink", "port": 5000, "path": "/events"});
        let spec = json!({"limits": {"requestTimeoutSeconds": 3}, "delivery": {"http": {"ref": target, "format": "CloudEvents"}}});
        space.apply("front", small(spec)).await?;
        for name in ["sink", "front"] {
            space.ready(name).await?;
            answers(&space, name).await?;
        }
        let taken = "webhook_requests_total{status=\"success\"}";
        for _ in 0..20 {
            assert_eq!(post(&space).await?, "200");
        }
        assert_eq!((total(&space, "front", taken).await?, total(&space, "sink", taken).await?), (20, 20));
        assert_eq!(total(&space, "front", "webhook_deliveries_total{outcome=\"delivered\"}").await?, 20);

        space.delete("sink").await?;
        until("its sender hears that it was not taken", UP, || async {
            let status = post(&space).await?;
            Ok(holds(["502", "504"].contains(&status.as_str()), &status))
        })
        .await?;
        assert_eq!(total(&space, "front", taken).await?, total(&space, "front", "webhook_deliveries_total{outcome=\"delivered\"}").await?);
        Ok(())
    })
    .await
}
