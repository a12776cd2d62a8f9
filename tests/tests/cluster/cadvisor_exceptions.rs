//! What cAdvisor is allowed beyond what Pod Security calls *restricted*: this list and no more, and each is needed. Pods like
//! cAdvisor's own lack one each, and then lack what it is for.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::objects::{UP, cadvisors};
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, space};
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::{Api, ResourceExt};
use serde_json::{Value, json};

/// Two rounds of its housekeeping, and its start.
const LOOKED: Duration = Duration::from_mins(2);

const TAINT: &str = "webhook-operator.dev/test";

/// What cAdvisor runs as, without what ties a pod to its `DaemonSet`.
async fn template(space: &Space) -> Result<Value> {
    let own = cadvisors(space).get("webhook-operator-cadvisor").await?;
    serde_json::to_value(own.spec.template.spec.context("no pod")?).map_err(Into::into)
}

fn without_volume(mut pod: Value, name: &str) -> Value {
    for list in ["/volumes", "/containers/0/volumeMounts"] {
        if let Some(all) = pod.pointer_mut(list).and_then(Value::as_array_mut) {
            all.retain(|one| one["name"] != name);
        }
    }
    pod
}

fn pods(space: &Space) -> Api<Pod> {
    Api::namespaced(space.client.clone(), cluster::CADVISOR_NAMESPACE)
}

async fn start(space: &Space, name: &str, pod: Value) -> Result<()> {
    let object = json!({"metadata": {"name": name, "labels": {"e2e": space.namespace}}, "spec": pod});
    pods(space)
        .create(&PostParams::default(), &serde_json::from_value(object)?)
        .await?;
    Ok(())
}

/// The names of the series that one of the pods has of an object's receivers.
async fn series(space: &Space, pod: &str) -> Result<BTreeSet<String>> {
    let path = format!(
        "/api/v1/namespaces/{}/pods/{pod}:8080/proxy/metrics",
        cluster::CADVISOR_NAMESPACE
    );
    let text = space
        .client
        .request_text(http::Request::get(path).body(Vec::new())?)
        .await?;
    let ours = format!("pod_namespace=\"{}\"", space.namespace);
    let lines = text.lines().filter(|line| line.contains(&ours));
    Ok(lines
        .filter_map(|line| Some(line.split_once('{')?.0.to_owned()))
        .collect())
}

async fn each_is_needed(space: &Space) -> Result<()> {
    let whole = template(space).await?;
    start(space, "whole", whole.clone()).await?;
    for name in ["proc", "cgroup", "containerd"] {
        start(space, name, without_volume(whole.clone(), name)).await?;
    }
    let mut of_nobody = whole;
    of_nobody["securityContext"]["runAsGroup"] = json!(65_532);
    start(space, "group", of_nobody).await?;
    let expected = until("all series", LOOKED, || async {
        let found = series(space, "whole").await?;
        let has = |name: &str| found.contains(name);
        let is_all = has("container_cpu_usage_seconds_total") && has("container_network_receive_bytes_total");
        Ok(if is_all {
            e2e::wait::Found::Yes(found)
        } else {
            e2e::wait::Found::NotYet(format!("{found:?}"))
        })
    })
    .await?;
    let has = |found: &BTreeSet<String>, part: &str| found.iter().any(|name| name.starts_with(part));
    // As long as that one took, they had too; what answers, answers with less.
    let proc = series(space, "proc").await?;
    ensure!(
        has(&proc, "container_cpu") && !has(&proc, "container_network"),
        "without /proc: {proc:?}"
    );
    for name in ["cgroup", "containerd", "group"] {
        let found = series(space, name).await.unwrap_or_default();
        let lacks = expected.difference(&found).count();
        ensure!(
            lacks > 0 && !has(&found, "container_memory"),
            "without {name} it has {found:?}"
        );
    }
    Ok(())
}

