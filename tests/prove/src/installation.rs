//! One installation of the chart, with its rights and namespaces. Its Deployment makes no pod in the cluster without
//! controllers: the operator runs as a process beside it, with the rights of the installation's service account.

use std::path::PathBuf;

use anyhow::{Context, Result};
use e2e::cluster;
use kube::Client;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};

use crate::collector::wait_until_it_collects;

const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../charts/webhook-operator");

/// The group of the service accounts that the cluster's audit log is about starts with this namespace's name.
const FIRST_NAMESPACE: &str = cluster::OPERATOR_NAMESPACE;

/// One installation.
#[derive(Clone, Debug)]
pub struct Installation {
    /// What its objects carry as `webhook-operator.dev/controller-id`; none for the first, which keeps the definition too.
    pub id: Option<String>,
    /// Its namespace. That of its cAdvisor is called `<namespace>-cadvisor`.
    pub namespace: String,
    token: String,
    server: String,
    authority: String,
}

impl Installation {
    /// Installs the chart, or finds it installed. With no `id` it brings the definition, and no operator may run until the
    /// garbage collector knows it; others need that one first.
    ///
    /// # Errors
    /// When helm, or the API server, does not do it.
    pub async fn make(id: Option<&str>) -> Result<Self> {
        let namespace = id.map_or_else(|| FIRST_NAMESPACE.to_owned(), |id| format!("{FIRST_NAMESPACE}-{id}"));
        let release = "webhook-operator";
        let values = match id {
            Some(id) => format!("replicas=1,crds.enabled=false,userRoles.enabled=false,controllerId={id}"),
            None => "replicas=1".to_owned(),
        };
        // Nothing waits: no pod will come up.
        let install = [
            "upgrade",
            "--install",
            release,
            CHART,
            "-n",
            &namespace,
            "--create-namespace",
            "--set",
            &values,
        ];
        cluster::helm(&install).await?;
        if id.is_none() {
            wait_until_it_collects(&cluster::client().await?, &namespace).await?;
        }
        let token = ["-n", &namespace, "create", "token", release, "--duration=24h"];
        let token = cluster::kubectl(&token).await?.trim().to_owned();
        let admin = Kubeconfig::read_from(cluster::kubeconfig()?)?;
        let found = admin.clusters.into_iter().next().and_then(|named| named.cluster);
        let found = found.context("the cluster's kubeconfig names no cluster")?;
        Ok(Self {
            id: id.map(str::to_owned),
            namespace,
            token,
            server: found.server.context("the kubeconfig names no server")?,
            authority: found
                .certificate_authority_data
                .context("the kubeconfig has no authority")?,
        })
    }

    /// The API server itself, `https://…`.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Where its shared cAdvisor is.
    #[must_use]
    pub fn shared_namespace(&self) -> String {
        format!("{}-cadvisor", self.namespace)
    }

    /// A kubeconfig with its rights for `server`: the API server itself, or a proxy before it that speaks plain HTTP.
    #[must_use]
    pub fn kubeconfig(&self, server: &str) -> Value {
        let cluster = if server.starts_with("https:") {
            json!({"server": server, "certificate-authority-data": self.authority})
        } else {
            json!({"server": server})
        };
        json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "it",
            "clusters": [{"name": "it", "cluster": cluster}],
            "users": [{"name": "it", "user": {"token": self.token}}],
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        })
    }

    /// A client of the API server with no rights of its own: what it sends carries its sender's. It tries nothing twice.
    ///
    /// # Errors
    /// When the kubeconfig cannot be used.
    pub async fn bare_client(&self) -> Result<Client> {
        let mut kubeconfig: Kubeconfig = serde_json::from_value(self.kubeconfig(&self.server))?;
        for user in kubeconfig
            .auth_infos
            .iter_mut()
            .filter_map(|named| named.auth_info.as_mut())
        {
            user.token = None;
        }
        let mut config = kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
        config.default_retry = false;
        Ok(Client::try_from(config)?)
    }

    /// A `WebhookService` that is this installation's to care for.
    #[must_use]
    pub fn object(&self, name: &str, spec: &Value) -> Value {
        let mut metadata = json!({"name": name});
        if let Some(id) = &self.id {
            metadata["labels"] = json!({"webhook-operator.dev/controller-id": id});
        }
        json!({"apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService", "metadata": metadata, "spec": spec})
    }

    /// A new directory for what a process of this installation reads and writes.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn directory(&self, name: &str) -> Result<PathBuf> {
        let directory = cluster::cache().join("logs/prove").join(&self.namespace).join(name);
        std::fs::create_dir_all(&directory).with_context(|| directory.display().to_string())?;
        Ok(directory)
    }
}
