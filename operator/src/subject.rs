//! What one watch is about: a kind, where, which of its objects, and what is kept of each. Starts nothing.
//!
//! All are read as one of two types: code for reading each kind as a type of its own would be most of the program's memory.

use kube::api::{ApiResource, DynamicObject};
use kube::core::{DynamicResourceScope, PartialObjectMeta};
use kube::runtime::watcher;
use kube::{Api, Client, Resource};
use serde::Deserialize;

use crate::names;
use crate::seen::Seen;

/// An object of any kind of which metadata alone is asked for.
pub type Metadata = PartialObjectMeta<DynamicObject>;

/// The namespaces that are looked at; `None` stands for all.
pub type Places = [Option<String>];

/// What one watch is about. `A` is how its objects are read, `V` what is kept of them.
#[derive(Clone)]
pub struct Subject<A, V> {
    /// The kind.
    pub resource: ApiResource,
    /// Where.
    pub places: Vec<Api<A>>,
    /// Which.
    pub config: watcher::Config,
    /// What is kept of each.
    pub keep: fn(&A) -> V,
    /// Whom a change concerns.
    pub concerns: Concerns,
}

/// Whom a change of an object concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concerns {
    /// The `WebhookService` that it names by its labels or its own name.
    Namesake,
    /// Those of the namespace that it is.
    Within,
    /// Every one.
    All,
}

impl<A, V> Subject<A, V>
where
    A: Resource<DynamicType = ApiResource, Scope = DynamicResourceScope>,
{
    /// All objects of the kind `K` in these places.
    #[must_use]
    pub fn of<K: Resource<DynamicType = ()>>(client: &Client, places: &Places, keep: fn(&A) -> V) -> Self {
        let resource = ApiResource::erase::<K>(&());
        let place = |namespace: &Option<String>| match namespace {
            Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
            None => Api::all_with(client.clone(), &resource),
        };
        Self {
            places: places.iter().map(place).collect(),
            resource,
            config: config(),
            keep,
            concerns: Concerns::Namesake,
        }
    }

    /// A change of one concerns these.
    #[must_use]
    pub fn concerning(mut self, concerns: Concerns) -> Self {
        self.concerns = concerns;
        self
    }

    /// Those with these labels alone.
    #[must_use]
    pub fn labelled(mut self, selector: &str) -> Self {
        self.config = self.config.labels(selector);
        self
    }

    /// Those with these fields alone.
    #[must_use]
    pub fn with_fields(mut self, selector: &str) -> Self {
        self.config = self.config.fields(selector);
        self
    }
}

/// How long a watch lives, in seconds. One that lives longer may hang unnoticed behind a dead connection.
const WATCH: u32 = 50;

/// How many objects are listed at once. A page is held as a whole, and what it took of memory stays the process's.
const PAGE: u32 = 100;

/// The settings of every watch.
#[must_use]
pub fn config() -> watcher::Config {
    watcher::Config::default().timeout(WATCH).page_size(PAGE)
}

/// All objects of a kind, as children of ours or what stands in their way.
#[must_use]
pub fn any<K: Resource<DynamicType = ()>>(client: &Client, places: &Places) -> Subject<Metadata, Seen> {
    Subject::of::<K>(client, places, |object| Seen::of(&object.metadata))
}

/// Our objects of a kind, of which more is kept.
#[must_use]
pub fn ours<K: Resource<DynamicType = ()>, V>(
    client: &Client,
    places: &Places,
    keep: fn(&DynamicObject) -> V,
) -> Subject<DynamicObject, V> {
    Subject::of::<K>(client, places, keep).labelled(&names::managed_selector())
}

/// The status of an object, empty where it has none or one that cannot be read.
#[must_use]
pub fn status<S: for<'a> Deserialize<'a> + Default>(object: &DynamicObject) -> S {
    object
        .data
        .get("status")
        .and_then(|status| S::deserialize(status).ok())
        .unwrap_or_default()
}
