//! Definitions of kinds that are not ours, taken away while a test looks at what happens without them.

use anyhow::Result;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use kube::api::{DeleteParams, PostParams};

use crate::objects::exists;
use crate::space::Space;

/// Does `work` while the cluster lacks the definition `name`, which is put back whatever comes of it. Has to have the cluster alone.
///
/// # Errors
/// Those of `work`, and of taking the definition away and putting it back.
pub async fn without<F: Future<Output = Result<()>>>(space: &Space, name: &str, work: F) -> Result<()> {
    let definitions = Api::<CustomResourceDefinition>::all(space.client.clone());
    let mut definition = definitions.get(name).await?;
    definition.metadata = kube::core::ObjectMeta {
        name: Some(name.to_owned()),
        annotations: definition.metadata.annotations,
        labels: definition.metadata.labels,
        ..Default::default()
    };
    definition.status = None;
    definitions.delete(name, &DeleteParams::default()).await?;
    exists(&definitions, name, false).await?;
    let outcome = work.await;
    definitions.create(&PostParams::default(), &definition).await?;
    outcome
}
