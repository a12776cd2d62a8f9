//! From an edit to the child that shows it: edits of `spec.replicas` at a pace, each of another object, and a watch of the
//! Deployments. The clock starts before the edit is sent and stops when the watch has told of the Deployment.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use futures::{StreamExt, pin_mut};
use k8s_openapi::api::apps::v1::Deployment;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, ResourceExt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::field::Field;

/// The longest that an edit may go unseen.
const LATE: Duration = Duration::from_mins(2);

/// A Deployment, its replicas, and when it was told of.
type Told = ((String, String), i32, Instant);

/// One edit.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    /// When it was sent.
    pub sent: Instant,
    /// How long it took until the Deployment's watch showed it.
    pub took: Duration,
}

/// A watch of all Deployments of a field.
pub struct Edits {
    field: Field,
    told: mpsc::UnboundedReceiver<Told>,
    task: JoinHandle<()>,
}

impl Edits {
    /// Starts the watch and waits until it has listed what there is.
    ///
    /// # Errors
    /// When it cannot list.
    pub async fn watch(field: &Field) -> Result<Self> {
        let (sender, told) = mpsc::unbounded_channel();
        let (listed, is_listed) = oneshot::channel();
        let (api, here) = (Api::<Deployment>::all(field.client.clone()), field.clone());
        let task = tokio::spawn(async move {
            let mut listed = Some(listed);
            let events = watcher(api, watcher::Config::default()).default_backoff();
            pin_mut!(events);
            while let Some(event) = events.next().await {
                let at = Instant::now();
                match event {
                    Ok(watcher::Event::Apply(one)) if here.has(one.namespace().as_deref()) => {
                        let replicas = one.spec.replicas.unwrap_or_default();
                        let _ = sender.send(((one.namespace().unwrap_or_default(), one.name_any()), replicas, at));
                    }
                    Ok(watcher::Event::InitDone) => drop(listed.take().map(|listed| listed.send(()))),
                    _ => {}
                }
            }
        });
        is_listed.await.context("the watch of Deployments ended")?;
        Ok(Self {
            field: field.clone(),
            told,
            task,
        })
    }

    /// Sets `replicas` of one object after another in `numbers`, one each `pause`, until they are through or `over` resolves;
    /// gives how it went with each.
    ///
    /// # Errors
    /// When one is refused, or not applied within two minutes.
    pub async fn run(
        &mut self,
        numbers: impl Iterator<Item = usize>,
        replicas: i32,
        pause: Duration,
        over: impl Future<Output = Result<()>>,
    ) -> Result<Vec<Edit>> {
        let (mut numbers, mut sent, mut all) = (numbers.fuse(), HashMap::new(), Vec::new());
        let (mut is_over, mut pace) = (false, interval(pause));
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut editing = tokio::task::JoinSet::new();
        pin_mut!(over);
        while !is_over || !sent.is_empty() {
            tokio::select! {
                ended = &mut over, if !is_over => { ended?; is_over = true; }
                _ = pace.tick(), if !is_over => match numbers.next() {
                    Some(number) => {
                        sent.insert(self.field.place(number), Instant::now());
                        let field = self.field.clone();
                        editing.spawn(async move { field.scale(number, replicas).await });
                    }
                    None => is_over = true,
                },
                Some(edited) = editing.join_next() => edited??,
                told = tokio::time::timeout(LATE, self.told.recv()) => {
                    let told = told.map_err(|_| anyhow!("{} edits were not applied within {} s", sent.len(), LATE.as_secs()))?;
                    let (key, found, at) = told.context("the watch of Deployments ended")?;
                    if found == replicas && let Some(sent) = sent.remove(&key) {
                        let took = at.duration_since(sent);
                        all.push(Edit { sent, took });
                    }
                }
            }
        }
        Ok(all)
    }
}

impl Drop for Edits {
    fn drop(&mut self) {
        self.task.abort();
    }
}
