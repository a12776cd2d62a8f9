//! Everything that a user is shown to apply can be applied, and becomes ready.

use anyhow::{Context, Result};
use e2e::{cluster, space};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[tokio::test(flavor = "multi_thread")]
async fn every_example_becomes_ready() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("examples", |space| async move {
        // One after the other: all at once ask for more than a small machine has.
        for file in std::fs::read_dir(format!("{ROOT}/examples"))? {
            let file = file?.path();
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            space.kubectl(&["apply", "-f", &file.to_string_lossy()]).await?;
            space.ready(&name).await?;
            space.delete(&name).await?;
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

#[tokio::test(flavor = "multi_thread")]
async fn every_spec_in_the_docs_is_accepted() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("docs", |space| async move {
        let mut count = 0;
        for page in std::fs::read_dir(format!("{ROOT}/docs"))? {
            let page = page?.path();
            if page.extension().is_none_or(|form| form != "md") {
                continue;
            }
            let text = std::fs::read_to_string(&page)?;
            let blocks = text
                .split("```yaml\n")
                .skip(1)
                .filter_map(|rest| rest.split("```").next());
            for spec in blocks.filter(|block| block.starts_with("spec:")) {
                let head =
                    "apiVersion: webhook-operator.dev/v1alpha1\nkind: WebhookService\nmetadata: {name: orders}\n";
                let file = std::env::temp_dir().join(format!("{}.yaml", space.namespace));
                std::fs::write(&file, format!("{head}{spec}"))?;
                let outcome = space
                    .kubectl(&["apply", "--dry-run=server", "-f", &file.to_string_lossy()])
                    .await;
                std::fs::remove_file(&file)?;
                outcome.with_context(|| format!("{}: {spec}", page.display()))?;
                count += 1;
            }
        }
        assert!(count >= 4, "only {count} specs were found");
        Ok(())
    })
    .await
}
