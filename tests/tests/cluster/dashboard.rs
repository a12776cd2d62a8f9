//! Every query of a dashboard is one that Prometheus takes, and has data once there is something to show; the `ConfigMap` with it is ours
//! alone.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bench::closed_loop::github_signature;
use e2e::objects::{UP, answers};
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, prometheus, space};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::{Api, ResourceExt};
use serde_json::{Value, json};
use webhook_operator::crd::WebhookService;
use webhook_operator::desired::dashboard::fleet;

/// What Grafana puts in for a graph that is long enough for all that the test does.
const RANGES: [(&str, &str); 2] = [("$__rate_interval", "10m"), ("$__range", "15m")];

/// How long Prometheus may take to know a new target, scrape it, and see a counter rise.
const SEEN: Duration = Duration::from_mins(5);

/// The title of each panel and what it asks, with `chosen` in the place of the variables.
fn queries(dashboard: &Value, chosen: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for panel in dashboard["panels"].as_array().into_iter().flatten() {
        let title = panel["title"].as_str().unwrap_or_default();
        for target in panel["targets"].as_array().into_iter().flatten() {
            let mut asked = target["expr"].as_str().unwrap_or_default().to_owned();
            for (variable, value) in RANGES.iter().chain(chosen) {
                asked = asked.replace(variable, value);
            }
            all.push((title.to_owned(), asked));
        }
    }
    all
}

/// Those that Prometheus has no number for.
async fn without_data(space: &Space, queries: &[(String, String)]) -> Result<Vec<String>> {
    let mut without = Vec::new();
    for (title, asked) in queries {
        let found = prometheus::query(&space.client, asked).await?;
        if !found.iter().any(|series| series.value.is_finite()) {
            without.push(format!("{title}: {asked}"));
        }
    }
    Ok(without)
}

/// The dashboard of an object.
async fn of(space: &Space, name: &str) -> Result<Value> {
    let map = space.api::<ConfigMap>().get(name).await?;
    let file = format!("{}.{name}.json", space.namespace);
    let text = map.data.as_ref().and_then(|files| files.get(&file)).context(file)?;
    Ok(serde_json::from_str(text)?)
}

fn small(mut spec: Value) -> Value {
    spec["replicas"] = json!(1);
    spec["resources"] = json!({"requests": {"cpu": "5m"}, "limits": {"cpu": "500m", "memory": "64Mi"}});
    spec
}

/// A webhook that is believed, one without a signature, and one that is no JSON.
async fn send(space: &Space) -> Result<()> {
    let url = format!("{}/webhook", space.address("orders").await?);
    let good = r#"{"order":1}"#;
    for (body, key) in [(good, Some("first")), (good, None), ("{", Some("first"))] {
        let signature = key.map(|key| github_signature(key.as_bytes(), body.as_bytes()));
        let signature = format!("x-hub-signature-256: {}", signature.unwrap_or_default());
        let quiet = ["curl", "-s", "-o", "/dev/null", "--max-time", "10"];
        let request = [
            "-H",
            "content-type: application/json",
            "-H",
            &signature,
            "-d",
            body,
            &url,
        ];
        cluster::in_node(&[&quiet[..], &request].concat()).await?;
    }
    Ok(())
}

/// Has the chart show its dashboard and have the operators scraped.
async fn enable_the_fleets() -> Result<()> {
    let chart = concat!(env!("CARGO_MANIFEST_DIR"), "/../charts/webhook-operator");
    let release = ["upgrade", "webhook-operator", chart, "-n", cluster::OPERATOR_NAMESPACE];
    let set = [
        "--reuse-values",
        "--set",
        "serviceMonitor.enabled=true,dashboard.enabled=true",
        "--wait",
    ];
    cluster::helm(&[&release[..], &set].concat()).await.map(drop)
}

