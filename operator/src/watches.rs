//! What the API server last said, one store per watched kind, and who is told when it changes.
//! Only reads. Each watch backs off on its own, so that one absent or forbidden API slows no other.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::channel::mpsc::UnboundedSender;
use futures::{StreamExt, pin_mut};
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::{Pod, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::core::{DeserializeGuard, PartialObjectMeta};
use kube::runtime::reflector::{self, Lookup, ObjectRef, Store};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use tokio::sync::Notify;

use crate::crd::WebhookService;
use crate::error::root_cause;
use crate::external::{HttpRoute, ServiceMonitor};
use crate::merge::watch_all;
use crate::metrics::Metrics;
use crate::mounts::{self, Mounts};
use crate::names;
use crate::optional::{Feature, Served, built_in, custom};
use crate::scope::{Chosen, ScopeSettings};

/// A `WebhookService` that may be unreadable; one such object must not stop the others.
pub type Guarded = DeserializeGuard<WebhookService>;

/// What may have to be looked at again.
#[derive(Clone, Debug)]
pub struct Triggers {
    /// One object, because something with its name changed.
    pub one: UnboundedSender<ObjectRef<Guarded>>,
    /// All objects.
    pub all: UnboundedSender<()>,
    /// The shared objects.
    pub shared: Arc<Notify>,
    /// Where failures are counted.
    pub metrics: Arc<Metrics>,
}

/// The stores. Metadata alone is kept where no more is needed; of strangers' objects only their identity.
#[derive(Clone)]
pub struct Watches {
    /// Every `ServiceAccount`, to tell a stranger's from ours.
    pub service_accounts: Store<PartialObjectMeta<ServiceAccount>>,
    /// Every `Service`.
    pub services: Store<PartialObjectMeta<Service>>,
    /// Every `Deployment`.
    pub deployments: Store<PartialObjectMeta<Deployment>>,
    /// Our Deployments with their status.
    pub receivers: Store<Deployment>,
    /// Our pods with their status.
    pub pods: Store<Pod>,
    /// What the kubelets say of mounts that fail.
    pub mounts: Mounts,
    /// Our Services with their status.
    pub fronts: Feature<Service>,
    /// The namespaces that are looked at.
    pub chosen: Chosen,
    /// The `DaemonSets` of the shared namespace with their status.
    pub cadvisors: Feature<DaemonSet>,
    /// The Service of all kubelets, which the Prometheus Operator keeps.
    pub kubelets: Feature<PartialObjectMeta<Service>>,
    /// Every `ServiceMonitor`.
    pub service_monitors: Feature<PartialObjectMeta<ServiceMonitor>>,
    /// Every `HorizontalPodAutoscaler`.
    pub autoscalers: Feature<PartialObjectMeta<HorizontalPodAutoscaler>>,
    /// Every `PodDisruptionBudget`.
    pub disruption_budgets: Feature<PartialObjectMeta<PodDisruptionBudget>>,
    /// Every `NetworkPolicy`.
    pub network_policies: Feature<PartialObjectMeta<NetworkPolicy>>,
    /// Every `Ingress`.
    pub ingresses: Feature<PartialObjectMeta<Ingress>>,
    /// Every `HTTPRoute`.
    pub http_routes: Feature<PartialObjectMeta<HttpRoute>>,
    /// Our `HTTPRoutes` with their status.
    pub routes: Feature<HttpRoute>,
}

impl Watches {
    /// Starts all watches within `scope`.
    #[must_use]
    pub fn start(client: &Client, scope: &ScopeSettings, shared_namespace: &str, triggers: &Triggers) -> Self {
        let ours = || config().labels(&names::managed_selector());
        let pods = start(scope.places(client), ours(), triggers);
        // The shared objects are among these kinds.
        let services = scope.places_and(client, Some(shared_namespace));
        let monitors = scope.places_and(client, Some(shared_namespace));
        let shared = vec![Api::namespaced(client.clone(), shared_namespace)];
        let kubelets = vec![Api::namespaced(client.clone(), names::KUBELET_NAMESPACE)];
        Self {
            service_accounts: start(scope.places(client), config(), triggers),
            services: start(services, config(), triggers),
            deployments: start(scope.places(client), config(), triggers),
            receivers: start(scope.places(client), ours(), triggers),
            mounts: mounts::start(scope.places(client), pods.clone(), triggers.clone()),
            pods,
            chosen: choose(client, scope, triggers),
            fronts: built_in(scope.places(client), ours(), triggers),
            cadvisors: built_in(shared, config(), triggers),
            kubelets: built_in(kubelets, config().labels(names::KUBELET_SELECTOR), triggers),
            service_monitors: custom(client.clone(), monitors, config(), triggers),
            autoscalers: built_in(scope.places(client), config(), triggers),
            disruption_budgets: built_in(scope.places(client), config(), triggers),
            network_policies: built_in(scope.places(client), config(), triggers),
            ingresses: built_in(scope.places(client), config(), triggers),
            http_routes: custom(client.clone(), scope.places(client), config(), triggers),
            routes: custom(client.clone(), scope.places(client), ours(), triggers),
        }
    }

    /// Resolves once every store is filled that no object can do without: before that, absence means nothing. What is optional
    /// is given a moment, so that a restart looks at each object once.
    ///
    /// # Errors
    /// When a watch has ended for good, which only happens at shutdown.
    pub async fn synced(&self) -> Result<(), reflector::store::WriterDropped> {
        self.service_accounts.wait_until_ready().await?;
        self.services.wait_until_ready().await?;
        self.deployments.wait_until_ready().await?;
        self.receivers.wait_until_ready().await?;
        if let Chosen(Some(namespaces)) = &self.chosen {
            namespaces.wait_until_ready().await?;
        }
        let optional = async {
            tokio::join!(
                known(&self.fronts),
                known(&self.cadvisors),
                known(&self.kubelets),
                known(&self.service_monitors),
                known(&self.autoscalers),
                known(&self.disruption_budgets),
                known(&self.network_policies),
                known(&self.ingresses),
                known(&self.http_routes),
                known(&self.routes),
            )
        };
        let _ = tokio::time::timeout(OPTIONAL_WAIT, optional).await;
        Ok(())
    }
}

/// How long a start waits for the optional kinds.
const OPTIONAL_WAIT: Duration = Duration::from_secs(5);

async fn known<K: Resource<DynamicType = ()> + Clone + 'static>(feature: &Feature<K>) {
    let mut feature = feature.clone();
    let _ = feature.wait_for(|served| !matches!(served, Served::Unknown)).await;
}

