//! Our cAdvisor says of receivers what the kubelet says, and nothing of others.

use std::time::Duration;

use anyhow::{Context, Result};
use e2e::space::Space;
use e2e::wait::{Found, holds, until};
use e2e::{cluster, prometheus, space};
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::api::{ListParams, Patch, PatchParams};
use kube::{Api, ResourceExt};
use serde_json::json;

const METRICS: [&str; 2] = [
    "container_memory_working_set_bytes",
    "container_cpu_usage_seconds_total",
];

/// What the kubelet's own cAdvisor says of a container, by the API server's way to the node.
pub(crate) async fn by_kubelet(space: &Space, metric: &str, pod: &str) -> Result<f64> {
    let nodes = Api::<Node>::all(space.client.clone())
        .list(&ListParams::default())
        .await?
        .items;
    let node = nodes.first().context("no node")?.name_any();
    let path = format!("/api/v1/nodes/{node}/proxy/metrics/cadvisor");
    let text = space
        .client
        .request_text(http::Request::get(path).body(Vec::new())?)
        .await?;
    let wanted = [
        format!("namespace=\"{}\"", space.namespace),
        format!("pod=\"{pod}\""),
        "container=\"receiver\"".to_owned(),
    ];
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("{metric}{{")) && wanted.iter().all(|label| line.contains(label)));
    let value = line.and_then(|line| line.rsplit("} ").next()?.split(' ').next()?.parse().ok());
    value.with_context(|| format!("the kubelet has no {metric} for {pod}"))
}

async fn by_ours(space: &Space, metric: &str, pod: &str) -> Result<f64> {
    let labels = format!(
        "namespace=\"{}\",pod=\"{pod}\",container=\"receiver\",job=\"webhook-operator-cadvisor\"",
        space.namespace
    );
    prometheus::number(&space.client, &format!("sum({metric}{{{labels}}})")).await
}

/// A pod that looks like a receiver and is none.
async fn bystander(space: &Space, image: &str) -> Result<()> {
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bystander"},
        "spec": {
            "automountServiceAccountToken": false,
            "securityContext": {"runAsNonRoot": true, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "receiver", "image": image,
                "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
            }],
        },
    });
    space
        .api::<Pod>()
        .patch("bystander", &PatchParams::apply("e2e"), &Patch::Apply(&pod))
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_receiver_has_the_figures_that_the_kubelet_has_and_nobody_else_has_any() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("cadvisor", |space| async move {
        space.apply("orders", json!({})).await?;
        space.ready("orders").await?;
        space.condition("orders", "ContainerMetricsReady", "True").await?;
        let pods = space.receivers("orders").await?;
        let image = pods
            .first()
            .and_then(|pod| pod.spec.as_ref()?.containers.first()?.image.clone())
            .context("no image")?;
        bystander(&space, &image).await?;
        assert_eq!(pods.len(), 2);
        for pod in &pods {
            for metric in METRICS {
                until(
                    &format!("{metric} of {} agree", pod.name_any()),
                    Duration::from_mins(4),
                    || async {
                        let (ours, theirs) = (
                            by_ours(&space, metric, &pod.name_any()).await?,
                            by_kubelet(&space, metric, &pod.name_any()).await?,
                        );
                        Ok(holds(ours > 0.0 && (ours / theirs - 1.0).abs() <= 0.2, &(ours, theirs)))
                    },
                )
                .await?;
            }
        }
        only_receivers(&space).await
    })
    .await
}

/// Every series of the job is about a receiver of ours: it has all three labels, and the pod is not a bystander.
async fn only_receivers(space: &Space) -> Result<()> {
    let all = "group by (namespace, pod, container) ({__name__=~\"container_.+|machine_.+\",job=\"webhook-operator-cadvisor\"})";
    let series = prometheus::query(&space.client, all).await?;
    assert!(!series.is_empty());
    for one in &series {
        let label = |name: &str| one.labels[name].as_str().unwrap_or_default().to_owned();
        let is_named = !label("namespace").is_empty()
            && !label("pod").is_empty()
            && ["receiver", ""].contains(&label("container").as_str());
        assert!(is_named && label("pod") != "bystander", "{}", one.labels);
    }
    let network = format!(
        "container_network_receive_bytes_total{{namespace=\"{}\"}}",
        space.namespace
    );
    until("network figures", Duration::from_mins(1), || async {
        let found = prometheus::query(&space.client, &network).await?;
        Ok(if found.is_empty() {
            Found::NotYet("none".to_owned())
        } else {
            Found::Yes(())
        })
    })
    .await
}
