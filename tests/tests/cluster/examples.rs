//! Everything that a user is shown to apply can be applied, and becomes ready.

use anyhow::{Context, Result};
use e2e::{cluster, space};
use kube::ResourceExt;
use kube::api::ListParams;
use webhook_operator::crd::WebhookService;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[tokio::test(flavor = "multi_thread")]
async fn every_example_becomes_ready() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("examples", |space| async move {
        let examples = format!("{ROOT}/examples");
        space.kubectl(&["apply", "-f", &examples]).await?;
        let objects = space.api::<WebhookService>().list(&ListParams::default()).await?.items;
        assert_eq!(objects.len(), std::fs::read_dir(examples)?.count());
        for object in objects {
            space.ready(&object.name_any()).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_object_in_the_readme_is_accepted() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("readme", |space| async move {
        let readme = std::fs::read_to_string(format!("{ROOT}/README.md"))?;
        let object = readme
            .split("```yaml\n")
            .nth(1)
            .and_then(|rest| rest.split("```").next())
            .context("no object")?;
        let file = std::env::temp_dir().join(format!("{}.yaml", space.namespace));
        std::fs::write(&file, object)?;
        let outcome = space
            .kubectl(&["apply", "--dry-run=server", "-f", &file.to_string_lossy()])
            .await;
        std::fs::remove_file(&file)?;
        outcome.map(|_| ())
    })
    .await
}
