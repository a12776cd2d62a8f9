//! `monitoring.port`: metrics and health leave the webhooks' port, Prometheus follows, and the user's relabelings take effect.

use std::time::Duration;

use anyhow::Result;
use e2e::objects::answers;
use e2e::space::Space;
use e2e::wait::{Found, holds, until};
use e2e::{cluster, prometheus, space};
use serde_json::json;

/// Prometheus is told of a new target, and scrapes it, within this.
const SCRAPED: Duration = Duration::from_mins(3);

/// Prometheus has the receiver under the label that the user's rule gave it, and lacks what the user's other rule drops.
async fn is_scraped(space: &Space) -> Result<()> {
    let labels = format!("namespace=\"{}\",team=\"payments\"", space.namespace);
    until("the receiver is up under its team's name", SCRAPED, || async {
        let found = prometheus::query(&space.client, &format!("up{{{labels}}} == 1")).await?;
        Ok(if found.len() == 1 {
            Found::Yes(())
        } else {
            Found::NotYet(format!("{found:?}"))
        })
    })
    .await?;
    until(
        "its requests are there, and what is dropped is not",
        SCRAPED,
        || async {
            let kept = prometheus::query(&space.client, &format!("webhook_requests_total{{{labels}}}")).await?;
            let gone = prometheus::query(&space.client, &format!("webhook_own_time_seconds_count{{{labels}}}")).await?;
            let native = format!("histogram_count(webhook_processing_time_seconds{{{labels}}})");
            let native = prometheus::query(&space.client, &native).await?;
            let classic = format!("webhook_processing_time_seconds_bucket{{{labels}}}");
            let classic = prometheus::query(&space.client, &classic).await?;
            let is_so = !kept.is_empty() && gone.is_empty() && native.len() == 1 && !classic.is_empty();
            Ok(holds(is_so, &(kept.len(), gone, native, classic.len())))
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_leave_the_webhooks_port_and_are_scraped_where_they_are() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("own-port", |space| async move {
        let rules = json!([{"targetLabel": "team", "replacement": "payments"}]);
        let dropped = json!([{"action": "drop", "sourceLabels": ["__name__"], "regex": "webhook_own_time_seconds.*"}]);
        let monitor =
            json!({"interval": "5s", "nativeHistograms": true, "relabelings": rules, "metricRelabelings": dropped});
        let spec = json!({
            "replicas": 1, "resources": {"requests": {"cpu": "5m"}},
            "monitoring": {"port": 9090, "containerMetrics": "None", "serviceMonitor": monitor},
        });
        space.apply("orders", spec).await?;
        space.ready("orders").await?;
        let address = space.address("orders").await?;
        let get = async |path: &str| {
            let url = format!("{address}{path}");
            let ask = [
                "curl",
                "-s",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "--max-time",
                "5",
                &url,
            ];
            cluster::in_node(&ask).await
        };
        until("the Service takes requests", SCRAPED, || async {
            let status = get("/webhook").await?;
            Ok(holds(status == "405", &status))
        })
        .await?;
        for path in ["/metrics", "/healthz", "/readyz"] {
            assert_eq!(get(path).await?, "404", "{path} is behind the webhooks' Service");
        }
        is_scraped(&space).await?;
        // Back on one port, all is where it was.
        space
            .apply(
                "orders",
                json!({"replicas": 1, "resources": {"requests": {"cpu": "5m"}}}),
            )
            .await?;
        space.ready("orders").await?;
        answers(&space, "orders").await
    })
    .await
}
