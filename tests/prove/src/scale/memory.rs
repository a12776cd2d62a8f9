//! What Secrets that are none of the operator's business add to its memory.

use std::time::Duration;

use anyhow::Result;
use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{DeleteParams, PostParams};

use super::burst::Crowd;
use crate::usage::{Usage, megabytes};

/// How many Secrets, and how large: as cert-manager measured it.
pub const SECRETS: usize = 300;
const BYTES: usize = 1_000_000;

/// How many are under way at once.
const AT_ONCE: usize = 4;

/// What memory does by itself within the seconds that making them takes: pages come and go. 300 MB are no such thing.
pub const NOTHING: f64 = 1.0;

/// Makes them, and says by how many megabytes the operator's memory grew.
///
/// # Errors
/// When they cannot be made, or the operator has ended.
pub async fn secrets(crowd: &Crowd, usage: Usage) -> Result<f64> {
    let before = usage.memory()?;
    let namespace = crowd.field.place(0).0;
    let api = &Api::<Secret>::namespaced(crowd.field.client.clone(), &namespace);
    let create = |number| async move {
        let mut secret = Secret::default();
        secret.metadata.name = Some(format!("unrelated-{number}"));
        secret.data = Some([("data".to_owned(), ByteString(vec![7; BYTES]))].into());
        api.create(&PostParams::default(), &secret).await
    };
    let numbers = stream::iter(0..SECRETS).map(Ok);
    numbers
        .try_for_each_concurrent(AT_ONCE, |number| async move { create(number).await.map(drop) })
        .await?;
    usage.rests().await?;
    // A watch that had them would have them by now; one that lists anew does so within a minute at most.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let grown = megabytes(usage.memory()?) - megabytes(before);
    let delete = |number| async move {
        api.delete(&format!("unrelated-{number}"), &DeleteParams::default())
            .await
            .map(drop)
    };
    stream::iter(0..SECRETS)
        .map(Ok)
        .try_for_each_concurrent(AT_ONCE, delete)
        .await?;
    Ok(grown)
}
