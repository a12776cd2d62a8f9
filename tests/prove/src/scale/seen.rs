//! Counts, from a watch, how many objects are as they should be in the end. Only reads.

use std::collections::HashSet;
use std::fmt::Debug;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use futures::{StreamExt, pin_mut};
use k8s_openapi::api::apps::v1::Deployment;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use webhook_operator::crd::WebhookService;

use super::field::Field;

/// One count, kept up for as long as this lives.
pub struct Seen {
    what: &'static str,
    count: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

impl Seen {
    /// The objects whose operator has observed their Deployment ready, at their present generation.
    #[must_use]
    pub fn objects(field: &Field) -> Self {
        Self::of::<WebhookService>(field, "objects are ready", |object| {
            let conditions = object.status.iter().flat_map(|status| &status.conditions);
            conditions.into_iter().any(|one| {
                one.type_ == "Ready" && one.status == "True" && one.observed_generation == object.metadata.generation
            })
        })
    }

    /// The Deployments that have the status of one whose pods are up.
    #[must_use]
    pub fn deployments(field: &Field) -> Self {
        Self::of::<Deployment>(field, "Deployments are ready", |deployment| {
            let status = deployment.status.as_ref();
            let wanted = deployment.spec.replicas;
            status.is_some_and(|status| {
                status.ready_replicas == wanted && status.observed_generation == deployment.metadata.generation
            })
        })
    }

    fn of<K>(field: &Field, what: &'static str, is_done: fn(&K) -> bool) -> Self
    where
        K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
    {
        let (sender, count) = watch::channel(0);
        let (api, field) = (Api::<K>::all(field.client.clone()), field.clone());
        let task = tokio::spawn(async move {
            let mut done = HashSet::new();
            let events = watcher(api, watcher::Config::default()).default_backoff();
            pin_mut!(events);
            while let Some(event) = events.next().await {
                let (object, is_there) = match event {
                    Ok(watcher::Event::Apply(object) | watcher::Event::InitApply(object)) => (object, true),
                    Ok(watcher::Event::Delete(object)) => (object, false),
                    _ => continue,
                };
                if field.has(object.namespace().as_deref()) {
                    let key = (object.namespace(), object.name_any());
                    if is_there && is_done(&object) {
                        done.insert(key);
                    } else {
                        done.remove(&key);
                    }
                    sender.send_replace(done.len());
                }
            }
        });
        Self { what, count, task }
    }

    /// How many are now.
    #[must_use]
    pub fn count(&self) -> usize {
        *self.count.borrow()
    }

    /// Waits until `wanted` are.
    ///
    /// # Errors
    /// When that takes longer than `limit`.
    pub async fn reaches(&self, wanted: usize, limit: Duration) -> Result<()> {
        let mut counts = self.count.clone();
        let reached = tokio::time::timeout(limit, counts.wait_for(|count| *count >= wanted)).await;
        let reached = reached.map(|answer| answer.map(drop));
        let (what, count, seconds) = (self.what, self.count(), limit.as_secs());
        reached
            .map_err(|_| anyhow!("{count} of {wanted} {what} after {seconds} s"))?
            .context("the watch has ended")
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.task.abort();
    }
}
