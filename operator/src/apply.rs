//! Sends what is wanted to the API server, by server-side apply, and nothing that is there already.
//! Never takes over or deletes an object that is not ours.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{ApiResource, DeleteParams, Patch, PatchParams, Preconditions};
use kube::core::NamespaceResourceScope;
use kube::{Api, Client, Resource, ResourceExt};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::{Error, is_field_conflict};
use crate::fingerprint::hash;
use crate::gate::{Gate, REQUEST_TIMEOUT, Verb};
use crate::names;
use crate::owner::{Keeper, check};
use crate::seen::Seen;
use crate::sent::{Child, Memory};
use crate::subject::Metadata;

/// What one apply changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it was as wanted.
    None,
    /// It was not there.
    Created,
    /// It was different.
    Updated,
    /// It was there and is not wanted.
    Deleted,
    /// None was made: the API server has another one than was seen. The watch may be about to say so; it may also have been a conflict
    /// that is over, of which no watch tells.
    Stale,
}

/// An object to be, of whatever kind.
struct Wanted<'a> {
    child: Child<'a>,
    /// Made where something is sent, which is seldom.
    resource: fn() -> ApiResource,
    /// As JSON.
    body: Vec<u8>,
}

/// Applies and deletes, and remembers what it sent.
pub struct Applier {
    client: Client,
    gate: Arc<Gate>,
    /// What was sent.
    pub memory: Memory,
}

impl Applier {
    /// An applier that remembers nothing yet.
    #[must_use]
    pub fn new(client: Client, gate: Arc<Gate>) -> Self {
        Self {
            client,
            gate,
            memory: Memory::default(),
        }
    }

    /// Makes the object be as `wanted`; `seen` is what the watch last saw under its name, `recorded` what an earlier process left on
    /// record of its own last write.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it belongs to somebody else; [`Error::Api`] and [`Error::Timeout`] when the API server does not take it;
    /// [`Error::NotLeading`] when another process may write.
    pub async fn apply<K>(
        &self,
        wanted: &K,
        seen: Option<&Seen>,
        keeper: Keeper<'_>,
        recorded: Option<&str>,
    ) -> Result<Change, Error>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Serialize,
    {
        let (namespace, name) = (wanted.namespace().unwrap_or_default(), wanted.name_any());
        let wanted = Wanted {
            child: child::<K>(&namespace, &name),
            resource: || ApiResource::erase::<K>(&()),
            body: serde_json::to_vec(wanted).unwrap_or_default(),
        };
        Box::pin(self.apply_any(&wanted, seen, keeper, recorded)).await
    }

    async fn apply_any(
        &self,
        wanted: &Wanted<'_>,
        seen: Option<&Seen>,
        keeper: Keeper<'_>,
        recorded: Option<&str>,
    ) -> Result<Change, Error> {
        let child = wanted.child;
        if let Some(seen) = seen {
            check(child.kind, child.name, seen, keeper)?;
        }
        let hash = hash(&wanted.body);
        if self.memory.is_sent(child, hash, seen, recorded) {
            return Ok(Change::None);
        }
        let Some(answer) = self.send(wanted, seen).await? else {
            return Ok(Change::Stale);
        };
        let after = Seen::of(&answer.metadata);
        self.memory.remember(child, hash, seen, &after);
        Ok(match seen {
            None => Change::Created,
            Some(before) if before.looks == after.looks => Change::None,
            Some(_) => Change::Updated,
        })
    }

    /// Sends one object. `None`: it is not the one that was seen.
    async fn send(&self, wanted: &Wanted<'_>, seen: Option<&Seen>) -> Result<Option<Metadata>, Error> {
        let Child { kind, namespace, name } = wanted.child;
        let api = Api::<Metadata>::namespaced_with(self.client.clone(), namespace, &(wanted.resource)());
        let mut body: Value = serde_json::from_slice(&wanted.body).unwrap_or_default();
        if let Some(seen) = seen {
            // Only this one, and none that was made in its place.
            body["metadata"]["uid"] = Value::from(&*seen.uid);
        }
        // Not forced when nothing is there: should a stranger's object appear meanwhile, the API server refuses.
        let params = PatchParams {
            force: seen.is_some(),
            ..PatchParams::apply(names::MANAGER)
        };
        let patch = Patch::Apply(&body);
        let request = api.patch(name, &params, &patch);
        match self.gate.pass(Verb::Apply, kind, name, request).await {
            Err(Error::Api { source, .. }) if seen.is_some() && is_status(&source, &[409]) => Ok(None),
            // Where somebody changed the key of an entry of a list, apply would put ours beside it, which the API server may refuse:
            // two ports of one name. A merge takes our list as a whole.
            Err(Error::Api { source, .. }) if seen.is_some() && is_status(&source, &[422]) => {
                let params = PatchParams {
                    field_manager: Some(names::MANAGER.to_owned()),
                    ..PatchParams::default()
                };
                let patch = Patch::Merge(&body);
                let request = api.patch(name, &params, &patch);
                self.gate.pass(Verb::Apply, kind, name, request).await.map(Some)
            }
            answer => answer.map(Some),
        }
    }

