//! APIs that come and go while the operator runs: the Prometheus Operator's and the Gateway API's. What does not need them goes on,
//! what does follows them, and the operator is not restarted.

use std::fmt::Debug;

use anyhow::Result;
use e2e::definitions::without;
use e2e::objects::UP;
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, space};
use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use kube::core::NamespaceResourceScope;
use kube::{Api, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webhook_operator::external::{HttpRoute, PrometheusRule, ServiceMonitor};

/// The operators' pods, each with how often its container was started.
async fn operators(space: &Space) -> Result<Vec<(Option<String>, i32)>> {
    let pods = Api::<Pod>::namespaced(space.client.clone(), cluster::OPERATOR_NAMESPACE);
    let all = pods
        .list(&ListParams::default().labels("app.kubernetes.io/name=webhook-operator"))
        .await?;
    let starts = |pod: &Pod| {
        let containers = pod
            .status
            .iter()
            .flat_map(|status| status.container_statuses.iter().flatten());
        containers.map(|container| container.restart_count).sum()
    };
    Ok(all.items.iter().map(|pod| (pod.uid(), starts(pod))).collect())
}

/// Senders are served while `definition` is away, `Ready` tells of it in these words, and the child follows once it is back.
async fn is_not_waited_for<K>(name: &str, definition: &str, spec: Value, words: &str) -> Result<()>
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()> + Clone + Debug + DeserializeOwned,
{
    let _use = cluster::alone().await;
    space::with(name, |space| async move {
        let before = operators(&space).await?;
        let work = async {
            space.apply("orders", spec).await?;
            space.ready("orders").await?;
            until("the message tells what waits", UP, || async {
                let (_, message) = space.condition("orders", "Ready", "True").await?;
                Ok(holds(message.contains(words), &message))
            })
            .await
        };
        without(&space, definition, work).await?;
        space.exists::<K>("orders", true).await?;
        assert_eq!(operators(&space).await?, before, "an operator was restarted");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn receivers_do_not_wait_for_the_prometheus_operator_and_monitors_follow_it() -> Result<()> {
    let definition = "servicemonitors.monitoring.coreos.com";
    is_not_waited_for::<ServiceMonitor>("late", definition, json!({"replicas": 1}), "no ServiceMonitor yet").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_waits_for_the_gateway_api_and_nothing_else_does() -> Result<()> {
    let _use = cluster::alone().await;
    space::with("late-route", |space| async move {
        let before = operators(&space).await?;
        let host = format!("{}.test", space.namespace);
        let parents = json!([{"name": "gateway", "namespace": "gateway"}]);
        let route = json!({"parentRefs": parents, "hostnames": [host]});
        let work = async {
            space
                .apply("routed", json!({"replicas": 1, "httpRoute": route}))
                .await?;
            space.condition("routed", "Available", "True").await?;
            until("Ready tells what is missing", UP, || async {
                let found = space.condition("routed", "Ready", "False").await?;
                let is_so = found.0 == "ApiNotServed" && found.1.contains("gateway.networking.k8s.io/v1 is not served");
                Ok(holds(is_so, &found))
            })
            .await?;
            space.apply("orders", json!({"replicas": 1})).await?;
            space.ready("orders").await
        };
        without(&space, "httproutes.gateway.networking.k8s.io", work).await?;
        space.exists::<HttpRoute>("routed", true).await?;
        space.ready("routed").await?;
        assert_eq!(operators(&space).await?, before, "an operator was restarted");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_wait_for_their_api_and_who_asked_for_them_is_told() -> Result<()> {
    let definition = "prometheusrules.monitoring.coreos.com";
    let spec = json!({"replicas": 1, "monitoring": {"alerts": {}}});
    is_not_waited_for::<PrometheusRule>("late-rules", definition, spec, "no PrometheusRule yet").await
}