/// The settings of every watch. A watch that lives longer may hang unnoticed behind a dead connection.
#[must_use]
pub fn config() -> watcher::Config {
    watcher::Config::default().timeout(50)
}

/// Follows the namespaces whose labels are chosen, where labels choose. Whoever comes in has its objects looked at.
fn choose(client: &Client, scope: &ScopeSettings, triggers: &Triggers) -> Chosen {
    Chosen(scope.namespace_selector.as_ref().map(|selector| {
        let (triggers, metrics) = (triggers.clone(), Arc::clone(&triggers.metrics));
        let namespaces = vec![Api::all(client.clone())];
        let (store, following) = follow(namespaces, config().labels(selector), metrics, move |_, event| {
            if matches!(
                event,
                Ok(watcher::Event::Apply(_) | watcher::Event::Delete(_) | watcher::Event::InitDone)
            ) {
                triggers.tell_all();
            }
        });
        tokio::spawn(following);
        store
    }))
}

fn start<K>(places: Vec<Api<K>>, config: watcher::Config, triggers: &Triggers) -> Store<K>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let (triggers, metrics) = (triggers.clone(), Arc::clone(&triggers.metrics));
    let (store, following) = follow(places, config, metrics, move |_, event| {
        if let Ok(event) = event {
            triggers.tell(event);
        }
    });
    tokio::spawn(following);
    store
}

/// A store of the objects of all `places` and the watch that fills it for as long as it is polled; `tell` hears of each event and failure.
pub fn follow<K>(
    places: Vec<Api<K>>,
    config: watcher::Config,
    metrics: Arc<Metrics>,
    tell: impl Fn(&Store<K>, Result<&watcher::Event<K>, &watcher::Error>) + Send,
) -> (Store<K>, impl Future<Output = ()> + Send)
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let (store, writer) = reflector::store();
    let filled = store.clone();
    let following = async move {
        let events = watch_all(places, config).modify(trim).reflect(writer);
        pin_mut!(events);
        while let Some(event) = events.next().await {
            if let Err(error) = &event {
                metrics.watch_failed(&K::kind(&()));
                tracing::warn!(kind = %K::kind(&()), %error, cause = root_cause(error), "watch failed, trying again");
            }
            tell(&filled, event.as_ref());
        }
    };
    (store, following)
}

impl Triggers {
    /// Has everything looked at again.
    pub fn tell_all(&self) {
        self.shared.notify_one();
        let _ = self.all.unbounded_send(());
    }

    /// Has those looked at again whom an event of any of our kinds concerns.
    pub fn tell<K: Resource<DynamicType = ()>>(&self, event: &watcher::Event<K>) {
        // A closed channel means that the controller is shutting down: nobody is left to be told.
        match event {
            watcher::Event::Apply(object) | watcher::Event::Delete(object) => {
                let labels = object.labels();
                if labels.get(names::NAME).is_some_and(|name| name == names::CADVISOR) {
                    self.tell_all();
                }
                // Children carry the name of their object, pods the label; a stranger's may stand in its way.
                let name = labels
                    .get(names::INSTANCE)
                    .cloned()
                    .unwrap_or_else(|| object.name_any());
                if let Some(namespace) = ResourceExt::namespace(object) {
                    let _ = self.one.unbounded_send(ObjectRef::new(&name).within(&namespace));
                }
            }
            // Whatever was deleted while the watch was away is told by nothing else.
            watcher::Event::InitDone => self.tell_all(),
            watcher::Event::Init | watcher::Event::InitApply(_) => {}
        }
    }
}

/// Keeps what is compared later; field managers alone are half of most objects' metadata.
fn trim<K: Resource>(object: &mut K) {
    let is_ours = object
        .labels()
        .get(names::MANAGED_BY)
        .is_some_and(|keeper| keeper == names::MANAGER);
    let meta = object.meta_mut();
    meta.managed_fields = None;
    if !is_ours {
        meta.annotations = None;
        meta.labels = None;
    }
}

/// What a store holds under this name.
#[must_use]
pub fn seen<K>(store: &Store<K>, namespace: &str, name: &str) -> Option<Arc<K>>
where
    K: Lookup<DynamicType = ()> + Clone + 'static,
{
    store.get(&ObjectRef::new(name).within(namespace))
}
