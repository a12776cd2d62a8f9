//! The chart: upgrade, uninstall, install again.

use anyhow::{Context, Result};
use e2e::objects::{UP, exists};
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, space};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, Service};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Patch, PatchParams};
use kube::{Api, ResourceExt};
use serde_json::{Value, json};
use webhook_operator::crd::WebhookService;

fn root() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/..")
}

/// Installs this checkout's chart over whatever chart is there, as `make up` does.
async fn install_ours() -> Result<()> {
    let script = format!("{}/tests/cluster/install.sh", root());
    cluster::run("bash", &[&script, &cluster::name()?]).await.map(drop)
}

/// The chart of the release before this one, as it was packaged.
const RELEASED: &str = "tests/chart/released/webhook-operator-0.1.0.tgz";

async fn install_released() -> Result<()> {
    let mut values = vec![format!("cadvisor.image={}", cluster::image("CADVISOR_IMAGE")?)];
    for (path, variable) in [("image", "OPERATOR_IMAGE"), ("receiver.image", "RECEIVER_IMAGE")] {
        let image = cluster::image(variable)?;
        let (repository, tag) = image.rsplit_once(':').context("no tag")?;
        values.push(format!("{path}.repository={repository},{path}.tag={tag}"));
    }
    let release = ["webhook-operator", "-n", cluster::OPERATOR_NAMESPACE];
    cluster::helm(&[&["uninstall"], &release[..], &["--wait"]].concat()).await?;
    let chart = format!("{}/{RELEASED}", root());
    let install = [
        "install",
        release[0],
        &chart,
        release[1],
        release[2],
        "--set-string",
        &values.join(","),
        "--wait",
        "--timeout=120s",
    ];
    cluster::helm(&install).await.map(drop)
}

/// What the receivers are made from, without what this release adds to every one: see CHANGELOG.md.
async fn template(space: &Space) -> Result<Value> {
    let mut spec = serde_json::to_value(space.api::<Deployment>().get("orders").await?.spec)?;
    for amounts in ["requests", "limits"] {
        let amounts = spec.pointer_mut(&format!("/template/spec/containers/0/resources/{amounts}"));
        let amounts = amounts.and_then(Value::as_object_mut).context("no resources")?;
        amounts.remove("ephemeral-storage");
    }
    Ok(spec)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_from_the_last_release_changes_receivers_only_as_its_notes_say() -> Result<()> {
    let _use = cluster::alone().await;
    space::with("upgrade", |space| async move {
        let walk = async {
            install_released().await?;
            space
                .apply("orders", json!({"resources": {"requests": {"cpu": "5m"}}}))
                .await?;
            space.ready("orders").await?;
            template(&space).await
        };
        let before = walk.await;
        // Whatever comes of it: other tests need our chart.
        install_ours().await?;
        let before = before?;
        // A field that the old definition did not have, and that is no receiver's.
        let change = Patch::Merge(json!({"spec": {"service": {"annotations": {"upgraded": "yes"}}}}));
        space
            .api::<WebhookService>()
            .patch("orders", &PatchParams::default(), &change)
            .await?;
        until("the new operator has been here", UP, || async {
            let service = space.api::<Service>().get("orders").await?;
            Ok(holds(
                service.annotations().get("upgraded").is_some(),
                service.annotations(),
            ))
        })
        .await?;
        space.ready("orders").await?;
        assert_eq!(template(&space).await?, before, "the upgrade changed receivers");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn upgrade_keeps_receivers_and_uninstall_keeps_the_definition_and_every_object() -> Result<()> {
    let _use = cluster::alone().await;
    space::with("chart", |space| async move {
        space.apply("orders", json!({"replicas": 1})).await?;
        space.ready("orders").await?;
        let children = space.versions().await?;
        let chart = format!("{}/charts/webhook-operator", root());
        let release = ["webhook-operator", "-n", cluster::OPERATOR_NAMESPACE];
        let upgrade = [
            &["upgrade"],
            &release[..1],
            &[&chart],
            &release[1..],
            &["--reuse-values", "--set", "logFilter=debug", "--wait"],
        ]
        .concat();
        cluster::helm(&upgrade).await?;
        space.ready("orders").await?;
        assert_eq!(space.versions().await?, children, "the upgrade touched receivers");

        let outcome = cluster::helm(&[&["uninstall"], &release[..], &["--wait"]].concat()).await;
        let namespaces = Api::<Namespace>::all(space.client.clone());
        let gone = exists(&namespaces, cluster::CADVISOR_NAMESPACE, false).await;
        let definition = Api::<CustomResourceDefinition>::all(space.client.clone())
            .get("webhookservices.webhook-operator.dev")
            .await;
        let object = space.api::<WebhookService>().get("orders").await;
        let kept = space.versions().await;
        // Put back before anything is judged: other tests need it.
        install_ours().await?;
        outcome?;
        gone?;
        assert_eq!(
            (definition?.name_any().as_str(), object?.name_any().as_str()),
            ("webhookservices.webhook-operator.dev", "orders")
        );
        assert_eq!(kept?, children);
        space.ready("orders").await?;
        assert_eq!(space.versions().await?, children, "the new operator touched receivers");
        let enforced = namespaces.get(cluster::OPERATOR_NAMESPACE).await?;
        assert_eq!(
            enforced
                .labels()
                .get("pod-security.kubernetes.io/enforce")
                .map(String::as_str),
            Some("restricted")
        );
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chart_is_clean_and_a_mistake_in_its_values_is_named() -> Result<()> {
    let _use = cluster::shared().await;
    let chart = format!("{}/charts/webhook-operator", root());
    cluster::helm(&["lint", "--strict", &chart]).await?;
    let everything = [
        "imagePullSecrets[0].name=a",
        "imagePullSecrets[1].name=b",
        "tolerations[0].operator=Exists",
        "tolerations[1].key=x",
        "nodeSelector.a=b",
        "podAnnotations.a=b",
        "logFormat=text",
    ];
    let values: Vec<_> = everything.iter().flat_map(|value| ["--set", value]).collect();
    // Without a cluster helm takes that of its own build for the version, and the chart has a least one.
    let template = ["template", "release", &chart, "--kube-version", "1.33.0"];
    let rendered = cluster::helm(&[&template[..], &values[..]].concat()).await?;
    for twice in ["- name: a", "- name: b", "key: x"] {
        assert!(rendered.contains(twice), "{twice} is not rendered");
    }
    let refused = cluster::helm(&[&template[..], &["--set", "logFormt=text"]].concat()).await;
    let refused = refused.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.contains("logFormt"), "{refused}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn helm_test_sends_a_webhook_and_sees_it_counted() -> Result<()> {
    let _use = cluster::shared().await;
    let namespace = ["-n", cluster::OPERATOR_NAMESPACE];
    // Without `--logs`: a test that has succeeded takes its pod away. What it saw decides how it ends.
    let said = cluster::helm(&[&["test", "webhook-operator", "--timeout=180s"], &namespace[..]].concat()).await?;
    assert!(said.contains("Phase:          Succeeded"), "{said}");
    Ok(())
}
