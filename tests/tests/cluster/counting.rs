//! Webhooks sent are webhooks counted, each once.

use std::time::Duration;

use anyhow::Result;
use e2e::objects::answers;
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, prometheus, space};
use serde_json::json;
use webhook_operator::crd::WebhookService;

const GOOD: &str = r#"{"order": 17}"#;

/// Sends `good`, `bad` and `large` webhooks through the Service, from the node.
async fn send(space: &Space, good: usize, bad: usize, large: usize) -> Result<()> {
    let url = format!("{}/webhook", space.address("orders").await?);
    answers(space, "orders").await?;
    let script = format!(
        "post() {{ for i in $(seq $1); do curl -s -o /dev/null -w '%{{http_code}}\\n' --max-time 10 -H 'content-type: application/json' -d \"$2\" {url}; done; }}; \
         post {good} '{GOOD}'; post {bad} '{{'; post {large} \"\\\"$(head -c 2000 /dev/zero | tr '\\0' x)\\\"\""
    );
    let codes = cluster::in_node(&["sh", "-c", &script]).await?;
    let count = |code| codes.lines().filter(|line| *line == code).count();
    assert_eq!(
        [count("200"), count("400"), count("413")],
        [good, bad, large],
        "{codes}"
    );
    Ok(())
}

/// Waits until Prometheus has counted exactly so many successes, errors and bytes, pods that are gone included.
async fn counted(space: &Space, success: usize, error: usize) -> Result<()> {
    let namespace = &space.namespace;
    let total = |metric: &str, labels: &str| {
        format!("sum(max_over_time({metric}{{namespace=\"{namespace}\",container=\"receiver\"{labels}}}[20m]))")
    };
    let expected = [success, error, success * GOOD.len()];
    let questions = [
        total("webhook_requests_total", ",status=\"success\""),
        total("webhook_requests_total", ",status=\"error\""),
        total("webhook_payload_size_bytes_total", ""),
    ];
    until("Prometheus has counted all", Duration::from_mins(3), || async {
        let mut seen = Vec::new();
        for question in &questions {
            seen.push(prometheus::number(&space.client, question).await?);
        }
        let is_same = seen
            .iter()
            .zip(expected)
            .all(|(seen, expected)| (seen - f64::from(u32::try_from(expected).unwrap_or(0))).abs() < 0.5);
        Ok(holds(is_same, &(seen, expected)))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_webhook_is_counted_once_also_across_a_rolling_restart() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("counting", |space| async move {
        space
            .apply(
                "orders",
                json!({"limits": {"maxPayloadBytes": 1024}, "monitoring": {"serviceMonitor": {"interval": "1s"}}}),
            )
            .await?;
        space.ready("orders").await?;
        send(&space, 60, 7, 3).await?;
        counted(&space, 60, 10).await?;
        space.kubectl(&["rollout", "restart", "deployment/orders"]).await?;
        space
            .kubectl(&["rollout", "status", "deployment/orders", "--timeout=120s"])
            .await?;
        space.ready("orders").await?;
        send(&space, 40, 5, 2).await?;
        counted(&space, 100, 17).await?;
        let status = space
            .api::<WebhookService>()
            .get("orders")
            .await?
            .status
            .unwrap_or_default();
        assert_eq!(
            status.url,
            format!("http://orders.{}.svc:5000/webhook", space.namespace)
        );
        Ok(())
    })
    .await
}
