//! What the API server refuses, and what it then says.

use anyhow::Result;
use e2e::{cluster, space};
use serde::Deserialize;
use serde_json::{Value, json};

/// An object that must be refused, and a part of what must be said.
#[derive(Deserialize)]
struct Row {
    name: String,
    spec: Value,
    says: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_refused_with_what_to_write_instead() -> Result<()> {
    let _use = cluster::shared().await;
    let rows: Vec<Row> = serde_json::from_str(include_str!("admission.json"))?;
    assert!(rows.len() >= 50);
    space::with("admission", |space| async move {
        for Row { name, spec, says } in rows {
            let refused = apply(&space, &name, &spec).await;
            assert!(refused.contains(&says), "{spec}: {refused}");
        }
        Ok(())
    })
    .await
}

/// What `kubectl apply` says of an object. It is strict: a field that does not exist is a mistake too.
async fn apply(space: &e2e::space::Space, name: &str, spec: &Value) -> String {
    let object = json!({
        "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService",
        "metadata": {"name": name, "namespace": space.namespace}, "spec": spec,
    });
    let file = std::env::temp_dir().join(format!("{}-{name}.json", space.namespace));
    let written = std::fs::write(&file, object.to_string());
    let outcome = cluster::kubectl(&["apply", "--dry-run=server", "-f", &file.to_string_lossy()]).await;
    let _ = std::fs::remove_file(&file);
    match (written, outcome) {
        (Err(error), _) => error.to_string(),
        (_, Ok(_)) => "it was accepted".to_owned(),
        (_, Err(error)) => format!("{error:#}"),
    }
}
