//! What is kept of the objects that a watch tells of, under their namespaces and names: a fraction of each object, or ten thousand of
//! them would be a hundred megabytes. Knows no kind; decides nothing.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use kube::runtime::watcher::Event;
use kube::{Resource, ResourceExt};
use tokio::sync::watch;

/// By namespace, then by name: most objects share their namespace with others.
type Kept<V> = HashMap<Box<str>, HashMap<Box<str>, Arc<V>>>;

/// What is kept of all objects of a kind. Clones show the same.
#[derive(Debug)]
pub struct Cache<V> {
    kept: Arc<RwLock<Kept<V>>>,
    filled: watch::Receiver<bool>,
}

/// Keeps a cache true to a watch.
#[derive(Debug)]
pub struct Follower<V> {
    kept: Arc<RwLock<Kept<V>>>,
    listing: Kept<V>,
    filled: watch::Sender<bool>,
}

/// A cache that holds nothing yet, and what fills it.
#[must_use]
pub fn cache<V>() -> (Cache<V>, Follower<V>) {
    let (told, filled) = watch::channel(false);
    let kept = Arc::default();
    let cache = Cache {
        kept: Arc::clone(&kept),
        filled,
    };
    let follower = Follower {
        kept,
        listing: Kept::new(),
        filled: told,
    };
    (cache, follower)
}

impl<V> Clone for Cache<V> {
    fn clone(&self) -> Self {
        Self {
            kept: Arc::clone(&self.kept),
            filled: self.filled.clone(),
        }
    }
}

impl<V> Cache<V> {
    /// What is kept of this object, if it is there; of one without a namespace under the empty one.
    #[must_use]
    pub fn get(&self, namespace: &str, name: &str) -> Option<Arc<V>> {
        self.read().get(namespace)?.get(name).cloned()
    }

    /// What is kept of the objects of a namespace and `chosen`, in the order of their names.
    #[must_use]
    pub fn all_in(&self, namespace: &str, chosen: impl Fn(&V) -> bool) -> Vec<(Box<str>, Arc<V>)> {
        let kept = self.read();
        let objects = kept.get(namespace).into_iter().flatten();
        let objects = objects.filter(|(_, object)| chosen(object));
        let mut all: Vec<_> = objects
            .map(|(name, object)| (name.clone(), Arc::clone(object)))
            .collect();
        drop(kept);
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all
    }

