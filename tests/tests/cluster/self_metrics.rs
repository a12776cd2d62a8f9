//! `containerMetrics: Self`: receivers tell of their own containers what the kubelet tells of them, without a pod of ours.

use std::time::Duration;

use anyhow::Result;
use e2e::objects::{cadvisors, exists};
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, prometheus, space};
use kube::ResourceExt;
use serde_json::{Value, json};

use crate::container_metrics::by_kubelet;

const AGREED: Duration = Duration::from_mins(4);

/// What a kernel of either cgroup version tells of a container with limits.
const METRICS: [&str; 8] = [
    "container_cpu_usage_seconds_total",
    "container_cpu_cfs_periods_total",
    "container_memory_working_set_bytes",
    "container_memory_usage_bytes",
    "container_memory_rss",
    "container_spec_memory_limit_bytes",
    "container_spec_cpu_quota",
    "container_spec_cpu_period",
];

fn spec(source: &str) -> Value {
    json!({
        "replicas": 1,
        "resources": {"requests": {"cpu": "5m"}, "limits": {"cpu": "250m", "memory": "64Mi"}},
        "monitoring": {"containerMetrics": source, "serviceMonitor": {"interval": "5s"}},
    })
}

/// The value in Prometheus of the one series that has the labels by which cAdvisor's are found.
async fn by_itself(space: &Space, metric: &str, pod: &str) -> Result<f64> {
    let labels = format!(
        "namespace=\"{}\",pod=\"{pod}\",container=\"receiver\",job!~\"kubelet|webhook-operator-cadvisor\"",
        space.namespace
    );
    prometheus::number(&space.client, &format!("{metric}{{{labels}}}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn receivers_tell_of_themselves_what_the_kubelet_tells_of_them() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("self", |space| async move {
        space.apply("orders", spec("Self")).await?;
        // Beside one that has cAdvisor: the two do not disturb each other.
        space.apply("pay", spec("CAdvisor")).await?;
        space.ready("orders").await?;
        let (reason, message) = space.condition("orders", "ContainerMetricsReady", "True").await?;
        assert_eq!(reason, "SelfReported", "{message}");
        for pod in space.receivers("orders").await? {
            let pod = pod.name_any();
            for metric in METRICS {
                let both = || async {
                    let ours = by_itself(&space, metric, &pod).await?;
                    let theirs = by_kubelet(&space, metric, &pod).await?;
                    Ok(holds(
                        ours > 0.0 && (ours / theirs - 1.0).abs() <= 0.05,
                        &(ours, theirs),
                    ))
                };
                until(&format!("{metric} of {pod} agree"), AGREED, both).await?;
            }
        }
        space.condition("pay", "ContainerMetricsReady", "True").await?;
        // Nobody else tells of the one, nor does the other tell of itself.
        let twice = format!(
            "count by (pod) (container_memory_usage_bytes{{namespace=\"{}\",container=\"receiver\"}}) > 1",
            space.namespace
        );
        let told = prometheus::query(&space.client, &twice).await?;
        assert!(told.is_empty(), "{told:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn they_need_no_cadvisor() -> Result<()> {
    let _use = cluster::alone().await;
    space::with("self-alone", |space| async move {
        space.apply("orders", spec("Self")).await?;
        space.ready("orders").await?;
        exists(&cadvisors(&space), "webhook-operator-cadvisor", false).await
    })
    .await
}
