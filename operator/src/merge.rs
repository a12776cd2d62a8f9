//! Several watches of one kind, one for each namespace, as one. Pure but for what carries it: what a watch says of its own
//! start over is turned into what it means for the whole.

use std::collections::HashMap;
use std::fmt::Debug;

use futures::{Stream, StreamExt, stream};
use kube::runtime::watcher::{self, Event};
use kube::runtime::{WatchStreamExt, watcher as watch};
use kube::{Api, Resource, ResourceExt};
use serde::de::DeserializeOwned;

/// The events of all `places` together. One place is watched as it is; each backs off on its own.
pub fn watch_all<K>(
    places: Vec<Api<K>>,
    config: watcher::Config,
) -> impl Stream<Item = Result<Event<K>, watcher::Error>> + Send
where
    K: Resource + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let count = places.len();
    let each = places.into_iter().enumerate().map(move |(place, api)| {
        let events = watch(api, config.clone()).default_backoff();
        events.map(move |event| (place, event)).boxed()
    });
    let mut merger = Merger::new(count);
    stream::select_all(each)
        .map(move |(place, event)| {
            let told = match event {
                Ok(event) if count == 1 => vec![Ok(event)],
                Ok(event) => merger.take(place, event).into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            };
            stream::iter(told)
        })
        .flatten()
}

/// What was seen of each place.
struct Merger<K> {
    places: Vec<Place<K>>,
    is_complete: bool,
}

struct Place<K> {
    /// What is there, by namespace and name.
    known: HashMap<(Option<String>, String), K>,
    /// What a list that is under way has brought.
    listing: Option<HashMap<(Option<String>, String), K>>,
    was_listed: bool,
}

impl<K: Resource + Clone> Merger<K> {
    fn new(count: usize) -> Self {
        let place = || Place {
            known: HashMap::new(),
            listing: None,
            was_listed: false,
        };
        Self {
            places: (0..count).map(|_| place()).collect(),
            is_complete: false,
        }
    }

    /// What an event of one place means for the whole.
    fn take(&mut self, place: usize, event: Event<K>) -> Vec<Event<K>> {
        let key = |object: &K| (object.namespace(), object.name_any());
        let Some(mine) = self.places.get_mut(place) else {
            return vec![];
        };
        match event {
            Event::Apply(object) => {
                mine.known.insert(key(&object), object.clone());
                if self.is_complete {
                    vec![Event::Apply(object)]
                } else {
                    vec![]
                }
            }
            Event::Delete(object) => {
                mine.known.remove(&key(&object));
                if self.is_complete {
                    vec![Event::Delete(object)]
                } else {
                    vec![]
                }
            }
            Event::Init => {
                mine.listing = Some(HashMap::new());
                vec![]
            }
            Event::InitApply(object) => {
                mine.listing.get_or_insert_default().insert(key(&object), object);
                vec![]
            }
            Event::InitDone => {
                let listed = mine.listing.take().unwrap_or_default();
                let before = std::mem::replace(&mut mine.known, listed);
                mine.was_listed = true;
                self.listed(place, before)
            }
        }
    }

    /// A place has been listed: the first time that all have been, everything is told at once; later what differs.
    fn listed(&mut self, place: usize, before: HashMap<(Option<String>, String), K>) -> Vec<Event<K>> {
        if !self.is_complete {
            self.is_complete = self.places.iter().all(|place| place.was_listed);
            if !self.is_complete {
                return vec![];
            }
            let all = self.places.iter().flat_map(|place| place.known.values().cloned());
            let all = all.map(Event::InitApply);
            return [Event::Init].into_iter().chain(all).chain([Event::InitDone]).collect();
        }
        let Some(mine) = self.places.get(place) else {
            return vec![];
        };
        let gone = before.into_iter().filter(|(key, _)| !mine.known.contains_key(key));
        let gone = gone.map(|(_, object)| Event::Delete(object));
        gone.chain(mine.known.values().cloned().map(Event::Apply)).collect()
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::ConfigMap;
    use kube::core::ObjectMeta;

    use super::*;

    fn object(namespace: &str, name: &str) -> ConfigMap {
        ConfigMap {
            metadata: ObjectMeta {
                namespace: Some(namespace.to_owned()),
                name: Some(name.to_owned()),
                ..ObjectMeta::default()
            },
            ..ConfigMap::default()
        }
    }

    fn words(events: &[Event<ConfigMap>]) -> Vec<String> {
        let of = |word: &str, one: &ConfigMap| format!("{word} {}/{}", one.namespace().unwrap(), one.name_any());
        let mut words: Vec<_> = events
            .iter()
            .map(|event| match event {
                Event::Init => "init".to_owned(),
                Event::InitDone => "done".to_owned(),
                Event::InitApply(one) => of("listed", one),
                Event::Apply(one) => of("applied", one),
                Event::Delete(one) => of("deleted", one),
            })
            .collect();
        if words.first().is_none_or(|word| word != "init") {
            words.sort();
        }
        words
    }

    fn list(merger: &mut Merger<ConfigMap>, place: usize, objects: &[ConfigMap]) -> Vec<Event<ConfigMap>> {
        let mut all = merger.take(place, Event::Init);
        for object in objects {
            all.extend(merger.take(place, Event::InitApply(object.clone())));
        }
        all.extend(merger.take(place, Event::InitDone));
        all
    }

    #[test]
    fn nothing_is_told_before_every_place_was_listed() {
        let mut merger = Merger::new(2);
        assert!(list(&mut merger, 0, &[object("a", "x")]).is_empty());
        assert!(merger.take(0, Event::Apply(object("a", "y"))).is_empty());
        assert!(merger.take(0, Event::Delete(object("a", "x"))).is_empty());
        let told = list(&mut merger, 1, &[object("b", "x")]);
        assert_eq!(words(&told), ["init", "listed a/y", "listed b/x", "done"]);
    }

    #[test]
    fn a_place_that_starts_over_touches_no_other() {
        let mut merger = Merger::new(2);
        list(&mut merger, 0, &[object("a", "x"), object("a", "y")]);
        list(&mut merger, 1, &[object("b", "x")]);
        assert_eq!(words(&merger.take(1, Event::Apply(object("b", "z")))), ["applied b/z"]);
        let again = list(&mut merger, 0, &[object("a", "y"), object("a", "z")]);
        assert_eq!(words(&again), ["applied a/y", "applied a/z", "deleted a/x"]);
    }

    #[test]
    fn a_list_that_broke_off_counts_for_nothing() {
        let mut merger = Merger::new(2);
        list(&mut merger, 0, &[object("a", "x")]);
        list(&mut merger, 1, &[]);
        merger.take(0, Event::Init);
        merger.take(0, Event::InitApply(object("a", "y")));
        assert_eq!(words(&list(&mut merger, 0, &[object("a", "x")])), ["applied a/x"]);
    }
}
