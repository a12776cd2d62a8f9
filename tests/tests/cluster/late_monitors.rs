//! The Prometheus Operator comes late, or goes.

use anyhow::Result;
use e2e::objects::{UP, exists};
use e2e::wait::{holds, until};
use e2e::{cluster, space};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{DeleteParams, ListParams, PostParams};
use kube::{Api, ResourceExt};
use serde_json::json;
use webhook_operator::external::ServiceMonitor;

const NAME: &str = "servicemonitors.monitoring.coreos.com";

#[tokio::test(flavor = "multi_thread")]
async fn receivers_do_not_wait_for_the_prometheus_operator_and_monitors_follow_it() -> Result<()> {
    let _use = cluster::alone().await;
    space::with("late", |space| async move {
        let definitions = Api::<CustomResourceDefinition>::all(space.client.clone());
        let operators = Api::<Pod>::namespaced(space.client.clone(), cluster::OPERATOR_NAMESPACE);
        let before: Vec<_> = operators
            .list(&ListParams::default())
            .await?
            .items
            .iter()
            .map(ResourceExt::uid)
            .collect();
        let mut definition = definitions.get(NAME).await?;
        definition.metadata = kube::core::ObjectMeta {
            name: Some(NAME.to_owned()),
            annotations: definition.metadata.annotations,
            ..Default::default()
        };
        definition.status = None;
        definitions.delete(NAME, &DeleteParams::default()).await?;
        exists(&definitions, NAME, false).await?;

        let without = async {
            space.apply("orders", json!({"replicas": 1})).await?;
            space.ready("orders").await?;
            until("the message tells that monitors wait", UP, || async {
                let (_, message) = space.condition("orders", "Ready", "True").await?;
                Ok(holds(message.contains("no ServiceMonitor yet"), &message))
            })
            .await
        };
        let without = without.await;
        // Put back before anything is judged: other tests need it.
        definitions.create(&PostParams::default(), &definition).await?;
        without?;
        space.exists::<ServiceMonitor>("orders", true).await?;
        let after: Vec<_> = operators
            .list(&ListParams::default())
            .await?
            .items
            .iter()
            .map(ResourceExt::uid)
            .collect();
        assert_eq!(before, after, "the operator was restarted");
        Ok(())
    })
    .await
}
