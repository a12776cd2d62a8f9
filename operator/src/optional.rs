//! Kinds that the operator can do without: each is found and watched on its own, and one that is absent or forbidden costs its
//! own feature alone. Custom ones come and go while the operator runs, and discovery is asked for them. Only reads.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use kube::api::ApiResource;
use kube::runtime::watcher;
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::apply::{deadline, is_status};
use crate::cache::Cache;
use crate::error::{Error, root_cause, said};
use crate::subject::Subject;
use crate::watches::{Triggers, follow};

/// How often discovery is asked for a custom kind. One small request; nothing is written.
const INTERVAL: Duration = Duration::from_secs(10);

/// How soon after it did not answer: until it does, what hangs on these kinds waits.
const AGAIN: Duration = Duration::from_secs(1);

/// What is known of one kind.
#[derive(Clone, Debug, Default)]
pub enum Served<V> {
    /// Nothing yet.
    #[default]
    Unknown,
    /// The API server does not know it.
    Absent,
    /// We may not watch it; what the API server says, which names the verb.
    Refused(String),
    /// It is served, and this is what is kept of what is there.
    Filled(Cache<V>),
}

/// One kind, as its users see it.
pub type Feature<V> = watch::Receiver<Served<V>>;

/// The cache of a kind, while it is filled.
#[must_use]
pub fn cache<V>(feature: &Feature<V>) -> Option<Cache<V>> {
    match &*feature.borrow() {
        Served::Filled(cache) => Some(cache.clone()),
        Served::Unknown | Served::Absent | Served::Refused(_) => None,
    }
}

/// Resolves once it is known whether the kind is served, and what there is.
pub async fn known<V>(feature: &Feature<V>) {
    let mut feature = feature.clone();
    let _ = feature.wait_for(|served| !matches!(served, Served::Unknown)).await;
}

/// Starts to watch a kind that every API server has.
#[must_use]
pub fn built_in<A, V>(subject: Subject<A, V>, triggers: &Triggers) -> Feature<V>
where
    A: Resource<DynamicType = ApiResource> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
    V: Clone + PartialEq + Send + Sync + 'static,
{
    let (served, feature) = watch::channel(Served::Unknown);
    tokio::spawn(offer(subject, triggers.clone(), served));
    feature
}

/// Starts to look for a kind that somebody may define later, and to watch it while it is served.
#[must_use]
pub fn custom<A, V>(subject: Subject<A, V>, triggers: &Triggers) -> Feature<V>
where
    A: Resource<DynamicType = ApiResource> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
    V: Clone + PartialEq + Send + Sync + 'static,
{
    let (served, feature) = watch::channel(Served::Unknown);
    tokio::spawn(discover(subject, triggers.clone(), served));
    feature
}

/// Keeps `served` true to what the API server offers, for as long as it is polled.
async fn discover<A, V>(subject: Subject<A, V>, triggers: Triggers, served: watch::Sender<Served<V>>)
where
    A: Resource<DynamicType = ApiResource> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
    V: Clone + PartialEq + Send + Sync + 'static,
{
    let Some(client) = subject.places.first().cloned().map(Api::into_client) else {
        return;
    };
    let mut following: Option<JoinHandle<()>> = None;
    loop {
        let answer = is_served(&client, &subject.resource).await;
        let pause = if answer.is_ok() { INTERVAL } else { AGAIN };
        match (answer, &following) {
            (Ok(true), None) => {
                let offering = offer(subject.clone(), triggers.clone(), served.clone());
                following = Some(tokio::spawn(offering));
            }
            (Ok(false), _) => {
                if let Some(task) = following.take() {
                    task.abort();
                    // Only once it has ended can it not bring the store back.
                    let _ = task.await;
                    tracing::info!(kind = subject.resource.kind, "not served any more");
                }
                if !matches!(&*served.borrow(), Served::Absent) {
                    served.send_replace(Served::Absent);
                    triggers.tell_all();
                }
            }
            (Ok(true), Some(_)) => {}
            (Err(error), _) => {
                tracing::warn!(kind = subject.resource.kind, %error, cause = root_cause(&error), "could not ask which APIs are served");
            }
        }
        tokio::time::sleep(pause).await;
    }
}

/// Watches, and hands the store out once it is filled: before that, absence means nothing. That may take for ever, when
/// the watch is forbidden or the API goes away again, so nobody may wait for it.
async fn offer<A, V>(subject: Subject<A, V>, triggers: Triggers, served: watch::Sender<Served<V>>)
where
    A: Resource<DynamicType = ApiResource> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
    V: Clone + PartialEq + Send + Sync + 'static,
{
    let (kind, concerns, metrics) = (
        subject.resource.kind.clone(),
        subject.concerns,
        Arc::clone(&triggers.metrics),
    );
    let (_, following) = follow(subject, metrics, |cache, event| match event {
        Ok(event) => {
            let is_filled = matches!(&*served.borrow(), Served::Filled(_));
            if matches!(event, watcher::Event::InitDone) && !is_filled {
                tracing::info!(kind, "is watched");
                served.send_replace(Served::Filled(cache.clone()));
            }
            triggers.tell(concerns, event);
        }
        Err(error) => refuse(error, &served, &triggers),
    });
    following.await;
}

/// Remembers that we may not watch; anything else the watch gets over by itself.
fn refuse<V>(error: &watcher::Error, served: &watch::Sender<Served<V>>, triggers: &Triggers) {
    let (watcher::Error::InitialListFailed(source) | watcher::Error::WatchStartFailed(source)) = error else {
        return;
    };
    if is_status(source, &[403]) && !matches!(&*served.borrow(), Served::Refused(_)) {
        served.send_replace(Served::Refused(said(source)));
        triggers.tell_all();
    }
}

async fn is_served(client: &Client, wanted: &ApiResource) -> Result<bool, Error> {
    let version = &wanted.api_version;
    match deadline("APIResourceList", version, client.list_api_group_resources(version)).await {
        Ok(list) => Ok(list.resources.iter().any(|resource| resource.kind == wanted.kind)),
        // By its code: the API server answers for an unknown group in plain text, with no reason.
        Err(Error::Api { source, .. }) if is_status(&source, &[404]) => Ok(false),
        Err(error) => Err(error),
    }
}
