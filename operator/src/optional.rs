//! Finds out, while running, whether the API server knows `ServiceMonitors`, and watches them while it does.

use std::sync::Arc;
use std::time::Duration;

use kube::core::PartialObjectMeta;
use kube::runtime::reflector::Store;
use kube::{Api, Client, Resource};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::apply::deadline;
use crate::error::{Error, root_cause};
use crate::external::ServiceMonitor;
use crate::watches::{Triggers, config, follow};

/// How often discovery is asked. One small request; nothing is written.
const INTERVAL: Duration = Duration::from_secs(10);

/// What `served` holds while the API is there.
pub type Monitors = Store<PartialObjectMeta<ServiceMonitor>>;

/// Keeps `served` true to what the API server offers, for as long as it is polled.
pub async fn run(client: Client, triggers: Triggers, served: watch::Sender<Option<Monitors>>) {
    let mut following: Option<JoinHandle<()>> = None;
    loop {
        match (is_served(&client).await, &following) {
            (Ok(true), None) => {
                following = Some(tokio::spawn(offer(client.clone(), triggers.clone(), served.clone())));
            }
            (Ok(false), Some(_)) => {
                if let Some(task) = following.take() {
                    task.abort();
                    // Only once it has ended can it not bring the store back.
                    let _ = task.await;
                }
                tracing::info!("ServiceMonitors are not served any more");
                served.send_replace(None);
                tell_all(&triggers);
            }
            (Ok(_), _) => {}
            (Err(error), _) => {
                tracing::warn!(%error, cause = root_cause(&error), "could not ask which APIs are served");
            }
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Watches, and hands the store out once it is filled: before that, absence means nothing. That may take for ever, when
/// the watch is forbidden or the API goes away again, so nobody may wait for it.
async fn offer(client: Client, triggers: Triggers, served: watch::Sender<Option<Monitors>>) {
    let told = triggers.clone();
    let metrics = Arc::clone(&triggers.metrics);
    let (store, watching) = follow(Api::all(client), config(), metrics, move |event| told.tell(event));
    let filled = async {
        if store.wait_until_ready().await.is_ok() {
            tracing::info!("ServiceMonitors are served: monitors follow");
            served.send_replace(Some(store.clone()));
            tell_all(&triggers);
        }
    };
    tokio::join!(watching, filled);
}

fn tell_all(triggers: &Triggers) {
    triggers.shared.notify_one();
    let _ = triggers.all.unbounded_send(());
}

async fn is_served(client: &Client) -> Result<bool, Error> {
    let version = ServiceMonitor::api_version(&());
    match deadline("APIResourceList", &version, client.list_api_group_resources(&version)).await {
        Ok(list) => Ok(list
            .resources
            .iter()
            .any(|resource| resource.kind == ServiceMonitor::kind(&()))),
        // By its code: the API server answers for an unknown group in plain text, with no reason.
        Err(Error::Api { source, .. }) if matches!(source.as_ref(), kube::Error::Api(said) if said.code == 404) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