    /// Deletes what the watch last saw under this name, if it is ours and still the same object.
    ///
    /// # Errors
    /// [`Error::Api`], [`Error::Timeout`] and [`Error::NotLeading`]; that it is gone already is none.
    pub async fn delete<K>(
        &self,
        namespace: &str,
        name: &str,
        seen: Option<&Seen>,
        keeper: Keeper<'_>,
    ) -> Result<Change, Error>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        let (child, resource) = (child::<K>(namespace, name), ApiResource::erase::<K>(&()));
        Box::pin(self.delete_any(child, &resource, seen, keeper)).await
    }

    async fn delete_any(
        &self,
        child: Child<'_>,
        resource: &ApiResource,
        seen: Option<&Seen>,
        keeper: Keeper<'_>,
    ) -> Result<Change, Error> {
        let Child { kind, namespace, name } = child;
        let Some(seen) = seen.filter(|seen| check(kind, name, seen, keeper).is_ok()) else {
            return Ok(Change::None);
        };
        let only_this = Preconditions {
            uid: Some(seen.uid.to_string()),
            resource_version: None,
        };
        let params = DeleteParams {
            preconditions: Some(only_this),
            ..DeleteParams::background()
        };
        let api = Api::<Metadata>::namespaced_with(self.client.clone(), namespace, resource);
        self.memory.forget_child(child);
        let request = api.delete(name, &params);
        match self.gate.pass(Verb::Delete, kind, name, request).await {
            Ok(_) => Ok(Change::Deleted),
            Err(Error::Api { source, .. }) if is_status(&source, &[404]) => Ok(Change::None),
            Err(Error::Api { source, .. }) if is_status(&source, &[409]) => Ok(Change::Stale),
            Err(error) => Err(error),
        }
    }

    /// Makes another field manager the owner of a Deployment's `replicas`, so that they stay as they are when ours leaves them out.
    /// Not forced: where an autoscaler has them already, nothing is to be done.
    ///
    /// # Errors
    /// [`Error::Api`], [`Error::Timeout`] and [`Error::NotLeading`].
    pub async fn hand_over_replicas(&self, namespace: &str, name: &str, replicas: i32) -> Result<(), Error> {
        let patch = json!({
            "apiVersion": Deployment::api_version(&()), "kind": Deployment::kind(&()),
            "metadata": {"name": name}, "spec": {"replicas": replicas},
        });
        let api =
            Api::<Metadata>::namespaced_with(self.client.clone(), namespace, &ApiResource::erase::<Deployment>(&()));
        let (params, patch) = (PatchParams::apply(names::REPLICAS_MANAGER), Patch::Apply(&patch));
        let request = api.patch(name, &params, &patch);
        match self.gate.pass(Verb::Apply, "Deployment", name, request).await {
            Err(Error::Api { source, .. }) if is_field_conflict(&source) => Ok(()),
            answer => answer.map(drop),
        }
    }
}

/// A child of this kind.
#[must_use]
pub fn child<'a, K: Resource<DynamicType = ()>>(namespace: &'a str, name: &'a str) -> Child<'a> {
    Child {
        kind: kind_of::<K>(),
        namespace,
        name,
    }
}

/// The kind, in a form that outlives the call.
#[must_use]
pub fn kind_of<K: Resource<DynamicType = ()>>() -> &'static str {
    match K::kind(&()) {
        std::borrow::Cow::Borrowed(kind) => kind,
        std::borrow::Cow::Owned(_) => "object",
    }
}

/// Runs one request that only reads within its deadline.
///
/// # Errors
/// [`Error::Timeout`] past it, [`Error::Api`] when the API server refuses.
pub async fn deadline<T>(
    kind: &'static str,
    name: &str,
    request: impl Future<Output = Result<T, kube::Error>>,
) -> Result<T, Error> {
    match tokio::time::timeout(REQUEST_TIMEOUT, request).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(source)) => Err(Error::Api {
            kind,
            name: name.to_owned(),
            source: Box::new(source),
        }),
        Err(_) => Err(Error::Timeout {
            kind,
            name: name.to_owned(),
        }),
    }
}

/// Whether the API server answered with one of these codes.
#[must_use]
pub fn is_status(error: &kube::Error, codes: &[u16]) -> bool {
    matches!(error, kube::Error::Api(status) if codes.contains(&status.code))
}
