//! Senders outside come in by an `Ingress` and by an `HTTPRoute`, through a real Traefik; of two objects that claim one host
//! the older has it.

use anyhow::Result;
use e2e::objects::UP;
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, space};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::Ingress;
use kube::Api;
use serde_json::{Value, json};
use webhook_operator::crd::WebhookService;
use webhook_operator::external::HttpRoute;

/// Sends a webhook to Traefik under this host, and gives the status of the answer.
async fn send(space: &Space, host: &str, path: &str) -> Result<String> {
    let traefik = Api::<Service>::namespaced(space.client.clone(), "gateway")
        .get("traefik")
        .await?;
    let address = traefik.spec.and_then(|spec| spec.cluster_ip).unwrap_or_default();
    let (host, url) = (format!("Host: {host}"), format!("http://{address}{path}"));
    let webhook = ["-H", &host, "-H", "Content-Type: application/json", "-d", "{}", &url];
    let show = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "5"];
    cluster::in_node(&[&show[..], &webhook].concat()).await
}

async fn answers(space: &Space, host: &str, path: &str, expected: &str) -> Result<()> {
    until(&format!("{host}{path} answers {expected}"), UP, || async {
        let status = send(space, host, path).await?;
        Ok(holds(status == expected, &status))
    })
    .await
}

async fn url(space: &Space, name: &str) -> Result<String> {
    let object = space.api::<WebhookService>().get(name).await?;
    Ok(object.status.unwrap_or_default().url)
}

fn small(more: &Value) -> Value {
    let mut spec = json!({"replicas": 1, "resources": {"requests": {"cpu": "5m"}}});
    spec.as_object_mut()
        .unwrap_or(&mut serde_json::Map::new())
        .extend(more.as_object().cloned().unwrap_or_default());
    spec
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_comes_in_by_an_ingress_and_by_a_route() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("ways-in", |space| async move {
        let (inner, outer) = (
            format!("a.{}.test", space.namespace),
            format!("b.{}.test", space.namespace),
        );
        let ingress = json!({"className": "traefik", "host": inner});
        let parents = json!([{"name": "gateway", "namespace": "gateway", "sectionName": "web"}]);
        let route = json!({"parentRefs": parents, "hostnames": [outer], "scheme": "Http"});
        let both = json!({"path": "/in", "ingress": ingress, "httpRoute": route});
        space.apply("orders", small(&both)).await?;
        space.ready("orders").await?;
        for host in [&inner, &outer] {
            answers(&space, host, "/in", "200").await?;
            // The path is matched exactly: neither the receiver's own pages nor what is below lead in.
            answers(&space, host, "/metrics", "404").await?;
            answers(&space, host, "/in/more", "404").await?;
        }
        assert_eq!(url(&space, "orders").await?, format!("http://{inner}/in"));
        space
            .apply("orders", small(&json!({"path": "/in", "httpRoute": route})))
            .await?;
        space.exists::<Ingress>("orders", false).await?;
        answers(&space, &inner, "/in", "404").await?;
        space.ready("orders").await?;
        assert_eq!(url(&space, "orders").await?, format!("http://{outer}/in"));
        space.apply("orders", small(&json!({}))).await?;
        space.exists::<HttpRoute>("orders", false).await?;
        space.ready("orders").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_not_there_is_named() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("no-gateway", |space| async move {
        let route = json!({"parentRefs": [{"name": "nowhere"}], "hostnames": ["a.test"]});
        space.apply("orders", small(&json!({"httpRoute": route}))).await?;
        space.condition("orders", "Available", "True").await?;
        until("Ready says what is missing", UP, || async {
            let (reason, message) = space.condition("orders", "Ready", "False").await?;
            let is_so = reason == "HTTPRoutePending" && message.contains("spec.httpRoute.parentRefs");
            Ok(holds(is_so, &(reason, message)))
        })
        .await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_older_object_has_the_host_and_the_younger_is_told() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("clash", |space| async move {
        let host = format!("{}.test", space.namespace);
        let ingress = json!({"ingress": {"className": "traefik", "host": host}});
        // `z` is older than `a`: it is not the name that decides.
        space.apply("z", small(&ingress)).await?;
        space.ready("z").await?;
        space.apply("a", small(&ingress)).await?;
        let (reason, message) = space.condition("a", "Ready", "False").await?;
        let says = |message: &str| message.contains(&format!("{}/z", space.namespace));
        until("the younger one says whose it is", UP, || async {
            let (reason, message) = space.condition("a", "Ready", "False").await?;
            Ok(holds(reason == "HostConflict" && says(&message), &(reason, message)))
        })
        .await
        .map_err(|error| error.context(format!("first it said {reason}: {message}")))?;
        space.exists::<Ingress>("a", false).await?;
        space.exists::<Ingress>("z", true).await?;
        // Its receivers serve inside all the same.
        space.condition("a", "Available", "True").await?;
        space.delete("z").await?;
        space.exists::<Ingress>("a", true).await?;
        space.ready("a").await?;
        answers(&space, &host, "/webhook", "200").await
    })
    .await
}
