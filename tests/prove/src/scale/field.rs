//! Where the measured objects are: five namespaces, as the limits of Kubernetes ask for (5,000 Services each). Makes and
//! removes them, and the objects in them, as a user does.

use std::ops::Range;
use std::time::Duration;

use anyhow::Result;
use e2e::wait::{holds, until};
use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::json;
use webhook_operator::crd::WebhookService;

use crate::installation::Installation;

/// How many namespaces.
const NAMESPACES: usize = 5;

/// How many objects a user has under way at once.
const CREATORS: usize = 16;

/// The longest that the end of everything may take, with 10,000 objects.
const END: Duration = Duration::from_mins(30);

/// Namespaces for one measurement.
#[derive(Clone)]
pub struct Field {
    /// A cluster administrator's.
    pub client: Client,
    /// Whose objects they are.
    pub installation: Installation,
    /// What the names of the namespaces begin with; no other field's do.
    pub prefix: String,
}

impl Field {
    /// Makes the namespaces.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn make(client: &Client, installation: &Installation, name: &str) -> Result<Self> {
        let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH)?;
        let field = Self {
            client: client.clone(),
            installation: installation.clone(),
            prefix: format!("prove-{name}-{}-", now.as_millis() % 1_000_000_000),
        };
        let api = Api::<Namespace>::all(client.clone());
        for namespace in field.namespaces() {
            let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
            api.patch(&namespace, &PatchParams::apply("prove"), &Patch::Apply(&object))
                .await?;
        }
        Ok(field)
    }

    /// Their names.
    pub fn namespaces(&self) -> impl Iterator<Item = String> {
        (0..NAMESPACES).map(|number| format!("{}{number}", self.prefix))
    }

    /// Whether a namespace is one of them.
    #[must_use]
    pub fn has(&self, namespace: Option<&str>) -> bool {
        namespace.is_some_and(|namespace| namespace.starts_with(&self.prefix))
    }

    /// The namespace and the name of an object.
    #[must_use]
    pub fn place(&self, number: usize) -> (String, String) {
        (
            format!("{}{}", self.prefix, number % NAMESPACES),
            format!("orders-{number}"),
        )
    }

    /// The objects of an object's namespace, and its name.
    #[must_use]
    pub fn api(&self, number: usize) -> (Api<WebhookService>, String) {
        let (namespace, name) = self.place(number);
        (Api::namespaced(self.client.clone(), &namespace), name)
    }

    /// Creates objects with the default spec, several at once; `made` hears of each.
    ///
    /// # Errors
    /// When the API server refuses one.
    pub async fn create(&self, numbers: Range<usize>, made: impl Fn(WebhookService) + Sync) -> Result<()> {
        let made = &made;
        let create = |number| async move {
            let (api, name) = self.api(number);
            let object = serde_json::from_value(self.installation.object(&name, &json!({})))?;
            made(api.create(&PostParams::default(), &object).await?);
            anyhow::Ok(())
        };
        stream::iter(numbers)
            .map(Ok)
            .try_for_each_concurrent(CREATORS, create)
            .await
    }

    /// Sets how many receivers an object has.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn scale(&self, number: usize, replicas: i32) -> Result<()> {
        let (api, name) = self.api(number);
        let patch = Patch::Merge(json!({"spec": {"replicas": replicas}}));
        api.patch(&name, &PatchParams::default(), &patch).await?;
        Ok(())
    }

    /// Deletes objects; the garbage collector takes their children.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn delete(&self, numbers: Range<usize>) -> Result<()> {
        let delete = |number| async move {
            let (api, name) = self.api(number);
            api.delete(&name, &DeleteParams::default()).await?;
            anyhow::Ok(())
        };
        stream::iter(numbers)
            .map(Ok)
            .try_for_each_concurrent(CREATORS, delete)
            .await
    }

    /// Removes the namespaces, and waits until nothing is left that could cost the next measurement anything.
    ///
    /// # Errors
    /// When something is left.
    pub async fn remove(self) -> Result<()> {
        let api = Api::<Namespace>::all(self.client.clone());
        for namespace in self.namespaces() {
            api.delete(&namespace, &DeleteParams::default()).await?;
        }
        until("the namespaces are gone", END, || async {
            let left = api.list_metadata(&kube::api::ListParams::default()).await?;
            let left = left.items.iter().filter(|one| self.has(one.metadata.name.as_deref()));
            Ok(holds(left.clone().count() == 0, &left.count()))
        })
        .await
    }
}
