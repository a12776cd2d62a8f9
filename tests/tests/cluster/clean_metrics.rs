//! What the receivers expose is as Prometheus' own checker wants it.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use e2e::{cluster, space};
use kube::ResourceExt;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn promtool_finds_nothing_to_complain_of() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("metrics", |space| async move {
        let spec = json!({"replicas": 1, "resources": {"requests": {"cpu": "10m"}}});
        space.apply("orders", spec).await?;
        space.ready("orders").await?;
        let pods = space.receivers("orders").await?;
        let pod = pods.first().context("no receiver")?.name_any();
        let text = e2e::receiver::metrics(&space, &pod).await?;
        let promtool = std::env::var("PROMTOOL").context("PROMTOOL is not set: run `make test`, which sets it")?;
        let mut check = Command::new(promtool)
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        check.stdin.take().context("no input")?.write_all(text.as_bytes())?;
        let output = check.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}\n{text}");
        Ok(())
    })
    .await
}
