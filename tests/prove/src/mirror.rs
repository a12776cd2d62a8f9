//! What the cluster holds of ours, as watches of the proof's own tell it: looking at it costs the API server nothing, so many runs
//! may wait for their state at once. Only reads.

use anyhow::Result;
use futures::StreamExt;
use kube::api::{ApiResource, DynamicObject};
use kube::runtime::reflector::store::{Store, Writer};
use kube::runtime::{WatchStreamExt, reflector, watcher};
use kube::{Api, Client};
use serde_json::Value;

use crate::kinds;

/// One object.
#[derive(Clone, Debug)]
pub struct Mirrored {
    /// Its kind.
    pub resource: ApiResource,
    /// All of it but `apiVersion` and `kind`.
    pub object: Value,
}

impl Mirrored {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.object
            .pointer("/metadata/name")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// The stores, one for each kind.
pub struct Mirror {
    stores: Vec<(ApiResource, Store<DynamicObject>)>,
}

impl Mirror {
    /// Starts to follow the whole cluster; resolves once everything is known.
    ///
    /// # Errors
    /// When a watch ends for good.
    pub async fn start(client: &Client) -> Result<Self> {
        let mut stores = Vec::new();
        for resource in kinds::all() {
            let api = Api::<DynamicObject>::all_with(client.clone(), &resource);
            let writer = Writer::new(resource.clone());
            let store = writer.as_reader();
            let following = reflector(writer, watcher(api, watcher::Config::default()).default_backoff());
            tokio::spawn(following.for_each(|_| std::future::ready(())));
            stores.push((resource, store));
        }
        for (_, store) in &stores {
            store.wait_until_ready().await?;
        }
        Ok(Self { stores })
    }

    /// All objects of these kinds in a namespace, but those that each namespace has.
    #[must_use]
    pub fn objects(&self, namespace: &str) -> Vec<Mirrored> {
        let mut found = Vec::new();
        for (resource, store) in &self.stores {
            for object in store.state() {
                let is_here = object.metadata.namespace.as_deref() == Some(namespace);
                let is_given = kinds::is_given(&resource.kind, object.metadata.name.as_deref().unwrap_or_default());
                if is_here && !is_given {
                    let mut value = serde_json::to_value(&*object).unwrap_or_default();
                    if let Some(fields) = value.as_object_mut() {
                        // A list's items lack them, a watch's events have them.
                        fields.remove("apiVersion");
                        fields.remove("kind");
                    }
                    found.push(Mirrored {
                        resource: resource.clone(),
                        object: value,
                    });
                }
            }
        }
        found
    }
}
