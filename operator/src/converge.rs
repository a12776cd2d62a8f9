//! Keeps the shared cAdvisor while any object wants it, and removes it after the last. Level-triggered: it looks at all
//! objects each time and counts nothing, so it is right also after the operator was away.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use k8s_openapi::api::apps::v1::DaemonSet;
use k8s_openapi::api::core::v1::Service;
use kube::api::ListParams;
use kube::runtime::reflector::Store;
use kube::{Api, Resource};

use crate::apply::{Keeper, deadline};
use crate::context::Context;
use crate::error::{Error, root_cause};
use crate::external::ServiceMonitor;
use crate::names;
use crate::progress::Work;
use crate::shared::{self, CadvisorSettings, Shared, Wanted};
use crate::watches::{Guarded, seen};

/// Many objects may come at once; they are then one change of the shared objects.
const SETTLE: Duration = Duration::from_millis(300);
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LAST_RETRY: Duration = Duration::from_mins(5);

/// Syncs at every notification until `shutdown` resolves; a sync that is under way then is finished. `objects` must be
/// filled.
pub async fn run(
    context: Arc<Context>,
    settings: CadvisorSettings,
    objects: Store<Guarded>,
    shutdown: impl Future<Output = ()> + Clone,
) {
    let mut retry = FIRST_RETRY;
    loop {
        tokio::select! {
            () = shutdown.clone() => return,
            () = context.shared.notified().then(|()| tokio::time::sleep(SETTLE)) => {}
        }
        context.progress.begin(Work::Shared);
        let outcome = sync(&context, &settings, &objects).await;
        context.progress.end(&Work::Shared);
        match outcome {
            Ok(()) => retry = FIRST_RETRY,
            Err(error) => {
                tracing::warn!(%error, cause = root_cause(&error), retry_seconds = retry.as_secs(), "shared cAdvisor could not be brought up to date");
                let again = Arc::clone(&context.shared);
                tokio::spawn(async move {
                    tokio::time::sleep(retry).await;
                    again.notify_one();
                });
                retry = (retry * 2).min(LAST_RETRY);
            }
        }
    }
}

async fn sync(context: &Context, settings: &CadvisorSettings, objects: &Store<Guarded>) -> Result<(), Error> {
    let listed = objects.state();
    let wanted = Wanted::by(listed.iter().filter_map(|object| object.0.as_ref().ok()));
    if wanted.is_any() {
        return keep(context, shared::build(settings, &wanted)).await;
    }
    // An object that cannot be read may want it.
    let is_certain = listed.iter().all(|object| object.0.is_ok());
    if is_certain && exists(context, settings) && nobody_wants(context).await? {
        return remove(context, settings).await;
    }
    Ok(())
}

fn exists(context: &Context, settings: &CadvisorSettings) -> bool {
    seen(&context.watches.cadvisors, &settings.namespace, names::CADVISOR).is_some()
        || seen(&context.watches.services, &settings.namespace, names::CADVISOR).is_some()
        || context
            .watches
            .service_monitors
            .borrow()
            .as_ref()
            .is_some_and(|store| seen(store, &settings.namespace, names::CADVISOR).is_some())
}

/// Asks the API server itself: a cache that lags must not remove what a new object needs.
async fn nobody_wants(context: &Context) -> Result<bool, Error> {
    let api = Api::<Guarded>::all(context.client.clone());
    let live = deadline("WebhookService", "list", api.list(&ListParams::default())).await?;
    let wanted = Wanted::by(live.items.iter().filter_map(|object| object.0.as_ref().ok()));
    Ok(!wanted.is_any() && live.items.iter().all(|object| object.0.is_ok()))
}

async fn keep(context: &Context, shared: Shared) -> Result<(), Error> {
    let Shared {
        daemon_set,
        service,
        service_monitor,
    } = shared;
    let (applier, watches) = (&context.applier, &context.watches);
    let namespace = context.cadvisor_namespace.as_str();
    let found = seen(&watches.services, namespace, names::CADVISOR);
    applier
        .apply(&service, found.as_ref().map(|o| o.meta()), Keeper::Label)
        .await?;
    let found = seen(&watches.cadvisors, namespace, names::CADVISOR);
    applier
        .apply(&daemon_set, found.as_ref().map(|o| o.meta()), Keeper::Label)
        .await?;
    let monitors = watches.service_monitors.borrow().clone();
    if let Some(monitors) = monitors {
        let found = seen(&monitors, namespace, names::CADVISOR);
        applier
            .apply(&service_monitor, found.as_ref().map(|o| o.meta()), Keeper::Label)
            .await?;
    }
    Ok(())
}

async fn remove(context: &Context, settings: &CadvisorSettings) -> Result<(), Error> {
    let (applier, watches) = (&context.applier, &context.watches);
    let namespace = settings.namespace.as_str();
    tracing::info!(
        namespace,
        "no object wants container metrics any more: removing the shared cAdvisor"
    );
    let monitors = watches.service_monitors.borrow().clone();
    if let Some(monitors) = monitors {
        let found = seen(&monitors, namespace, names::CADVISOR);
        applier
            .delete::<ServiceMonitor>(found.as_ref().map(|o| o.meta()), Keeper::Label)
            .await?;
    }
    let found = seen(&watches.cadvisors, namespace, names::CADVISOR);
    applier
        .delete::<DaemonSet>(found.as_ref().map(|o| o.meta()), Keeper::Label)
        .await?;
    let found = seen(&watches.services, namespace, names::CADVISOR);
    applier
        .delete::<Service>(found.as_ref().map(|o| o.meta()), Keeper::Label)
        .await?;
    Ok(())
}