/// What Pod Security finds in cAdvisor's namespace at a level, from the API server's own warning about it.
async fn found_at(level: &str) -> Result<String> {
    let label = format!("pod-security.kubernetes.io/enforce={level}");
    let dry = [
        "label",
        "--overwrite",
        "--dry-run=server",
        "namespace",
        cluster::CADVISOR_NAMESPACE,
        &label,
    ];
    let output = tokio::process::Command::new(std::env::var("KUBECTL")?)
        .args(dry)
        .env("KUBECONFIG", cluster::kubeconfig()?)
        .output()
        .await?;
    let text = String::from_utf8(output.stderr)?;
    let about = text.lines().find(|line| line.contains("webhook-operator-cadvisor-"));
    about
        .and_then(|line| line.split_once(": "))
        .and_then(|(_, rest)| rest.split_once(": "))
        .map(|(_, found)| found.to_owned())
        .with_context(|| text.clone())
}

/// On a node with a taint cAdvisor runs, and a pod without its toleration does not.
async fn tolerates(space: &Space) -> Result<()> {
    let mut intolerant = template(space).await?;
    intolerant["tolerations"] = json!([]);
    start(space, "intolerant", intolerant).await?;
    let own = ListParams::default().labels("app.kubernetes.io/name=webhook-operator-cadvisor");
    let before = pods(space).list(&own).await?.items.first().and_then(ResourceExt::uid);
    pods(space).delete_collection(&DeleteParams::default(), &own).await?;
    until("cAdvisor runs on the tainted node", UP, || async {
        let found = pods(space).list(&own).await?.items;
        let is_up = |pod: &Pod| pod.status.as_ref().and_then(|status| status.phase.as_deref()) == Some("Running");
        let is_new = found.iter().any(|pod| pod.uid() != before && is_up(pod));
        Ok(holds(
            is_new,
            &found.iter().map(ResourceExt::name_any).collect::<Vec<_>>(),
        ))
    })
    .await?;
    until("the taint keeps the other away", UP, || async {
        let status = pods(space).get("intolerant").await?.status.unwrap_or_default();
        let said: Vec<_> = status
            .conditions
            .into_iter()
            .flatten()
            .filter_map(|one| one.message)
            .collect();
        Ok(holds(said.iter().any(|one| one.contains("untolerated taint")), &said))
    })
    .await
}

async fn taint(space: &Space, taints: Value) -> Result<()> {
    let nodes = Api::<Node>::all(space.client.clone());
    for node in nodes.list(&ListParams::default()).await? {
        let patch = Patch::Merge(json!({"spec": {"taints": taints}}));
        nodes.patch(&node.name_any(), &PatchParams::default(), &patch).await?;
    }
    Ok(())
}

async fn walk(space: &Space) -> Result<()> {
    space
        .apply(
            "orders",
            json!({"replicas": 1, "resources": {"requests": {"cpu": "5m"}}}),
        )
        .await?;
    space.ready("orders").await?;
    space.condition("orders", "ContainerMetricsReady", "True").await?;
    // Of its own pod, before there are others.
    assert_eq!(found_at("baseline").await?, "hostPath volumes");
    assert_eq!(found_at("restricted").await?, "restricted volume types");
    each_is_needed(space).await?;
    taint(space, json!([{"key": TAINT, "effect": "NoSchedule"}])).await?;
    let tolerated = tolerates(space).await;
    taint(space, json!(null)).await?;
    tolerated
}

#[tokio::test(flavor = "multi_thread")]
async fn cadvisor_has_what_it_needs_and_no_more() -> Result<()> {
    let _use = cluster::alone().await;
    space::with("exceptions", |space| async move {
        let outcome = walk(&space).await;
        let ours = ListParams::default().labels(&format!("e2e={}", space.namespace));
        pods(&space)
            .delete_collection(&DeleteParams::default().grace_period(0), &ours)
            .await?;
        outcome
    })
    .await
}
