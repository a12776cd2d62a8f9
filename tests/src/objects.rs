//! `WebhookServices` and their children, as tests make, find and watch them.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use k8s_openapi::ByteString;
use k8s_openapi::api::apps::v1::DaemonSet;
use k8s_openapi::api::core::v1::{Pod, Secret, Service};
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use kube::core::NamespaceResourceScope;
use kube::{Api, Resource};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webhook_operator::crd::WebhookService;

use crate::cluster;
use crate::space::Space;
use crate::wait::{Found, holds, until};

/// The longest a receiver may take to come up on a busy machine.
pub const UP: Duration = Duration::from_mins(2);

/// Every kind of child.
pub const CHILDREN: &str = "serviceaccounts,services,deployments,servicemonitors,prometheusrules,horizontalpodautoscalers,poddisruptionbudgets,networkpolicies,ingresses,httproutes,configmaps";

impl Space {
    /// The objects of one kind in the test's namespace.
    #[must_use]
    pub fn api<K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>>(&self) -> Api<K> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Applies a `WebhookService` as a user does.
    ///
    /// # Errors
    /// When the API server refuses it.
    pub async fn apply(&self, name: &str, spec: Value) -> Result<WebhookService> {
        let object = json!({
            "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService",
            "metadata": {"name": name}, "spec": spec,
        });
        let api = self.api::<WebhookService>();
        Ok(api
            .patch(name, &PatchParams::apply("e2e").force(), &Patch::Apply(&object))
            .await?)
    }

    /// Waits until a condition of an object's present generation has this status; gives the condition's reason and message.
    ///
    /// # Errors
    /// When it does not within [`UP`].
    pub async fn condition(&self, name: &str, type_: &str, status: &str) -> Result<(String, String)> {
        let api = self.api::<WebhookService>();
        until(&format!("{name} is {type_}={status}"), UP, || async {
            let object = api.get(name).await?;
            let conditions = object
                .status
                .as_ref()
                .map(|status| status.conditions.clone())
                .unwrap_or_default();
            let found = conditions.iter().find(|one| {
                one.type_ == type_ && one.status == status && one.observed_generation == object.metadata.generation
            });
            Ok(found.map_or_else(
                || Found::NotYet(format!("{conditions:?}")),
                |one| Found::Yes((one.reason.clone(), one.message.clone())),
            ))
        })
        .await
    }

    /// Applies a Secret of these keys, whole: a key that is left out goes.
    ///
    /// # Errors
    /// When the API server refuses it.
    pub async fn store(&self, name: &str, keys: &[(&str, &str)]) -> Result<()> {
        let data = keys
            .iter()
            .map(|(key, value)| ((*key).to_owned(), ByteString(value.as_bytes().to_vec())));
        let mut secret = Secret::default();
        secret.metadata.name = Some(name.to_owned());
        secret.data = Some(data.collect());
        let applied = PatchParams::apply("e2e").force();
        self.api::<Secret>()
            .patch(name, &applied, &Patch::Apply(&secret))
            .await?;
        Ok(())
    }

    /// Waits until the object is ready.
    ///
    /// # Errors
    /// When it is not within [`UP`].
    pub async fn ready(&self, name: &str) -> Result<()> {
        self.condition(name, "Ready", "True").await.map(|_| ())
    }

    /// The resource version of every child of every object in the namespace, by kind and name.
    ///
    /// # Errors
    /// When the API server does not answer.
    pub async fn versions(&self) -> Result<BTreeMap<String, String>> {
        let ours = ["-l", "app.kubernetes.io/managed-by=webhook-operator"];
        versions(&self.namespace, CHILDREN, &ours).await
    }

    /// What each Warning about an object says; of one `reason`, or of any. Repeats are counted in one Event.
    ///
    /// # Errors
    /// When the API server does not answer.
    pub async fn warnings(&self, name: &str, reason: Option<&str>) -> Result<Vec<String>> {
        let reason = reason.map(|reason| format!(",reason={reason}")).unwrap_or_default();
        let chosen = format!("type=Warning,regarding.name={name}{reason}");
        let get = ["get", "events.events.k8s.io", "--field-selector", &chosen, "-o", "json"];
        let list: Value = serde_json::from_str(&self.kubectl(&get).await?)?;
        let events = list["items"].as_array().into_iter().flatten();
        let notes = events.map(|event| event["note"].as_str().unwrap_or_default().to_owned());
        Ok(notes.collect())
    }

