//! Sends an object's children, one by one: all that are wanted, and the end of those that are not any more. Decides nothing
//! about what they are like.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{ApiResource, ListParams};
use kube::core::NamespaceResourceScope;
use kube::{Api, Resource};
use serde::Serialize;

use crate::apply::{Change, child, deadline, kind_of};
use crate::cache::Cache;
use crate::context::Context;
use crate::crd::WebhookService;
use crate::desired::Desired;
use crate::error::Error;
use crate::optional::{Feature, Served, cache};
use crate::owner::{self, Keeper};
use crate::seen::Seen;
use crate::subject::Metadata;
use crate::validate::Validated;

/// What came of sending an object's children.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What changed, by kind.
    pub changes: BTreeMap<&'static str, Change>,
    /// Why senders cannot be served as the spec says, if so.
    pub essential: Option<Error>,
    /// Why something beside that is not in force.
    pub features: Vec<Error>,
}

/// Whether an object can do without a child.
#[derive(Clone, Copy)]
enum Weight {
    /// Senders depend on it.
    Essential,
    /// Without it senders are served all the same.
    Feature,
}

/// Sends every child that is not as it should be, which `recorded` helps to tell. One that is refused does not keep the others from being sent.
pub async fn apply(
    context: &Context,
    validated: &Validated,
    desired: &Desired,
    recorded: &BTreeMap<String, String>,
) -> Outcome {
    // Without `..`: a child that is added and forgotten here does not compile.
    let Desired {
        service_account,
        service,
        deployment,
        service_monitor,
        prometheus_rule,
        autoscaler,
        disruption_budget,
        network_policy,
        ingress,
        http_route,
        dashboard,
    } = desired;
    let watches = &context.watches;
    let mut walk = Walk {
        context,
        validated,
        recorded,
        outcome: Outcome::default(),
    };
    walk.always(service_account, &watches.service_accounts).await;
    walk.always(service, &watches.services).await;
    let network_policy = network_policy.as_ref();
    walk.optional(network_policy, &watches.network_policies, Weight::Feature)
        .await;
    let budget = disruption_budget.as_ref();
    walk.optional(budget, &watches.disruption_budgets, Weight::Feature)
        .await;
    walk.monitor(service_monitor.as_ref(), &watches.service_monitors).await;
    walk.monitor(prometheus_rule.as_ref(), &watches.prometheus_rules).await;
    walk.optional(ingress.as_ref(), &watches.ingresses, Weight::Essential)
        .await;
    walk.optional(http_route.as_ref(), &watches.http_routes, Weight::Essential)
        .await;
    // After the ServiceAccount, which its pods name, and before the autoscaler, which reads it.
    walk.receivers(deployment).await;
    walk.optional(autoscaler.as_ref(), &watches.autoscalers, Weight::Feature)
        .await;
    walk.dashboard(dashboard.as_ref()).await;
    walk.outcome
}

struct Walk<'a> {
    context: &'a Context,
    validated: &'a Validated,
    recorded: &'a BTreeMap<String, String>,
    outcome: Outcome,
}

