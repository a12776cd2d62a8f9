//! What the API server last said, one cache per watched kind, and who is told when it changes.
//! Only reads. Each watch backs off on its own, so that one absent or forbidden API slows no other.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::channel::mpsc::UnboundedSender;
use futures::{StreamExt, pin_mut};
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Pod, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::api::ApiResource;
use kube::core::DeserializeGuard;
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher;
use kube::{Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use tokio::sync::Notify;
use tokio::sync::watch::error::RecvError;

use crate::cache::{self, Cache};
use crate::crd::WebhookService;
use crate::error::root_cause;
use crate::exposure::{Front, Routed};
use crate::external::{HttpRoute, PrometheusRule, ServiceMonitor};
use crate::merge::watch_all;
use crate::metrics::Metrics;
use crate::monitor::Monitor;
use crate::mounts::{self, Mounts};
use crate::names;
use crate::optional::{Feature, built_in, custom, known};
use crate::prometheuses::Prometheuses;
use crate::rollout::{Coverage, Rollout};
use crate::scope::{Chosen, ScopeSettings};
use crate::seen::Seen;
use crate::subject::{Concerns, Metadata, Subject, any, ours};
use crate::trouble::Receiver;

/// A `WebhookService` that may be unreadable; one such object must not stop the others.
pub type Guarded = DeserializeGuard<WebhookService>;

/// The namespace of the objects that are meant; none for all of them.
pub type Within = Option<Box<str>>;

/// What may have to be looked at again.
#[derive(Clone, Debug)]
pub struct Triggers {
    /// One object, because something with its name changed.
    pub one: UnboundedSender<ObjectRef<Guarded>>,
    /// All objects, or those of one namespace.
    pub many: UnboundedSender<Within>,
    /// The shared objects.
    pub shared: Arc<Notify>,
    /// Where failures are counted.
    pub metrics: Arc<Metrics>,
    /// Where the shared objects are.
    pub shared_namespace: Arc<str>,
}

/// What is kept of each kind. Of most of them metadata alone is read.
#[derive(Clone)]
pub struct Watches {
    /// Every `ServiceAccount`, to tell a stranger's from ours.
    pub service_accounts: Cache<Seen>,
    /// Every `Service`.
    pub services: Cache<Seen>,
    /// Every `Deployment`.
    pub deployments: Cache<Seen>,
    /// How far our Deployments are.
    pub receivers: Cache<Rollout>,
    /// How our pods do.
    pub pods: Cache<Receiver>,
    /// What the kubelets say of mounts that fail.
    pub mounts: Mounts,
    /// Where our Services are reached.
    pub fronts: Feature<Front>,
    /// The namespaces that are looked at.
    pub chosen: Chosen,
    /// The `DaemonSets` of the shared namespace with their status.
    pub cadvisors: Feature<Coverage>,
    /// The Service of all kubelets, which the Prometheus Operator keeps.
    pub kubelets: Feature<Seen>,
    /// Every `ServiceMonitor`.
    pub service_monitors: Feature<Monitor>,
    /// Every Prometheus.
    pub prometheuses: Prometheuses,
    /// Every `PrometheusRule`.
    pub prometheus_rules: Feature<Seen>,
    /// Every `HorizontalPodAutoscaler`.
    pub autoscalers: Feature<Seen>,
    /// Every `PodDisruptionBudget`.
    pub disruption_budgets: Feature<Seen>,
    /// Every `NetworkPolicy`.
    pub network_policies: Feature<Seen>,
    /// Every `Ingress`.
    pub ingresses: Feature<Seen>,
    /// Every `HTTPRoute`.
    pub http_routes: Feature<Seen>,
    /// Our `HTTPRoutes` with their status.
    pub routes: Feature<Routed>,
    /// Our `ConfigMaps`. Of those of others there may be far more than of anything else here.
    pub dashboards: Feature<Seen>,
}

impl Watches {
    /// Starts all watches within `scope`.
    #[must_use]
    pub fn start(client: &Client, scope: &ScopeSettings, triggers: &Triggers) -> Self {
        let shared_namespace = &*triggers.shared_namespace;
        let (all, and_shared) = (&*scope.places(None), &*scope.places(Some(shared_namespace)));
        let (shared, kubelets) = (
            &[Some(shared_namespace.to_owned())],
            &[Some(names::KUBELET_NAMESPACE.to_owned())],
        );
        let pods = start(ours::<Pod, _>(client, all, Receiver::of), triggers);
        Self {
            service_accounts: start(any::<ServiceAccount>(client, all), triggers),
            // The shared objects are among these kinds.
            services: start(any::<Service>(client, and_shared), triggers),
            deployments: start(any::<Deployment>(client, all), triggers),
            receivers: start(ours::<Deployment, _>(client, all, Rollout::of), triggers),
            mounts: mounts::start(client, all, pods.clone(), triggers.clone()),
            pods,
            chosen: choose(client, scope, triggers),
            fronts: built_in(ours::<Service, _>(client, all, Front::of), triggers),
            cadvisors: built_in(Subject::of::<DaemonSet>(client, shared, Coverage::of), triggers),
            kubelets: built_in(
                any::<Service>(client, kubelets).labelled(names::KUBELET_SELECTOR),
                triggers,
            ),
            service_monitors: custom(Subject::of::<ServiceMonitor>(client, and_shared, Monitor::of), triggers),
            prometheuses: Prometheuses::start(client, scope, triggers),
            prometheus_rules: custom(any::<PrometheusRule>(client, all), triggers),
            autoscalers: built_in(any::<HorizontalPodAutoscaler>(client, all), triggers),
            disruption_budgets: built_in(any::<PodDisruptionBudget>(client, all), triggers),
            network_policies: built_in(any::<NetworkPolicy>(client, all), triggers),
            ingresses: built_in(any::<Ingress>(client, all), triggers),
            http_routes: custom(any::<HttpRoute>(client, all), triggers),
            routes: custom(ours::<HttpRoute, _>(client, all, Routed::of), triggers),
            dashboards: built_in(
                any::<ConfigMap>(client, all).labelled(&names::managed_selector()),
                triggers,
            ),
        }
    }

    /// Resolves once every store is filled that no object can do without: before that, absence means nothing. What is optional
    /// is given a moment, so that a restart looks at each object once.
    ///
    /// # Errors
    /// When a watch has ended for good, which only happens at shutdown.
    pub async fn synced(&self) -> Result<(), RecvError> {
        self.service_accounts.is_filled().await?;
        self.services.is_filled().await?;
        self.deployments.is_filled().await?;
        self.receivers.is_filled().await?;
        if let Chosen(Some(namespaces)) = &self.chosen {
            namespaces.is_filled().await?;
        }
        let optional = async {
            tokio::join!(
                known(&self.fronts),
                known(&self.cadvisors),
                known(&self.kubelets),
                known(&self.service_monitors),
                self.prometheuses.known(),
                known(&self.prometheus_rules),
                known(&self.autoscalers),
                known(&self.disruption_budgets),
                known(&self.network_policies),
                known(&self.ingresses),
                known(&self.http_routes),
                known(&self.routes),
                known(&self.dashboards),
            )
        };
        let _ = tokio::time::timeout(OPTIONAL_WAIT, optional).await;
        Ok(())
    }
}

/// How long a start waits for the optional kinds.
const OPTIONAL_WAIT: Duration = Duration::from_secs(5);

/// Follows the namespaces whose labels are chosen, where labels choose. Whoever comes in has its objects looked at.
fn choose(client: &Client, scope: &ScopeSettings, triggers: &Triggers) -> Chosen {
    Chosen(scope.namespace_selector.as_ref().map(|selector| {
        let subject = Subject::of::<Namespace>(client, &[None], |_: &Metadata| ());
        start(subject.labelled(selector).concerning(Concerns::Within), triggers)
    }))
}

fn start<A, V>(subject: Subject<A, V>, triggers: &Triggers) -> Cache<V>
where
    A: Resource<DynamicType = ApiResource> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
    V: PartialEq + Send + Sync + 'static,
{
    let (triggers, metrics) = (triggers.clone(), Arc::clone(&triggers.metrics));
    let concerns = subject.concerns;
    let (cache, following) = follow(subject, metrics, move |_, event| {
        if let Ok(event) = event {
            triggers.tell(concerns, event);
        }
    });
    tokio::spawn(following);
    cache
}

/// A cache of what is kept of a subject, and the watch that fills it for as long as it is polled; `tell` hears of each failure and
/// of each event that changed what is kept.
pub fn follow<A, V>(
    subject: Subject<A, V>,
    metrics: Arc<Metrics>,
    tell: impl Fn(&Cache<V>, Result<&watcher::Event<A>, &watcher::Error>) + Send,
) -> (Cache<V>, impl Future<Output = ()> + Send)
where
    A: Resource<DynamicType = ApiResource> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
    V: PartialEq + Send + Sync + 'static,
{
    let (cache, mut follower) = cache::cache();
    let kept = cache.clone();
    let following = async move {
        let kind = subject.resource.kind;
        let events = watch_all(subject.places, subject.config);
        pin_mut!(events);
        while let Some(event) = events.next().await {
            let is_news = match &event {
                Ok(event) => follower.take(event, subject.keep),
                Err(error) => {
                    metrics.watch_failed(&kind);
                    tracing::warn!(kind, %error, cause = root_cause(error), "watch failed, trying again");
                    true
                }
            };
            if is_news {
                tell(&kept, event.as_ref());
            }
        }
    };
    (cache, following)
}

impl Triggers {
    /// Has everything looked at again.
    pub fn tell_all(&self) {
        self.shared.notify_one();
        self.tell_many(None);
    }

    /// Has one object looked at again.
    pub fn tell_one(&self, object: ObjectRef<Guarded>) {
        // A closed channel means that the controller is shutting down: nobody is left to be told.
        let _ = self.one.unbounded_send(object);
    }

    /// Has all objects looked at again, or those of one namespace.
    pub fn tell_many(&self, within: Within) {
        // As above.
        let _ = self.many.unbounded_send(within);
    }

    /// Has those looked at again whom an event concerns.
    pub fn tell(&self, concerns: Concerns, event: &watcher::Event<impl Resource>) {
        match event {
            watcher::Event::Apply(_) | watcher::Event::Delete(_) if concerns == Concerns::All => self.tell_all(),
            watcher::Event::Apply(namespace) | watcher::Event::Delete(namespace) if concerns == Concerns::Within => {
                self.tell_many(Some(namespace.name_any().into()));
            }
            watcher::Event::Apply(object) | watcher::Event::Delete(object) => {
                // A stranger's labels say nothing; its name may be that of a child of ours, in whose way it stands.
                let is_ours = names::is_managed(object.labels());
                let label = |label: &str| object.labels().get(label).filter(|_| is_ours);
                // Another installation has shared objects of its own.
                let is_shared = object.meta().namespace.as_deref() == Some(&*self.shared_namespace);
                if is_shared && label(names::NAME).is_some_and(|name| name == names::CADVISOR) {
                    self.tell_all();
                }
                // Children carry the name of their object, pods the label.
                let name = label(names::INSTANCE).cloned().unwrap_or_else(|| object.name_any());
                if let Some(namespace) = ResourceExt::namespace(object) {
                    self.tell_one(ObjectRef::new(&name).within(&namespace));
                }
            }
            // Whatever was deleted while the watch was away is told by nothing else.
            watcher::Event::InitDone => self.tell_all(),
            watcher::Event::Init | watcher::Event::InitApply(_) => {}
        }
    }
}
