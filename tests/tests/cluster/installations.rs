//! Two installations in one cluster, told apart by an id; one in a list of namespaces with rights nowhere else, then in those
//! that a label chooses, live.

use anyhow::Result;
use e2e::objects::UP;
use e2e::space::Space;
use e2e::wait::{Found, holds, until};
use e2e::{cluster, space};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::rbac::v1::ClusterRole;
use kube::api::{DeleteParams, Patch, PatchParams};
use kube::{Api, ResourceExt};
use serde_json::json;
use webhook_operator::crd::WebhookService;

const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../charts/webhook-operator");

/// Applies an object with the second installation's id.
async fn apply_blue(space: &Space, name: &str) -> Result<()> {
    apply_blue_with(space, name, "None").await
}

async fn apply_blue_with(space: &Space, name: &str, metrics: &str) -> Result<()> {
    let spec =
        json!({"replicas": 1, "resources": {"requests": {"cpu": "5m"}}, "monitoring": {"containerMetrics": metrics}});
    let object = json!({
        "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService",
        "metadata": {"name": name, "labels": {"webhook-operator.dev/controller-id": "blue"}}, "spec": spec,
    });
    let (api, params) = (space.api::<WebhookService>(), PatchParams::apply("e2e").force());
    api.patch(name, &params, &Patch::Apply(&object)).await?;
    Ok(())
}

/// The values of the first installation's images, which the second runs too.
async fn images() -> Result<Vec<String>> {
    let of_first = [
        "get",
        "values",
        "webhook-operator",
        "-n",
        cluster::OPERATOR_NAMESPACE,
        "-o",
        "json",
    ];
    let values: serde_json::Value = serde_json::from_str(&cluster::helm(&of_first).await?)?;
    let mut set = Vec::new();
    for path in ["image", "receiver/image", "cadvisor/image"] {
        for field in ["repository", "tag"] {
            let value = values
                .pointer(&format!("/{path}/{field}"))
                .and_then(|value| value.as_str());
            set.push("--set-string".to_owned());
            set.push(format!(
                "{}.{field}={}",
                path.replace('/', "."),
                value.unwrap_or_default()
            ));
        }
    }
    Ok(set)
}

async fn install(space: &Space, more: &[&str]) -> Result<()> {
    let images = images().await?;
    let images: Vec<_> = images.iter().map(String::as_str).collect();
    let system = format!("{}-blue", space.namespace);
    let command = [
        "upgrade",
        "--install",
        "blue",
        CHART,
        "-n",
        &system,
        "--create-namespace",
        "--wait",
        "--timeout=120s",
    ];
    let values = [
        "--set",
        "crds.enabled=false,replicas=1,controllerId=blue,userRoles.enabled=false",
    ];
    cluster::helm(&[&command[..], &values, &images, more].concat()).await?;
    Ok(())
}

async fn uninstall(space: &Space) -> Result<()> {
    let system = format!("{}-blue", space.namespace);
    let outcome = cluster::helm(&["uninstall", "blue", "-n", &system, "--wait"]).await;
    let namespaces = Api::<Namespace>::all(space.client.clone());
    namespaces.delete(&system, &DeleteParams::default()).await?;
    outcome.map(drop)
}

async fn label(space: &Space, value: serde_json::Value) -> Result<()> {
    let namespaces = Api::<Namespace>::all(space.client.clone());
    let change = Patch::Merge(json!({"metadata": {"labels": {"hooks": value}}}));
    namespaces
        .patch(&space.namespace, &PatchParams::default(), &change)
        .await?;
    Ok(())
}

async fn walk(space: &Space) -> Result<()> {
    apply_blue(space, "blue").await?;
    space
        .apply(
            "plain",
            json!({"replicas": 1, "resources": {"requests": {"cpu": "5m"}}}),
        )
        .await?;
    space.ready("plain").await?;
    // The first operator has had its chance, and it is not its object.
    space.exists::<Deployment>("blue", false).await?;
    install(space, &["--set", &format!("scope.namespaces={{{}}}", space.namespace)]).await?;
    space.ready("blue").await?;
    let roles = Api::<ClusterRole>::all(space.client.clone());
    let name = format!("{0}-blue-blue", space.namespace);
    assert!(
        roles.get_opt(&name).await?.is_none(),
        "a list of namespaces needs no ClusterRole"
    );
    // Nor has it rights where the kubelets' Service is.
    apply_blue_with(space, "blue", "Kubelet").await?;
    until("the missing right is named", UP, || async {
        let (reason, message) = space.condition("blue", "ContainerMetricsReady", "False").await?;
        let is_named = reason == "Forbidden" && message.contains("cannot list resource \"services\"");
        Ok(holds(is_named, &(reason, message.clone())))
    })
    .await?;
    apply_blue(space, "blue").await?;

    install(space, &["--set", "scope.namespaceSelector=hooks=on"]).await?;
    apply_blue(space, "later").await?;
    space
        .apply(
            "plain",
            json!({"replicas": 1, "path": "/in", "resources": {"requests": {"cpu": "5m"}}}),
        )
        .await?;
    space.ready("plain").await?;
    space.exists::<Deployment>("later", false).await?;
    label(space, json!("on")).await?;
    space.ready("later").await?;
    label(space, json!(null)).await?;
    // Out of scope its objects are left as they are.
    until("a deleted child stays away", UP, || async {
        let deployments = space.api::<Deployment>();
        if let Some(found) = deployments.get_opt("later").await? {
            deployments.delete("later", &DeleteParams::default()).await?;
            return Ok(Found::NotYet(format!("{:?} is there", found.uid())));
        }
        space
            .apply(
                "plain",
                json!({"replicas": 1, "resources": {"requests": {"cpu": "5m"}}}),
            )
            .await?;
        space.ready("plain").await?;
        let found = deployments.get_opt("later").await?;
        Ok(holds(found.is_none(), &found.map(|one| one.metadata)))
    })
    .await?;
    label(space, json!("on")).await?;
    space.ready("later").await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_installations_share_a_cluster_and_one_keeps_to_its_namespaces() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("two", |space| async move {
        let outcome = walk(&space).await;
        // Its objects' receivers outlive it; its own namespaces do not.
        uninstall(&space).await?;
        outcome
    })
    .await
}
