//! An object that the operator cannot read, or that the API server hardly takes, harms itself alone and is told why.

use anyhow::{Context, Result};
use e2e::objects::UP;
use e2e::space::Space;
use e2e::wait::{Found, holds, until};
use e2e::{cluster, space};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};
use webhook_operator::crd::WebhookService;

const DEFINITION: &str = "webhookservices.webhook-operator.dev";
const POLICIES: &str = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/imagePullPolicy/enum";

fn small(more: (&str, Value)) -> Value {
    let mut spec =
        json!({"replicas": 1, "resources": {"requests": {"cpu": "5m"}}, "monitoring": {"containerMetrics": "None"}});
    spec[more.0] = more.1;
    spec
}

/// Sets which values the definition lets `imagePullPolicy` have.
async fn allow(space: &Space, policies: Value) -> Result<()> {
    let definitions = Api::<CustomResourceDefinition>::all(space.client.clone());
    let change = json!([{"op": "replace", "path": POLICIES, "value": policies}]);
    let change = Patch::Json::<()>(serde_json::from_value(change)?);
    definitions.patch(DEFINITION, &PatchParams::default(), &change).await?;
    Ok(())
}

/// Waits for a Warning about an object, and gives what it says.
async fn warned(space: &Space, name: &str, reason: &str) -> Result<String> {
    until(&format!("a Warning {reason} about {name}"), UP, || async {
        let notes = space.warnings(name, Some(reason)).await?;
        Ok(match notes.into_iter().next() {
            Some(note) => Found::Yes(note),
            None => Found::NotYet("none".to_owned()),
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_from_before_a_rule_is_told_and_others_go_on() -> Result<()> {
    let _use = cluster::alone().await;
    space::with("unreadable", |space| async move {
        space.apply("good", small(("path", json!("/webhook")))).await?;
        space.ready("good").await?;
        let now = json!(["IfNotPresent", "Always", "Never"]);
        allow(&space, json!(["IfNotPresent", "Always", "Never", "Sometimes"])).await?;
        // The definition takes a moment to be in force.
        let stored = until("a newer definition takes it", UP, || async {
            let applied = space.apply("odd", small(("imagePullPolicy", json!("Sometimes")))).await;
            let said = applied.as_ref().err().map(|error| format!("{error:#}"));
            // What was stored is not what this test's own types can read.
            Ok(holds(
                said.as_ref().is_none_or(|said| said.contains("unknown variant")),
                &said,
            ))
        })
        .await;
        allow(&space, now).await?;
        stored?;
        let note = warned(&space, "odd", "Unreadable").await?;
        assert!(
            note.contains("Sometimes") && note.contains("left alone until it is corrected"),
            "{note}"
        );
        space.apply("good", small(("path", json!("/in")))).await?;
        space.ready("good").await?;
        space.apply("late", small(("path", json!("/in")))).await?;
        space.ready("late").await?;
        // Corrected, it is like any other.
        space
            .apply("odd", small(("imagePullPolicy", json!("IfNotPresent"))))
            .await?;
        space.ready("odd").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn names_at_their_limit_and_objects_at_theirs() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("limits", |space| async move {
        let longest = format!("a{}", "b".repeat(62));
        space.apply(&longest, small(("path", json!("/webhook")))).await?;
        space.ready(&longest).await?;
        space.delete(&longest).await?;
        // Half of what etcd takes fits twice into one Deployment's last two revisions, and is served.
        for (name, bytes) in [("large", 400_000), ("vast", 1_400_000)] {
            let value = "x".repeat(1000);
            let terms: Vec<_> = (0..bytes / 1000)
                .map(|number| json!({"weight": 1, "preference": {"matchExpressions": [{"key": format!("k{number}"), "operator": "In", "values": [value]}]}}))
                .collect();
            let affinity = json!({"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": terms}});
            let applied = space.apply(name, small(("podTemplate", json!({"affinity": affinity})))).await;
            let applied = applied.map(|_| ());
            let refused = applied.err().map(|error| format!("{error:#}"));
            // Beside it another one is served, whatever becomes of this one.
            let other = format!("beside-{name}");
            space.apply(&other, small(("path", json!("/webhook")))).await?;
            space.ready(&other).await?;
            if refused.is_none() {
                told(&space, name).await?;
            }
        }
        Ok(())
    })
    .await
}

/// Waits until an object's status, or a Warning where that cannot be written, says something of it.
async fn told(space: &Space, name: &str) -> Result<()> {
    until(&format!("{name} is told how it stands"), UP, || async {
        let object = space.api::<WebhookService>().get(name).await?;
        let notes = space.warnings(name, None).await?;
        let ready = object.status.context("no status").map(|status| status.conditions);
        let said = ready.as_ref().is_ok_and(|conditions| !conditions.is_empty()) || !notes.is_empty();
        Ok(holds(said, &notes))
    })
    .await
}