impl Walk<'_> {
    async fn always<K>(&mut self, wanted: &K, cache: &Cache<Seen>)
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Serialize,
    {
        let found = self.found(cache);
        let sent = self.send(wanted, found.as_deref()).await;
        self.note(kind_of::<K>(), Weight::Essential, sent);
    }

    async fn optional<K, V>(&mut self, wanted: Option<&K>, feature: &Feature<V>, weight: Weight)
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Serialize,
        V: AsRef<Seen> + Clone,
    {
        let kind = kind_of::<K>();
        let name = || self.validated.name.clone();
        let served = feature.borrow().clone();
        let sent = match (served, wanted) {
            (Served::Filled(cache), wanted) => {
                let found = self.found(&cache);
                let found = found.as_deref().map(AsRef::as_ref);
                match wanted {
                    Some(wanted) => self.send(wanted, found).await,
                    None => self.remove::<K>(found).await,
                }
            }
            (Served::Absent, Some(_)) => Err(Error::NotServed {
                kind,
                name: name(),
                version: K::api_version(&()).into_owned(),
            }),
            (Served::Refused(message), Some(_)) => Err(Error::NotWatched {
                kind,
                name: name(),
                message,
            }),
            // What comes of it is told when it is known.
            (Served::Unknown, _) | (_, None) => Ok(Change::None),
        };
        self.note(kind, weight, sent);
    }

    /// Where the Prometheus Operator's kinds are not served nothing is amiss: many clusters have none, and `Ready` says so.
    async fn monitor<K, V>(&mut self, wanted: Option<&K>, feature: &Feature<V>)
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Serialize,
        V: AsRef<Seen> + Clone,
    {
        if !matches!(&*feature.borrow(), Served::Absent) {
            self.optional(wanted, feature, Weight::Feature).await;
        }
    }

    /// Of `ConfigMaps` ours alone are watched. What else may stand under the name is asked for, just before one is made.
    async fn dashboard(&mut self, wanted: Option<&ConfigMap>) {
        let feature = &self.context.watches.dashboards;
        let memory = &self.context.applier.memory;
        let child = child::<ConfigMap>(&self.validated.namespace, &self.validated.name);
        let is_unseen = cache(feature).is_some_and(|ours| self.found(&ours).is_none());
        if let Some(wanted) = wanted.filter(|_| is_unseen && !memory.may_lag(child)) {
            let recorded = self.recorded.get(child.kind).map(String::as_str);
            let sent = match self.unlabelled::<ConfigMap>().await {
                Ok(None) => return self.optional(Some(wanted), feature, Weight::Feature).await,
                // Ours, but for the label that the watch goes by, or a stranger's.
                Ok(Some(there)) => {
                    let applier = &self.context.applier;
                    applier.apply(wanted, Some(&there), self.keeper(), recorded).await
                }
                Err(error) => Err(error),
            };
            return self.note(child.kind, Weight::Feature, sent);
        }
        self.optional(wanted, feature, Weight::Feature).await;
    }

    async fn receivers(&mut self, wanted: &Deployment) {
        let (namespace, name) = (&self.validated.namespace, &self.validated.name);
        let there = self.context.watches.receivers.get(namespace, name);
        if let Some(there) = there.filter(|there| wanted.spec.replicas.is_none() && !there.is_autoscaled) {
            // What we leave out while we alone own it falls back to its default, one receiver: another owner comes first.
            let replicas = there.wanted;
            let applier = &self.context.applier;
            let handed_over = applier.hand_over_replicas(namespace, name, replicas).await;
            if let Err(error) = handed_over {
                return self.note("Deployment", Weight::Essential, Err(error));
            }
        }
        self.always(wanted, &self.context.watches.deployments).await;
    }

    /// Applies a child. One that was sent and is not there may have gone with its object, of whose end another watch tells: it is made
    /// again only for an object that is still there.
    async fn send<K>(&self, wanted: &K, found: Option<&Seen>) -> Result<Change, Error>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Serialize,
    {
        let (applier, validated) = (&self.context.applier, self.validated);
        let child = child::<K>(&validated.namespace, &validated.name);
        if found.is_none() && applier.memory.may_lag(child) {
            return Ok(Change::Stale);
        }
        let recorded = self.recorded.get(child.kind).map(String::as_str);
        // By this process, or on record of one before it.
        let was_made = applier.memory.has_sent(child) || recorded.is_some();
        if found.is_none() && was_made && !self.is_latest().await? {
            return Ok(Change::None);
        }
        applier.apply(wanted, found, self.keeper(), recorded).await
    }

    /// Deletes a child that the spec does not ask for, unless a later spec may.
    async fn remove<K>(&self, found: Option<&Seen>) -> Result<Change, Error>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        let (namespace, name) = (&self.validated.namespace, &self.validated.name);
        if found.is_none() {
            // By whomever it went: it is no longer on record.
            self.context.applier.memory.forget_child(child::<K>(namespace, name));
        }
        let is_ours = found.is_some_and(|seen| owner::check(kind_of::<K>(), name, seen, self.keeper()).is_ok());
        if !is_ours || !self.is_latest().await? {
            return Ok(Change::None);
        }
        let applier = &self.context.applier;
        applier.delete::<K>(namespace, name, found, self.keeper()).await
    }

    /// What the API server has under the object's name, whoever keeps it.
    async fn unlabelled<K>(&self) -> Result<Option<Seen>, Error>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        let (client, Validated { namespace, name, .. }) = (self.context.client.clone(), self.validated);
        let api = Api::<Metadata>::namespaced_with(client, namespace, &ApiResource::erase::<K>(&()));
        let found = deadline(kind_of::<K>(), name, api.list_metadata(&named(name))).await?;
        Ok(found.items.first().map(|found| Seen::of(&found.metadata)))
    }

    /// Whether the object is still there, and the API server has no later spec of it: its watch may lag behind those of the children.
    /// Where it does, it is about to tell, and the object is looked at again.
    async fn is_latest(&self) -> Result<bool, Error> {
        let (validated, client) = (self.validated, self.context.client.clone());
        let api = Api::<WebhookService>::namespaced(client, &validated.namespace);
        let this = named(&validated.name);
        let live = deadline("WebhookService", &validated.name, api.list_metadata(&this)).await?;
        Ok(live.items.iter().any(|live| {
            live.metadata.uid.as_ref() == Some(&validated.owner.uid)
                && live.metadata.generation == Some(validated.generation)
        }))
    }

    fn found<V>(&self, cache: &Cache<V>) -> Option<Arc<V>> {
        cache.get(&self.validated.namespace, &self.validated.name)
    }

    fn keeper(&self) -> Keeper<'_> {
        Keeper::Owner(&self.validated.owner)
    }

    fn note(&mut self, kind: &'static str, weight: Weight, sent: Result<Change, Error>) {
        match (sent, weight) {
            (Ok(change), _) => drop(self.outcome.changes.insert(kind, change)),
            (Err(error), Weight::Essential) => drop(self.outcome.essential.get_or_insert(error)),
            (Err(error), Weight::Feature) => self.outcome.features.push(error),
        }
    }
}

/// A list of one: reading one by its name would be a right of its own.
fn named(name: &str) -> ListParams {
    ListParams::default().fields(&format!("metadata.name={name}"))
}
