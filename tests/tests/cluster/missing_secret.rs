//! A Secret or a key that is not there is named, and the receivers start once it is.

use anyhow::Result;
use e2e::objects::UP;
use e2e::wait::{holds, until};
use e2e::{cluster, space};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Patch, PatchParams};
use serde_json::json;

/// Waits until the object says what its pods wait for.
async fn says(space: &space::Space, part: &str) -> Result<()> {
    until(&format!("Available says {part}"), UP, || async {
        let (reason, message) = space.condition("github", "Available", "False").await?;
        Ok(holds(
            reason == "FailedMount" && message.contains(part),
            &(reason, message),
        ))
    })
    .await
}

async fn store(space: &space::Space, key: &str) -> Result<()> {
    let mut secret = Secret::default();
    secret.metadata.name = Some("hooks".to_owned());
    secret.data = Some([(key.to_owned(), ByteString(b"s3cret".to_vec()))].into());
    let applied = PatchParams::apply("e2e").force();
    space
        .api::<Secret>()
        .patch("hooks", &applied, &Patch::Apply(&secret))
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_secret_and_a_missing_key_are_named() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("secret", |space| async move {
        let verification = json!({"scheme": "GitHub", "secretRefs": [{"name": "hooks", "key": "current"}]});
        let resources = json!({"requests": {"cpu": "10m"}});
        let spec = json!({"replicas": 1, "verification": verification, "resources": resources});
        space.apply("github", spec).await?;
        says(&space, "secret \"hooks\" not found").await?;
        store(&space, "curent").await?;
        says(&space, "references non-existent secret key: current").await?;
        store(&space, "current").await?;
        // The kubelet tries again ever later.
        space.ready("github").await
    })
    .await
}
