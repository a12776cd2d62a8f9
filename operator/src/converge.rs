//! Keeps the shared cAdvisor while any object wants it, and removes it after the last. Level-triggered: it looks at all
//! objects each time and counts nothing, so it is right also after the operator was away.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use k8s_openapi::api::apps::v1::DaemonSet;
use k8s_openapi::api::core::v1::Service;
use kube::api::ListParams;

use crate::apply::{Change, deadline};
use crate::context::Context;
use crate::crd::ContainerMetrics;
use crate::error::{Error, root_cause};
use crate::external::ServiceMonitor;
use crate::names;
use crate::optional::{Served, cache};
use crate::owner::Keeper;
use crate::progress::Work;
use crate::seen::Seen;
use crate::shared::{self, CadvisorSettings, Shared, Wanted};
use crate::status::Failure;
use crate::watches::Guarded;

/// Many objects may come at once; they are then one change of the shared objects.
const SETTLE: Duration = Duration::from_millis(300);
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LAST_RETRY: Duration = Duration::from_mins(5);

/// Syncs at every notification until `shutdown` resolves; a sync that is under way then is finished. `objects` must be
/// filled.
pub async fn run(context: Arc<Context>, settings: CadvisorSettings, shutdown: impl Future<Output = ()> + Clone) {
    let mut retry = FIRST_RETRY;
    loop {
        tokio::select! {
            () = shutdown.clone() => return,
            () = context.triggers.shared.notified().then(|()| tokio::time::sleep(SETTLE)) => {}
        }
        context.progress.begin(Work::Shared);
        let outcome = sync(&context, &settings).await;
        context.progress.end(&Work::Shared);
        tell(&context, outcome.as_ref().err());
        match outcome {
            Ok(changes) => {
                retry = FIRST_RETRY;
                if changes.contains(&Change::Stale) {
                    again(&context, retry);
                }
            }
            Err(error) => {
                tracing::warn!(%error, cause = root_cause(&error), retry_seconds = retry.as_secs(), "shared cAdvisor could not be brought up to date");
                again(&context, retry);
                retry = (retry * 2).min(LAST_RETRY);
            }
        }
    }
}

/// Has all of it looked at again after `delay`.
fn again(context: &Context, delay: Duration) {
    let shared = Arc::clone(&context.triggers.shared);
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        shared.notify_one();
    });
}

/// Has every object say why the shared objects are not as they should be, or that they are again.
fn tell(context: &Context, error: Option<&Error>) {
    let now = error.map(Failure::from);
    let mut before = context.shared_failure.lock().unwrap_or_else(PoisonError::into_inner);
    if *before != now {
        *before = now;
        context.triggers.tell_many(None);
    }
}

/// Who wants something that is shared.
enum Demand {
    /// Those.
    By(Wanted),
    /// Nobody, and it is there: it has to go.
    Gone,
    /// Nobody that can be read, and it is not there or may be wanted after all: it is left as it is.
    Unclear,
}

/// Brings the shared objects to what they should be; gives what was done to each.
async fn sync(context: &Context, settings: &CadvisorSettings) -> Result<Vec<Change>, Error> {
    let there = exists(context, settings);
    let mut changes = match demand(context, ContainerMetrics::CAdvisor, there).await? {
        Demand::By(wanted) => keep(context, shared::build(settings, &wanted)).await?,
        Demand::Gone => remove(context, settings).await?,
        Demand::Unclear => vec![],
    };
    let Some(monitors) = cache(&context.watches.service_monitors) else {
        return Ok(changes);
    };
    let found = monitors.get(&settings.namespace, names::KUBELET);
    let found = found.as_deref().map(AsRef::as_ref);
    let applier = &context.applier;
    changes.push(
        match demand(context, ContainerMetrics::Kubelet, found.is_some()).await? {
            Demand::By(wanted) => {
                let monitor = shared::kubelet_monitor(settings, &wanted);
                applier.apply(&monitor, found, Keeper::Label, None).await?
            }
            Demand::Gone => {
                let (namespace, name) = (&settings.namespace, names::KUBELET);
                applier
                    .delete::<ServiceMonitor>(namespace, name, found, Keeper::Label)
                    .await?
            }
            Demand::Unclear => Change::None,
        },
    );
    Ok(changes)
}

