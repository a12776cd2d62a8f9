//! What is switched off goes, and what is switched on again is as it was: the whole end states are compared.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use e2e::objects::{CHILDREN, UP};
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, space};
use serde_json::{Value, json};

/// Every child, by kind, without what the API server and other controllers add.
async fn children(space: &Space) -> Result<BTreeMap<String, Value>> {
    let ours = "app.kubernetes.io/instance=orders";
    let list: Value = serde_json::from_str(&space.kubectl(&["get", CHILDREN, "-l", ours, "-o", "json"]).await?)?;
    let mut all = BTreeMap::new();
    for object in list["items"].as_array().context("no items")? {
        let mut object = object.clone();
        let kind = object["kind"].as_str().unwrap_or_default().to_owned();
        let map = object.as_object_mut().context("no object")?;
        map.remove("status");
        let metadata = map
            .get_mut("metadata")
            .and_then(Value::as_object_mut)
            .context("no metadata")?;
        metadata.retain(|field, _| matches!(field.as_str(), "name" | "labels" | "annotations" | "ownerReferences"));
        if let Some(notes) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            notes.retain(|key, _| !key.starts_with("deployment.kubernetes.io/"));
        }
        metadata.retain(|_, value| !value.as_object().is_some_and(serde_json::Map::is_empty));
        if let Some(spec) = map.get_mut("spec").and_then(Value::as_object_mut) {
            spec.retain(|field, _| !matches!(field.as_str(), "clusterIP" | "clusterIPs"));
        }
        ensure!(all.insert(kind, object).is_none(), "two of a kind");
    }
    Ok(all)
}

async fn kinds_are(space: &Space, expected: &[&str]) -> Result<BTreeMap<String, Value>> {
    until(&format!("the children are {expected:?}"), UP, || async {
        let found = children(space).await?;
        let kinds: Vec<_> = found.keys().map(String::as_str).collect();
        Ok(holds(kinds == expected, &kinds))
    })
    .await?;
    space.condition("orders", "Available", "True").await?;
    children(space).await
}

fn everything(host: &str) -> Value {
    json!({
        "replicas": 2,
        "resources": {"requests": {"cpu": "5m"}},
        "imagePullSecrets": [{"name": "pull"}],
        "service": {"port": 80, "annotations": {"a": "b"}},
        "podTemplate": {"labels": {"team": "a"}, "annotations": {"a": "b"}, "tolerations": [{"operator": "Exists"}], "env": [{"name": "RUST_LOG", "value": "info"}]},
        "disruption": {"minAvailable": 1},
        "ingress": {"className": "traefik", "host": host},
        "httpRoute": {"parentRefs": [{"name": "gateway", "namespace": "gateway"}], "hostnames": [host], "scheme": "Http"},
        "monitoring": {"port": 9090, "dashboard": {"folder": "Webhooks"}, "serviceMonitor": {"labels": {"release": "x"}, "relabelings": [{"targetLabel": "team", "replacement": "a"}]}, "alerts": {"alertLabels": {"team": "a"}}},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_switched_off_goes_and_comes_back_as_it_was() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("switches", |space| async move {
        let all = [
            "ConfigMap",
            "Deployment",
            "HTTPRoute",
            "Ingress",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "PrometheusRule",
            "Service",
            "ServiceAccount",
            "ServiceMonitor",
        ];
        let host = format!("{}.test", space.namespace);
        space.apply("orders", everything(&host)).await?;
        let on = kinds_are(&space, &all).await?;
        let off = json!({
            "replicas": 1, "resources": {"requests": {"cpu": "5m"}}, "disruption": {"enabled": false}, "networkPolicy": {"enabled": false},
            "monitoring": {"serviceMonitor": {"enabled": false}, "containerMetrics": "None"},
        });
        space.apply("orders", off).await?;
        let least = kinds_are(&space, &["Deployment", "Service", "ServiceAccount"]).await?;
        // Nothing of what was on is left in what stays.
        let left = serde_json::to_string(&least)?;
        for gone in ["team", "9090", "metrics", "pull", "RUST_LOG", "tolerations", "annotations"] {
            ensure!(!left.contains(gone), "{gone} is left in {left}");
        }
        space.apply("orders", everything(&host)).await?;
        let again = kinds_are(&space, &all).await?;
        assert_eq!(serde_json::to_string_pretty(&again)?, serde_json::to_string_pretty(&on)?);
        Ok(())
    })
    .await
}
