//! What the receivers and the operators expose is as Prometheus' own checker wants it, and one operator leads.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use e2e::wait::{holds, until};
use e2e::{cluster, prometheus, space};
use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use kube::{Api, ResourceExt};
use serde_json::json;

/// Has promtool judge a page.
fn check(text: &str) -> Result<()> {
    let promtool = std::env::var("PROMTOOL").context("PROMTOOL is not set: run `make test`, which sets it")?;
    let mut check = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    check.stdin.take().context("no input")?.write_all(text.as_bytes())?;
    let output = check.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}\n{text}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn promtool_finds_nothing_to_complain_of() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("metrics", |space| async move {
        let spec = json!({"replicas": 1, "resources": {"requests": {"cpu": "10m"}}});
        space.apply("orders", spec).await?;
        space.ready("orders").await?;
        let pods = space.receivers("orders").await?;
        let pod = pods.first().context("no receiver")?.name_any();
        let text = e2e::receiver::metrics(&space, &pod).await?;
        check(&text)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_tell_of_themselves_and_one_leads() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("operator-metrics", |space| async move {
        space
            .apply(
                "orders",
                json!({"replicas": 1, "resources": {"requests": {"cpu": "10m"}}}),
            )
            .await?;
        space.ready("orders").await?;
        let pods = Api::<Pod>::namespaced(space.client.clone(), cluster::OPERATOR_NAMESPACE);
        let (mut leaders, mut writes) = (0, 0);
        for pod in pods
            .list(&ListParams::default().labels("app.kubernetes.io/name=webhook-operator"))
            .await?
            .items
        {
            let path = format!(
                "/api/v1/namespaces/{}/pods/{}:8080/proxy/metrics",
                cluster::OPERATOR_NAMESPACE,
                pod.name_any()
            );
            let text = space
                .client
                .request_text(http::Request::get(path).body(Vec::new())?)
                .await?;
            check(&text)?;
            let value = |series: &str| {
                text.lines()
                    .find_map(|line| line.strip_prefix(series)?.trim().parse::<u64>().ok())
            };
            let leads = value("webhook_operator_leader").context("no leader")?;
            let applied =
                value("webhook_operator_writes_total{kind=\"Deployment\",verb=\"apply\"}").unwrap_or_default();
            leaders += leads;
            writes += applied * leads;
        }
        assert_eq!(leaders, 1);
        assert!(writes > 0, "the leader has applied no Deployment");
        Ok(())
    })
    .await
}

/// The chart's own `ServiceMonitor`, as a running Prometheus takes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_prometheus_scrapes_both_operators() -> Result<()> {
    let client = cluster::client().await?;
    let chart = concat!(env!("CARGO_MANIFEST_DIR"), "/../charts/webhook-operator");
    let release = [
        "upgrade",
        "webhook-operator",
        chart,
        "-n",
        cluster::OPERATOR_NAMESPACE,
        "--reuse-values",
    ];
    let enable = [&release[..], &["--set", "serviceMonitor.enabled=true", "--wait"]].concat();
    // Nothing of the pods changes by it, but no other test may change the release at the same time.
    let alone = cluster::alone().await;
    cluster::helm(&enable).await?;
    drop(alone);
    let _use = cluster::shared().await;
    let own = format!("namespace=\"{}\"", cluster::OPERATOR_NAMESPACE);
    for (what, expected) in [
        (format!("sum(up{{{own}}})"), 2.0),
        (format!("sum(webhook_operator_leader{{{own}}})"), 1.0),
    ] {
        until(&format!("{what} is {expected}"), Duration::from_mins(4), || async {
            let found = prometheus::number(&client, &what).await?;
            Ok(holds((found - expected).abs() < 0.1, &found))
        })
        .await?;
    }
    Ok(())
}
