//! Alerts: a running Prometheus takes the rules of an object, records what they say, and tells of webhooks that fail until they
//! fail no more. That takes hours with the windows that users have, so those are shortened in a copy; all else is as it is made.

use std::time::Duration;

use anyhow::{Context, Result};
use e2e::objects::answers;
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, prometheus, space};
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};
use webhook_operator::external::PrometheusRule;

/// From a changed rule to what comes of it: the kubelet brings it into Prometheus' pod within a minute and a half.
const TOLD: Duration = Duration::from_mins(5);

/// What each duration of a rule becomes in the copy.
const SHORTER: [(&str, &str); 8] = [
    ("[5m]", "[20s]"),
    ("[15m]", "[1m]"),
    ("[30m]", "[30s]"),
    ("[1h]", "[40s]"),
    ("[2h]", "[40s]"),
    ("[6h]", "[1m]"),
    ("[1d]", "[1m]"),
    ("[3d]", "[90s]"),
];

fn small(mut spec: Value) -> Value {
    spec["replicas"] = json!(1);
    spec["resources"] = json!({"requests": {"cpu": "5m"}, "limits": {"cpu": "500m", "memory": "64Mi"}});
    spec
}

fn front() -> Value {
    let target = json!({"ref": {"name": "sink", "port": 5000, "path": "/events"}, "attempts": 1, "timeoutSeconds": 1});
    small(json!({
        "delivery": {"http": target},
        "monitoring": {
            "containerMetrics": "Self", "serviceMonitor": {"interval": "2s"},
            "alerts": {"alertLabels": {"team": "shop"}, "runbookUrl": "https://git.example.org/runbooks"},
        },
    }))
}

/// Posts a webhook each second, for as long as it is polled; what is answered does not matter.
async fn send(space: &Space) -> Result<()> {
    let url = format!("{}/webhook", space.address("front").await?);
    loop {
        let post = format!(
            "for i in $(seq 10); do curl -s -o /dev/null --max-time 5 -H 'content-type: application/json' -d '{{}}' {url}; sleep 1; done"
        );
        cluster::in_node(&["sh", "-c", &post]).await?;
    }
}

/// Waits until the running Prometheus evaluates every rule of the groups whose names begin so, and none fails.
async fn evaluated(space: &Space, start: &str, groups: usize) -> Result<()> {
    until(&format!("Prometheus evaluates {start}…"), TOLD, || async {
        let found = prometheus::rule_groups(&space.client, start).await?;
        let rules = found
            .iter()
            .flat_map(|group| group["rules"].as_array().into_iter().flatten());
        let bad: Vec<_> = rules.filter(|rule| rule["health"] != "ok").collect();
        Ok(holds(
            found.len() == groups && bad.is_empty(),
            &(found.len(), bad.first()),
        ))
    })
    .await
}

/// The rules of an object under other names, over shorter windows.
fn shortened(rule: &PrometheusRule) -> Result<Value> {
    let mut spec = serde_json::to_value(&rule.spec)?;
    for group in spec["groups"].as_array_mut().context("no groups")? {
        group["name"] = format!("short.{}", group["name"].as_str().context("no name")?).into();
        group["interval"] = json!("5s");
        for rule in group["rules"].as_array_mut().context("no rules")? {
            let mut expr = rule["expr"].as_str().context("no expr")?.to_owned();
            for (from, to) in SHORTER {
                expr = expr.replace(from, to);
            }
            // Or both would write the same series.
            rule["expr"] = expr.replace("namespace_service", "short_namespace_service").into();
            for name in ["record", "alert"] {
                if let Some(was) = rule[name].as_str() {
                    rule[name] = was
                        .replace("namespace_service", "short_namespace_service")
                        .replace("Webhook", "ShortWebhook")
                        .into();
                }
            }
            if rule["for"].is_string() {
                rule["for"] = json!("5s");
            }
        }
    }
    Ok(json!({
        "apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": {"name": "short"}, "spec": spec,
    }))
}

