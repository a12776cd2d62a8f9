//! `containerMetrics: Kubelet`: the kubelets' own cAdvisor tells of our receivers, without a pod of ours.

use std::time::Duration;

use anyhow::Result;
use e2e::objects::{cadvisors, exists};
use e2e::wait::{holds, until};
use e2e::{cluster, prometheus, space};
use kube::Api;
use serde_json::json;
use webhook_operator::external::ServiceMonitor;

const SCRAPED: Duration = Duration::from_mins(4);

#[tokio::test(flavor = "multi_thread")]
async fn the_kubelets_tell_of_our_receivers_and_of_nobody_else() -> Result<()> {
    let _use = cluster::alone().await;
    space::with("kubelet", |space| async move {
        let spec = json!({"replicas": 1, "resources": {"requests": {"cpu": "5m"}}, "monitoring": {"containerMetrics": "Kubelet"}});
        space.apply("orders", spec).await?;
        space.ready("orders").await?;
        let (reason, message) = space.condition("orders", "ContainerMetricsReady", "True").await?;
        assert_eq!(reason, "KubeletMonitored", "{message}");
        exists(&cadvisors(&space), "webhook-operator-cadvisor", false).await?;
        let job = "job=\"kubelet\",metrics_path=\"/metrics/cadvisor\"";
        let ours = format!("{job},namespace=\"{}\",container=\"receiver\"", space.namespace);
        for metric in ["container_memory_working_set_bytes", "container_cpu_usage_seconds_total"] {
            until(&format!("{metric} of the receiver"), SCRAPED, || async {
                let value = prometheus::number(&space.client, &format!("sum({metric}{{{ours}}})")).await?;
                Ok(holds(value > 0.0, &value))
            })
            .await?;
        }
        let others = format!("count({{{job},namespace!=\"{}\",__name__=~\"container_.+\"}})", space.namespace);
        // Those of another test that has just ended are still known for a moment.
        until("no series of others", SCRAPED, || async {
            let found = prometheus::query(&space.client, &others).await?;
            Ok(holds(found.is_empty(), &found))
        })
        .await?;
        space.delete("orders").await?;
        let monitors = Api::<ServiceMonitor>::namespaced(space.client.clone(), cluster::CADVISOR_NAMESPACE);
        exists(&monitors, "webhook-operator-kubelet", false).await
    })
    .await
}
