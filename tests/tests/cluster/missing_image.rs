//! An image that is not there is named, and corrected.

use anyhow::Result;
use e2e::objects::UP;
use e2e::wait::{holds, until};
use e2e::{cluster, space};
use k8s_openapi::api::events::v1::Event;
use kube::api::ListParams;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_image_is_named_and_heals_when_corrected() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("image", |space| async move {
        space
            .apply(
                "orders",
                json!({"replicas": 1, "image": "webhook-operator.invalid/typo:1"}),
            )
            .await?;
        until("Available names the image", UP, || async {
            let (reason, message) = space.condition("orders", "Available", "False").await?;
            Ok(holds(
                reason == "ImagePullBackOff" && message.contains("webhook-operator.invalid/typo:1"),
                &(reason, message),
            ))
        })
        .await?;
        until("an Event tells it", UP, || async {
            let events = space.api::<Event>().list(&ListParams::default()).await?.items;
            let ours = events.iter().filter(|event| {
                event
                    .regarding
                    .as_ref()
                    .is_some_and(|object| object.kind.as_deref() == Some("WebhookService"))
            });
            let told: Vec<_> = ours
                .filter(|event| event.reason.as_deref() == Some("ImagePullBackOff"))
                .map(|event| event.type_.clone())
                .collect();
            Ok(holds(told == [Some("Warning".to_owned())], &told))
        })
        .await?;
        space.apply("orders", json!({"replicas": 1})).await?;
        space.ready("orders").await?;
        let (reason, _) = space.condition("orders", "Available", "True").await?;
        assert_eq!(reason, "MinimumReplicasAvailable");
        Ok(())
    })
    .await
}