/// Waits until an alert of the copy fires with these labels, or with `false` no longer does.
async fn fires(space: &Space, alert: &str, labels: &str, expected: bool) -> Result<()> {
    let firing = format!(
        "ALERTS{{alertname=\"{alert}\",alertstate=\"firing\",namespace=\"{}\",service=\"front\",team=\"shop\"{labels}}}",
        space.namespace
    );
    until(&format!("{alert} fires: {expected}"), TOLD, || async {
        let found = prometheus::query(&space.client, &firing).await?;
        Ok(holds(found.is_empty() != expected, &found))
    })
    .await
}

/// Every recorded series that webhooks and a container have to give.
async fn recorded(space: &Space) -> Result<()> {
    let labels = format!("{{namespace=\"{}\",service=\"front\"}}", space.namespace);
    for record in [
        "namespace_service:webhook_requests:rate5m",
        "namespace_service:webhook_errors_per_request:ratio_rate5m",
        "namespace_service:webhook_delivery_failures_per_delivery:ratio_rate5m",
        "namespace_service:webhook_processing_time_seconds:mean5m",
        "namespace_service:container_cpu_usage_seconds:rate5m",
        "namespace_service:container_memory_working_set_bytes:sum",
        "namespace_service:container_cpu_usage_seconds_per_request:ratio_rate5m",
        "namespace_service:container_memory_working_set_bytes_per_request:ratio_rate5m",
    ] {
        until(&format!("{record} has a value"), TOLD, || async {
            let found = prometheus::number(&space.client, &format!("{record}{labels}")).await?;
            Ok(holds(found > 0.0, &found))
        })
        .await?;
    }
    Ok(())
}

async fn watched(space: &Space) -> Result<()> {
    evaluated(space, &format!("{}.front.", space.namespace), 5).await?;
    recorded(space).await?;
    let made = space.api::<PrometheusRule>().get("front").await?;
    let short = shortened(&made)?;
    let applied = PatchParams::apply("e2e").force();
    let rules = space.api::<PrometheusRule>();
    rules.patch("short", &applied, &Patch::Apply(&short)).await?;
    evaluated(space, &format!("short.{}.front.", space.namespace), 5).await?;
    let critical = ",severity=\"critical\",window=\"1h\"";
    fires(space, "ShortWebhookErrorBudgetBurn", critical, true).await?;
    fires(space, "ShortWebhookDeliveryFailures", ",severity=\"warning\"", true).await?;
    // Those that there is no cause for.
    for alert in ["ShortWebhookServiceDown", "ShortWebhookReceiverOutOfMemory"] {
        fires(space, alert, "", false).await?;
    }
    let sink = small(json!({"path": "/events", "monitoring": {"containerMetrics": "None"}}));
    space.apply("sink", sink).await?;
    space.ready("sink").await?;
    fires(space, "ShortWebhookErrorBudgetBurn", "", false).await?;
    fires(space, "ShortWebhookDeliveryFailures", "", false).await
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_that_fail_are_told_of_until_they_fail_no_more() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("alerts", |space| async move {
        space.apply("front", front()).await?;
        space.ready("front").await?;
        answers(&space, "front").await?;
        tokio::select! {
            outcome = send(&space) => outcome?,
            outcome = watched(&space) => outcome?,
        }
        // Without them the rules go, and Prometheus forgets them.
        let mut without = front();
        if let Some(monitoring) = without["monitoring"].as_object_mut() {
            monitoring.remove("alerts");
        }
        space.apply("front", without).await?;
        space.exists::<PrometheusRule>("front", false).await?;
        let start = format!("{}.front.", space.namespace);
        until("Prometheus has no rule of it left", TOLD, || async {
            let found = prometheus::rule_groups(&space.client, &start).await?;
            Ok(holds(found.is_empty(), &found.len()))
        })
        .await
    })
    .await
}