    /// Waits until an object of this kind and name is there, or with `false` is not.
    ///
    /// # Errors
    /// When it is not so within [`UP`].
    pub async fn exists<K>(&self, name: &str, expected: bool) -> Result<()>
    where
        K: Resource<Scope = NamespaceResourceScope, DynamicType = ()> + Clone + std::fmt::Debug + DeserializeOwned,
    {
        exists(&self.api::<K>(), name, expected).await
    }

    /// Deletes a `WebhookService` and waits until its children are gone.
    ///
    /// # Errors
    /// When they are not within [`UP`].
    pub async fn delete(&self, name: &str) -> Result<()> {
        self.api::<WebhookService>()
            .delete(name, &DeleteParams::default())
            .await?;
        self.exists::<WebhookService>(name, false).await?;
        until(&format!("no child of {name} is left"), UP, || async {
            let its = ["-l", &format!("app.kubernetes.io/instance={name}")];
            let left = versions(&self.namespace, CHILDREN, &its).await?;
            Ok(holds(left.is_empty(), &left))
        })
        .await
    }

    /// The receivers of an object.
    ///
    /// # Errors
    /// When the API server does not answer.
    pub async fn receivers(&self, name: &str) -> Result<Vec<Pod>> {
        let ours = ListParams::default().labels(&format!("app.kubernetes.io/instance={name}"));
        Ok(self.api::<Pod>().list(&ours).await?.items)
    }

    /// The address of an object's Service.
    ///
    /// # Errors
    /// When it has none.
    pub async fn address(&self, name: &str) -> Result<String> {
        let service = self.api::<Service>().get(name).await?;
        let spec = service.spec.context("no spec")?;
        let port = spec.ports.iter().flatten().next().context("no port")?.port;
        Ok(format!("http://{}:{port}", spec.cluster_ip.context("no address")?))
    }
}

/// Waits until an object's Service answers: a node's rules for it follow its endpoints a moment later.
///
/// # Errors
/// When it does not within [`UP`].
pub async fn answers(space: &Space, name: &str) -> Result<()> {
    let path = format!("{}/readyz", space.address(name).await?);
    until("the Service answers", UP, || async {
        let answer = cluster::in_node(&["curl", "-s", "--max-time", "5", &path]).await?;
        Ok(holds(answer == "ok", &answer))
    })
    .await
}

/// Waits until an object is there, or with `false` is not.
///
/// # Errors
/// When it is not so within [`UP`].
pub async fn exists<K>(api: &Api<K>, name: &str, expected: bool) -> Result<()>
where
    K: Resource<DynamicType = ()> + Clone + std::fmt::Debug + DeserializeOwned,
{
    until(&format!("{} {name} exists: {expected}", K::kind(&())), UP, || async {
        let found = api.get_metadata_opt(name).await?;
        Ok(holds(found.is_some() == expected, &found.map(|one| one.metadata)))
    })
    .await
}

/// The shared cAdvisor's `DaemonSets`.
#[must_use]
pub fn cadvisors(space: &Space) -> Api<DaemonSet> {
    Api::namespaced(space.client.clone(), cluster::CADVISOR_NAMESPACE)
}

/// The resource version of every object of these kinds in a namespace, by kind and name; `chosen` are kubectl's selectors.
///
/// # Errors
/// When the API server does not answer.
pub async fn versions(namespace: &str, kinds: &str, chosen: &[&str]) -> Result<BTreeMap<String, String>> {
    const COLUMNS: &str = "custom-columns=VERSION:.metadata.resourceVersion,KIND:.kind,NAME:.metadata.name";
    let get = ["-n", namespace, "get", kinds, "--no-headers", "-o", COLUMNS];
    let text = cluster::kubectl(&[&get[..], chosen].concat()).await?;
    let rows = text.lines().filter_map(|line| line.split_once(' '));
    Ok(rows
        .map(|(version, object)| {
            let words: Vec<_> = object.split_whitespace().collect();
            (words.join(" "), version.to_owned())
        })
        .collect())
}
