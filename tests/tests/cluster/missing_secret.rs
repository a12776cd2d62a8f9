//! A Secret or a key that is not there is named, and the receivers start once it is.

use anyhow::Result;
use e2e::objects::UP;
use e2e::wait::{holds, until};
use e2e::{cluster, space};
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

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_secret_and_a_missing_key_are_named() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("secret", |space| async move {
        let verification = json!({"scheme": "GitHub", "secretRefs": [{"name": "hooks", "key": "current"}]});
        let resources = json!({"requests": {"cpu": "10m"}});
        let spec = json!({"replicas": 1, "verification": verification, "resources": resources});
        space.apply("github", spec).await?;
        says(&space, "secret \"hooks\" not found").await?;
        space.store("hooks", &[("curent", "s3cret")]).await?;
        says(&space, "references non-existent secret key: current").await?;
        space.store("hooks", &[("current", "s3cret")]).await?;
        // The kubelet tries again ever later.
        space.ready("github").await
    })
    .await
}
