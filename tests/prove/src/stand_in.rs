//! Stands in for the controllers and kubelets that the cluster lacks: gives every Deployment and `DaemonSet` of ours the
//! status that it would have once all its pods are up. Touches nothing but `status`.

use std::fmt::Debug;

use anyhow::Result;
use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment};
use kube::api::{Patch, PatchParams};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const OURS: &str = "app.kubernetes.io/managed-by=webhook-operator";

/// How many statuses may be under way at once.
const AT_ONCE: usize = 16;

/// Works for as long as it is polled.
///
/// # Errors
/// When a watch ends for good.
pub async fn run(client: Client) -> Result<()> {
    let deployments = answer(Api::<Deployment>::all(client.clone()), status_of_deployment);
    let daemon_sets = answer(Api::<DaemonSet>::all(client), status_of_daemon_set);
    tokio::try_join!(deployments, daemon_sets).map(drop)
}

async fn answer<K>(all: Api<K>, status: fn(&K) -> Option<Value>) -> Result<()>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
    K: Resource<Scope = kube::core::NamespaceResourceScope>,
{
    let client = all.into_client();
    let ours = watcher::Config::default().labels(OURS);
    watcher(Api::<K>::all(client.clone()), ours)
        .default_backoff()
        .applied_objects()
        .map(Ok)
        .try_for_each_concurrent(AT_ONCE, |object| {
            let client = client.clone();
            async move {
                if let Ok(object) = object
                    && let Some(status) = status(&object)
                {
                    let api = Api::<K>::namespaced(client, &object.namespace().unwrap_or_default());
                    let patch = Patch::Merge(json!({"status": status}));
                    // It may be gone or changed by now; then the watch tells of that.
                    let _ = api
                        .patch_status(&object.name_any(), &PatchParams::default(), &patch)
                        .await;
                }
                anyhow::Ok(())
            }
        })
        .await
}

fn status_of_deployment(deployment: &Deployment) -> Option<Value> {
    let generation = deployment.metadata.generation?;
    let replicas = deployment.spec.replicas.unwrap_or(1);
    let status = deployment.status.clone().unwrap_or_default();
    let is_said =
        status.observed_generation == Some(generation) && status.ready_replicas.unwrap_or_default() == replicas;
    let at = deployment.metadata.creation_timestamp.as_ref()?;
    let condition = |type_: &str, reason: &str| json!({"type": type_, "status": "True", "reason": reason, "message": "", "lastTransitionTime": at, "lastUpdateTime": at});
    (!is_said).then(|| {
        json!({
            "observedGeneration": generation, "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas,
            "availableReplicas": replicas,
            "conditions": [condition("Available", "MinimumReplicasAvailable"), condition("Progressing", "NewReplicaSetAvailable")],
        })
    })
}

fn status_of_daemon_set(daemon_set: &DaemonSet) -> Option<Value> {
    let generation = daemon_set.metadata.generation?;
    let is_said = daemon_set.status.as_ref().and_then(|status| status.observed_generation) == Some(generation);
    (!is_said).then(|| {
        json!({
            "observedGeneration": generation, "desiredNumberScheduled": 1, "currentNumberScheduled": 1, "numberReady": 1,
            "numberAvailable": 1, "updatedNumberScheduled": 1, "numberMisscheduled": 0,
        })
    })
}