    /// What is kept of all objects, in the order of their namespaces and names.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<V>> {
        let kept = self.read();
        let objects = kept.iter().flat_map(|(namespace, objects)| {
            let place = move |(name, object)| ((namespace, name), Arc::clone(object));
            objects.iter().map(place)
        });
        let mut all: Vec<_> = objects.collect();
        all.sort_by_key(|(place, _)| *place);
        all.into_iter().map(|(_, object)| object).collect()
    }

    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.read().values().map(HashMap::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits for the first whole list: before that, absence means nothing.
    ///
    /// # Errors
    /// When the watch has ended.
    pub async fn is_filled(&self) -> Result<(), watch::error::RecvError> {
        self.filled.clone().wait_for(|filled| *filled).await.map(drop)
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept<V>> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V: PartialEq> Follower<V> {
    /// Follows what a watch tells; `keep` takes of an object what is to be kept. Whether the cache shows something else than before:
    /// most changes of an object are of what is not kept.
    pub fn take<K: Resource>(&mut self, event: &Event<K>, keep: impl Fn(&K) -> V) -> bool {
        match event {
            Event::Init => {
                self.listing.clear();
                false
            }
            Event::InitApply(object) => {
                insert(&mut self.listing, object, keep(object));
                false
            }
            Event::InitDone => {
                let listed = std::mem::take(&mut self.listing);
                *self.kept.write().unwrap_or_else(PoisonError::into_inner) = listed;
                self.filled.send_replace(true);
                true
            }
            Event::Apply(object) => {
                let kept = keep(object);
                let mut all = self.kept.write().unwrap_or_else(PoisonError::into_inner);
                insert(&mut all, object, kept)
            }
            Event::Delete(object) => {
                let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
                let namespace = object.namespace().unwrap_or_default();
                let Some(others) = kept.get_mut(namespace.as_str()) else {
                    return false;
                };
                let was_there = others.remove(object.name_any().as_str()).is_some();
                if others.is_empty() {
                    kept.remove(namespace.as_str());
                }
                was_there
            }
        }
    }
}

/// Whether what was kept of the object until now was another value, or none.
fn insert<K: Resource, V: PartialEq>(kept: &mut Kept<V>, object: &K, value: V) -> bool {
    let namespace = object.namespace().unwrap_or_default();
    let others = kept.entry(namespace.into_boxed_str()).or_default();
    let (name, value) = (object.name_any().into_boxed_str(), Arc::new(value));
    let before = others.insert(name, Arc::clone(&value));
    before.is_none_or(|before| before != value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

    use k8s_openapi::api::core::v1::ConfigMap;

    use super::*;

    fn object(namespace: &str, name: &str, uid: &str) -> ConfigMap {
        let mut object = ConfigMap::default();
        object.metadata.namespace = Some(namespace.to_owned());
        object.metadata.name = Some(name.to_owned());
        object.metadata.uid = Some(uid.to_owned());
        object
    }

    /// A cache that these were told to.
    fn after(events: Vec<Event<ConfigMap>>) -> Cache<String> {
        let (cache, mut follower) = cache();
        for event in events {
            follower.take(&event, uid);
        }
        cache
    }

    fn uid(object: &ConfigMap) -> String {
        object.uid().unwrap()
    }

    fn names(cache: &Cache<String>, namespace: &str) -> Vec<String> {
        let all = cache.all_in(namespace, |_| true);
        all.into_iter().map(|(name, uid)| format!("{name} {uid}")).collect()
    }

    #[test]
    fn a_list_is_shown_once_it_is_whole_and_replaces_what_was_there() {
        let before = [Event::Init, Event::InitApply(object("a", "x", "1")), Event::InitDone];
        let half = [Event::Init, Event::InitApply(object("a", "y", "2"))];
        let listing: Vec<_> = before.iter().chain(&half).cloned().collect();
        assert_eq!(names(&after(listing.clone()), "a"), ["x 1"]);
        let whole = listing.into_iter().chain([Event::InitDone]).collect();
        assert_eq!(names(&after(whole), "a"), ["y 2"]);
        // A list that broke off counts for nothing.
        let again = [Event::Init, Event::InitApply(object("a", "z", "3")), Event::InitDone];
        assert_eq!(names(&after(half.into_iter().chain(again).collect()), "a"), ["z 3"]);
    }

    #[test]
    fn objects_are_told_apart_by_namespace_and_name() {
        let cache = after(vec![
            Event::Apply(object("a", "y", "1")),
            Event::Apply(object("b", "y", "2")),
            Event::Apply(object("a", "x", "3")),
            Event::Apply(object("a", "y", "4")),
            Event::Delete(object("b", "y", "2")),
            Event::Delete(object("c", "y", "5")),
        ]);
        assert_eq!(
            (names(&cache, "a"), names(&cache, "b")),
            (vec!["x 3".to_owned(), "y 4".to_owned()], vec![])
        );
        assert_eq!(cache.len(), 2);
        assert_eq!(cache.get("a", "y").as_deref().map(String::as_str), Some("4"));
        assert_eq!(cache.get("b", "y"), None);
        assert_eq!(cache.all_in("a", |uid| uid == "4").len(), 1);
    }

    #[test]
    fn only_what_shows_is_news() {
        let (_cache, mut follower) = cache();
        for (event, is_news) in [
            (Event::Init, false),
            (Event::InitApply(object("a", "x", "1")), false),
            (Event::InitDone, true),
            (Event::Apply(object("a", "x", "1")), false),
            (Event::Apply(object("a", "x", "2")), true),
            (Event::Apply(object("a", "y", "3")), true),
            (Event::Delete(object("a", "z", "4")), false),
            (Event::Delete(object("a", "x", "2")), true),
            (Event::Delete(object("b", "x", "2")), false),
        ] {
            assert_eq!(follower.take(&event, uid), is_news, "{event:?}");
        }
    }

    #[tokio::test]
    async fn it_is_filled_with_the_first_list() {
        let (cache, mut follower) = cache::<()>();
        follower.take(&Event::Init, |_: &ConfigMap| ());
        let waiting = cache.clone();
        let waiting = tokio::spawn(async move { waiting.is_filled().await.is_ok() });
        follower.take(&Event::InitDone, |_: &ConfigMap| ());
        assert!(waiting.await.unwrap());
    }
}
