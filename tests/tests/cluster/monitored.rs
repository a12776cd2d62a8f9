//! `Monitored`: the commonest mistakes between an object and its Prometheus, each named with its fix; and once the fix is made, the
//! receivers are scraped.

use std::time::Duration;

use anyhow::Result;
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, space};
use kube::Api;
use kube::api::{DeleteParams, DynamicObject, Patch, PatchParams};
use kube::core::ApiResource;
use serde_json::{Value, json};
use webhook_operator::external::Prometheus;

/// A Prometheus is started, told of a new target, scrapes it, and is asked, within this.
const SCRAPED: Duration = Duration::from_mins(4);

/// The label that keeps an object and its namespace from the cluster's own Prometheus: `manifests/prometheus.yaml`.
const ELSEWHERE: &str = "e2e.webhook-operator.dev/elsewhere";

/// What `Monitored` has to say, with the beginning of what its message must hold.
async fn says(space: &Space, status: &str, reason: &str, words: &[&str]) -> Result<()> {
    until(
        &format!("Monitored is {status}, {reason}: {words:?}"),
        SCRAPED,
        || async {
            let get = [
                "get",
                "webhookservice",
                "orders",
                "-o",
                "jsonpath={.status.conditions[?(@.type==\"Monitored\")]}",
            ];
            let found: Value = serde_json::from_str(&space.kubectl(&get).await?).unwrap_or_default();
            let message = found["message"].as_str().unwrap_or_default();
            let is_so =
                found["status"] == status && found["reason"] == reason && words.iter().all(|one| message.contains(one));
            Ok(holds(is_so, &found))
        },
    )
    .await
}

fn spec(labels: &Value, relabelings: &Value) -> Value {
    let mut monitor = json!({"interval": "5s", "relabelings": relabelings});
    // A map that is applied empty after it had keys becomes null, which no schema takes.
    if *labels != json!({}) {
        monitor["labels"] = labels.clone();
    }
    json!({
        "replicas": 1, "resources": {"requests": {"cpu": "5m"}},
        "monitoring": {"containerMetrics": "None", "serviceMonitor": monitor},
    })
}

/// A second Prometheus, which is as particular as those of the common charts.
struct Particular {
    api: Api<DynamicObject>,
    name: String,
    image: String,
}

impl Particular {
    async fn of(space: &Space) -> Result<Self> {
        let image = [
            "-n",
            "monitoring",
            "get",
            "prometheus",
            "prometheus",
            "-o",
            "jsonpath={.spec.image}",
        ];
        let resource = ApiResource::erase::<Prometheus>(&());
        Ok(Self {
            api: Api::namespaced_with(space.client.clone(), "monitoring", &resource),
            // Before the cluster's own, in the order of names.
            name: format!("a-{}", space.namespace),
            image: cluster::kubectl(&image).await?,
        })
    }

    async fn apply(&self, namespaces: Option<Value>) -> Result<()> {
        let restricted = json!({"runAsNonRoot": true, "runAsUser": 65534, "fsGroup": 65534, "seccompProfile": {"type": "RuntimeDefault"}});
        let mut object = json!({
            "apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus", "metadata": {"name": self.name},
            "spec": {
                "image": self.image, "imagePullPolicy": "IfNotPresent", "replicas": 1, "serviceAccountName": "prometheus",
                "serviceMonitorSelector": {"matchLabels": {"release": "stack"}},
                "resources": {"requests": {"cpu": "5m", "memory": "64Mi"}}, "securityContext": restricted,
            },
        });
        if let Some(namespaces) = namespaces {
            object["spec"]["serviceMonitorNamespaceSelector"] = namespaces;
        }
        self.api
            .patch(&self.name, &PatchParams::apply("e2e").force(), &Patch::Apply(&object))
            .await?;
        Ok(())
    }
}

/// Goes from one mistake to the next, each time by the fix that was named.
async fn from_mistake_to_mistake(space: &Space, particular: &Particular) -> Result<()> {
    let label = |label: &str| {
        let label = label.to_owned();
        async move { cluster::kubectl(&["label", "namespace", &space.namespace, &label]).await }
    };
    let elsewhere = format!("{ELSEWHERE}=yes");
    label(&elsewhere).await?;
    space
        .apply("orders", spec(&json!({ELSEWHERE: "yes"}), &json!([])))
        .await?;
    let unselected = [
        "Prometheus monitoring/prometheus looks for ServiceMonitors in namespaces with !e2e.webhook-operator.dev/elsewhere;",
        "remove that label from the namespace",
        "this one has e2e.webhook-operator.dev/elsewhere=yes: remove it from spec.monitoring.serviceMonitor.labels",
    ];
    says(space, "False", "NotSelected", &unselected).await?;
    particular.apply(None).await?;
    let name = format!("Prometheus monitoring/{}", particular.name);
    let own = format!(
        "{name} looks for ServiceMonitors in its own namespace alone: give it a spec.serviceMonitorNamespaceSelector"
    );
    says(space, "False", "NotSelected", &[&own]).await?;
    particular.apply(Some(json!({"matchLabels": {"team": "a"}}))).await?;
    let team = format!(
        "{name} looks for ServiceMonitors in namespaces with team=a; {} has no such label: label the namespace so",
        space.namespace
    );
    says(space, "False", "NotSelected", &[&team]).await?;
    label("team=a").await?;
    let release = format!(
        "{name} selects serviceMonitors with release=stack; this one has no such label: set spec.monitoring.serviceMonitor.labels"
    );
    says(space, "False", "NotSelected", &[&release]).await?;
    // Now it selects the monitor; the one that is asked what it scrapes does not.
    space
        .apply(
            "orders",
            spec(&json!({ELSEWHERE: "yes", "release": "stack"}), &json!([])),
        )
        .await?;
    says(space, "False", "NotScraped", &[&name, "its service account"]).await?;
    label(&format!("{ELSEWHERE}-")).await?;
    let nowhere = json!([{"targetLabel": "__address__", "replacement": "127.0.0.1:1"}]);
    space.apply("orders", spec(&json!({}), &nowhere)).await?;
    says(space, "False", "TargetsDown", &["no receiver answers its scrapes"]).await?;
    space.apply("orders", spec(&json!({}), &json!([]))).await?;
    says(space, "True", "Scraped", &["the receivers answer its scrapes"]).await?;
    let column = ["get", "webhookservices", "--no-headers"];
    let row = space.kubectl(&column).await?;
    assert!(row.split_whitespace().any(|word| word == "True"), "{row}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mistake_is_named_with_its_fix_until_the_receivers_are_scraped() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("monitored", |space| async move {
        let particular = Particular::of(&space).await?;
        let outcome = from_mistake_to_mistake(&space, &particular).await;
        // Also after a failure: the other tests share the node.
        let _ = particular.api.delete(&particular.name, &DeleteParams::default()).await;
        outcome
    })
    .await
}