async fn demand(context: &Context, source: ContainerMetrics, is_there: bool) -> Result<Demand, Error> {
    let listed = context.mine();
    let wanted = Wanted::by(listed.iter().filter_map(|object| object.0.as_ref().ok()), source);
    if wanted.is_any() {
        return Ok(Demand::By(wanted));
    }
    // An object that cannot be read may want it.
    let is_certain = listed.iter().all(|object| object.0.is_ok());
    if is_there && is_certain && nobody_wants(context, source).await? {
        return Ok(Demand::Gone);
    }
    Ok(Demand::Unclear)
}

fn exists(context: &Context, settings: &CadvisorSettings) -> bool {
    let (watches, namespace) = (&context.watches, settings.namespace.as_str());
    let daemon_sets = cache(&watches.cadvisors);
    daemon_sets.is_some_and(|there| there.get(namespace, names::CADVISOR).is_some())
        || watches.services.get(namespace, names::CADVISOR).is_some()
        || cache(&watches.service_monitors).is_some_and(|there| there.get(namespace, names::CADVISOR).is_some())
}

/// Asks the API server itself: a cache that lags must not remove what a new object needs.
async fn nobody_wants(context: &Context, source: ContainerMetrics) -> Result<bool, Error> {
    let chosen = ListParams::default().labels(&context.scope.object_selector());
    for api in context.scope.apis::<Guarded>(&context.client) {
        let mut live = deadline("WebhookService", "list", api.list(&chosen)).await?;
        live.items.retain(|object| context.watches.chosen.covers(object));
        let wanted = Wanted::by(live.items.iter().filter_map(|object| object.0.as_ref().ok()), source);
        if wanted.is_any() || live.items.iter().any(|object| object.0.is_err()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What the watch last saw of the `DaemonSet`.
///
/// # Errors
/// [`Error::NotWatched`] where we may not see it.
fn daemon_set(context: &Context, namespace: &str) -> Result<Option<Seen>, Error> {
    match &*context.watches.cadvisors.borrow() {
        Served::Filled(cache) => Ok(cache.get(namespace, names::CADVISOR).map(|found| found.seen.clone())),
        Served::Refused(message) => Err(Error::NotWatched {
            kind: "DaemonSet",
            name: names::CADVISOR.to_owned(),
            message: message.clone(),
        }),
        Served::Unknown | Served::Absent => Ok(None),
    }
}

async fn keep(context: &Context, shared: Shared) -> Result<Vec<Change>, Error> {
    let Shared {
        daemon_set,
        service,
        service_monitor,
    } = shared;
    let (applier, watches) = (&context.applier, &context.watches);
    let namespace = &*context.triggers.shared_namespace;
    let found = watches.services.get(namespace, names::CADVISOR);
    let mut changes = vec![applier.apply(&service, found.as_deref(), Keeper::Label, None).await?];
    let found = self::daemon_set(context, namespace)?;
    changes.push(applier.apply(&daemon_set, found.as_ref(), Keeper::Label, None).await?);
    if let Some(monitors) = cache(&watches.service_monitors) {
        let found = monitors.get(namespace, names::CADVISOR);
        let sent = applier.apply(
            &service_monitor,
            found.as_deref().map(AsRef::as_ref),
            Keeper::Label,
            None,
        );
        changes.push(sent.await?);
    }
    Ok(changes)
}

async fn remove(context: &Context, settings: &CadvisorSettings) -> Result<Vec<Change>, Error> {
    let (applier, watches) = (&context.applier, &context.watches);
    let (namespace, name) = (settings.namespace.as_str(), names::CADVISOR);
    tracing::info!(
        namespace,
        "no object wants container metrics any more: removing the shared cAdvisor"
    );
    let mut changes = vec![];
    if let Some(monitors) = cache(&watches.service_monitors) {
        let found = monitors.get(namespace, name);
        let found = found.as_deref().map(AsRef::as_ref);
        let deleted = applier.delete::<ServiceMonitor>(namespace, name, found, Keeper::Label);
        changes.push(deleted.await?);
    }
    let found = daemon_set(context, namespace)?;
    let deleted = applier.delete::<DaemonSet>(namespace, name, found.as_ref(), Keeper::Label);
    changes.push(deleted.await?);
    let found = watches.services.get(namespace, name);
    let deleted = applier.delete::<Service>(namespace, name, found.as_deref(), Keeper::Label);
    changes.push(deleted.await?);
    Ok(changes)
}