/// Has the operator fail to make a dashboard, again and again: another's `ConfigMap` has its name.
async fn fails(space: &Space, round: usize) -> Result<()> {
    let again = json!({"metadata": {"labels": {"round": round.to_string()}}});
    let objects = space.api::<WebhookService>();
    objects
        .patch("rival", &PatchParams::default(), &Patch::Merge(again))
        .await?;
    Ok(())
}

async fn strangers(space: &Space, name: &str) -> Result<ConfigMap> {
    let theirs = json!({"metadata": {"name": name}, "data": {"theirs": "1"}});
    let maps = space.api::<ConfigMap>();
    Ok(maps
        .create(&PostParams::default(), &serde_json::from_value(theirs)?)
        .await?)
}

/// Waits until Prometheus has a number other than 0 for this; meanwhile, `act` is done time and again.
async fn shows<F: Future<Output = Result<()>>>(
    space: &Space,
    asked: &str,
    mut act: impl FnMut(usize) -> F,
) -> Result<()> {
    let round = std::cell::Cell::new(0);
    until(&format!("{asked} is not 0"), SEEN, || {
        round.set(round.get() + 1);
        let acting = act(round.get());
        async {
            acting.await?;
            let found = prometheus::number(&space.client, asked).await?;
            Ok(holds(found > 0.0, &found))
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_panel_has_data() -> Result<()> {
    // No other test may change the release at the same time, or take its monitor away before this one has ended.
    let alone = cluster::alone().await;
    enable_the_fleets().await?;
    let _use = alone.downgrade();
    space::with("dashboard", |space| async move {
        space.store("hooks", &[("current", "first")]).await?;
        strangers(&space, "rival").await?;
        let dashboard = json!({"dashboard": {}, "serviceMonitor": {"interval": "5s"}});
        space.apply("rival", small(json!({"monitoring": dashboard}))).await?;
        space
            .apply(
                "orders",
                small(json!({
                    "limits": {"requestTimeoutSeconds": 3},
                    "verification": {"scheme": "GitHub", "secretRefs": [{"name": "hooks", "key": "current"}]},
                    // Nobody is there yet.
                    "delivery": {"http": {"ref": {"name": "sink", "port": 5000, "path": "/events"}}},
                    "monitoring": dashboard,
                })),
            )
            .await?;
        space.ready("orders").await?;
        answers(&space, "orders").await?;

        let operators = format!("namespace=\"{}\"", cluster::OPERATOR_NAMESPACE);
        let failing = format!("sum(rate(webhook_operator_reconciles_total{{{operators},reason=\"Conflict\"}}[10m]))");
        shows(&space, &failing, |round| fails(&space, round)).await?;
        let ours = format!("namespace=\"{}\",service=\"orders\"", space.namespace);
        let undelivered = format!("sum(rate(webhook_deliveries_total{{{ours},outcome!=\"delivered\"}}[10m]))");
        shows(&space, &undelivered, |_| send(&space)).await?;
        space.apply("sink", small(json!({"path": "/events"}))).await?;
        space.ready("sink").await?;

        let shown = of(&space, "orders").await?;
        let chosen = [("$namespace", space.namespace.as_str()), ("$service", "orders")];
        let mut all = queries(&shown, &chosen);
        ensure!(all.len() > 25, "only {} queries are in {shown}", all.len());
        all.extend(queries(&fleet(), &[("$operator", cluster::OPERATOR_NAMESPACE)]));
        until("every query has data", SEEN, || async {
            send(&space).await?;
            let without = without_data(&space, &all).await?;
            Ok(holds(without.is_empty(), &without))
        })
        .await?;
        let maps = Api::<ConfigMap>::namespaced(space.client.clone(), cluster::OPERATOR_NAMESPACE);
        let map = maps.get("webhook-operator-fleet").await?;
        let text = map.data.iter().flatten().next().context("no file")?.1;
        assert_eq!(serde_json::from_str::<Value>(text)?, fleet());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_config_map_is_left_alone_and_ours_is_mended_and_goes() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("config-map", |space| async move {
        let maps = space.api::<ConfigMap>();
        let theirs = strangers(&space, "orders").await?;
        let with = |dashboard: Value| json!({"replicas": 0, "monitoring": {"containerMetrics": "None", "dashboard": dashboard}});
        space.apply("orders", with(json!({}))).await?;
        let (reason, message) = space.condition("orders", "Degraded", "True").await?;
        let is_named = message.contains("ConfigMap orders belongs to no controller");
        ensure!(reason == "Conflict" && is_named, "{reason}: {message}");
        assert_eq!(maps.get("orders").await?, theirs);
        maps.delete("orders", &DeleteParams::default()).await?;
        space.condition("orders", "Degraded", "False").await?;
        let made = maps.get("orders").await?;
        assert_eq!(made.labels().get("grafana_dashboard").map(String::as_str), Some("1"));
        assert_eq!(of(&space, "orders").await?["title"], format!("Webhooks: {}/orders", space.namespace));

        // Without our label the watch does not see it, and what is in it is anybody's.
        let spoilt = json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": "x"}}, "data": {format!("{}.orders.json", space.namespace): "{}"}});
        maps.patch("orders", &PatchParams::default(), &Patch::Merge(spoilt)).await?;
        until("it is as it was", UP, || async {
            let now = maps.get("orders").await?;
            let is_so = now.labels() == made.labels() && now.data == made.data && now.uid() == made.uid();
            Ok(holds(is_so, now.labels()))
        })
        .await?;

        space.apply("orders", with(json!({"labels": {"dashboards": "mine"}, "folder": "Team A"}))).await?;
        until("label and folder are the user's", UP, || async {
            let now = maps.get("orders").await?;
            let (labels, notes) = (now.labels(), now.annotations());
            let is_so = labels.contains_key("dashboards") && !labels.contains_key("grafana_dashboard");
            let folder = notes.get("grafana_folder").map(String::as_str);
            Ok(holds(is_so && folder == Some("Team A"), &(labels, notes)))
        })
        .await?;
        space.apply("orders", json!({"replicas": 0, "monitoring": {"containerMetrics": "None"}})).await?;
        space.exists::<ConfigMap>("orders", false).await
    })
    .await
}

#[test]
fn promtool_takes_every_query() -> Result<()> {
    let object: WebhookService = serde_json::from_value(json!({
        "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService",
        "metadata": {"name": "orders", "namespace": "shop", "uid": "u-1"},
        "spec": {
            "verification": {"scheme": "GitHub", "secretRefs": [{"name": "s", "key": "k"}]},
            "delivery": {"http": {"url": "http://target/"}}, "monitoring": {"dashboard": {}},
        },
    }))?;
    let validated = webhook_operator::validate::validate(&object, "receiver:1")?;
    let map = webhook_operator::desired::build(&validated)
        .dashboard
        .context("no dashboard")?;
    let text = map.data.context("no file")?.into_values().next().context("no file")?;
    let mut all = queries(
        &serde_json::from_str(&text)?,
        &[("$namespace", "shop"), ("$service", "orders")],
    );
    all.extend(queries(&fleet(), &[("$operator", ".*")]));
    let rules = all.iter().enumerate();
    let rules: Vec<_> = rules
        .map(|(nth, (_, asked))| json!({"record": format!("query:{nth}"), "expr": asked}))
        .collect();
    let file = std::env::temp_dir().join(format!("webhook-operator-queries-{}.json", std::process::id()));
    // JSON is YAML too.
    std::fs::write(
        &file,
        json!({"groups": [{"name": "queries", "rules": rules}]}).to_string(),
    )?;
    let promtool = std::env::var("PROMTOOL").context("PROMTOOL is not set: run `make test`, which sets it")?;
    let judged = std::process::Command::new(promtool)
        .args(["check", "rules"])
        .arg(&file)
        .output();
    std::fs::remove_file(&file)?;
    let judged = judged?;
    let said = String::from_utf8_lossy(&judged.stdout) + String::from_utf8_lossy(&judged.stderr);
    ensure!(judged.status.success(), "{said}");
    Ok(())
}
