//! What was sent of each object's children: by this process, and by those before it as far as the object's status records.
//! From that alone it is known what need not be sent again. Pure; sends nothing itself.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::fingerprint::{Fingerprint, digest};
use crate::seen::Seen;

/// For how long after a write a child that was never seen is taken for one that the watch has yet to tell of.
const LAG: Duration = Duration::from_secs(2);

/// The last write of one child: what was wanted, and how the child looked before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sent {
    wanted: u64,
    before: Option<Fingerprint>,
    after: Fingerprint,
    generation: i64,
    at: Instant,
    /// Whether the watch has told of it.
    is_shown: bool,
}

impl Sent {
    fn record(&self) -> String {
        digest(self.wanted, &self.after)
    }
}

/// Namespace and name of an object, which its children share.
type Owner = (String, String);

/// The last writes of all objects' children, by kind.
#[derive(Debug, Default)]
pub struct Memory(Mutex<HashMap<Owner, BTreeMap<&'static str, Sent>>>);

/// A child, by what it is known.
#[derive(Clone, Copy, Debug)]
pub struct Child<'a> {
    /// Its kind.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name, and its object's.
    pub name: &'a str,
}

impl Child<'_> {
    fn owner(&self) -> Owner {
        (self.namespace.to_owned(), self.name.to_owned())
    }
}

impl Memory {
    /// Whether the child is as `wanted` (a hash of it) already, if it still is as it was `seen`. What this process has not sent,
    /// another one may have: `recorded` is what it left in the object's status.
    #[must_use]
    pub fn is_sent(&self, child: Child<'_>, wanted: u64, seen: Option<&Seen>, recorded: Option<&str>) -> bool {
        // Absence is never taken for a watch that has not seen our write yet: the child may be deleted.
        let Some(seen) = seen else { return false };
        let mut all = self.locked();
        let children = all.entry(child.owner()).or_default();
        if let Some(sent) = children.get_mut(child.kind) {
            sent.is_shown |= seen.looks == sent.after;
            // `before`: the watch has not seen our write yet.
            return sent.wanted == wanted && (seen.looks == sent.after || Some(&seen.looks) == sent.before.as_ref());
        }
        let earlier = Sent {
            wanted,
            before: None,
            after: seen.looks,
            generation: seen.generation,
            at: Instant::now(),
            is_shown: true,
        };
        let is_recorded = recorded.is_some_and(|recorded| recorded == earlier.record());
        if is_recorded {
            children.insert(child.kind, earlier);
        }
        is_recorded
    }

    /// Remembers a write: the child was as `before`, and is as `after` now.
    pub fn remember(&self, child: Child<'_>, wanted: u64, before: Option<&Seen>, after: &Seen) {
        let sent = Sent {
            wanted,
            before: before.map(|before| before.looks),
            after: after.looks,
            generation: after.generation,
            at: Instant::now(),
            is_shown: false,
        };
        self.locked().entry(child.owner()).or_default().insert(child.kind, sent);
    }

    /// Drops what is remembered of a child.
    pub fn forget_child(&self, child: Child<'_>) {
        if let Some(children) = self.locked().get_mut(&child.owner()) {
            children.remove(child.kind);
        }
    }

    /// Drops what is remembered of an object's children.
    pub fn forget(&self, namespace: &str, name: &str) {
        self.locked().remove(&(namespace.to_owned(), name.to_owned()));
    }

    /// The generation that the last write made, 0 where none is known.
    #[must_use]
    pub fn generation(&self, child: Child<'_>) -> i64 {
        self.of(child, |sent| sent.generation).unwrap_or_default()
    }

    /// Whether such a child was sent.
    #[must_use]
    pub fn has_sent(&self, child: Child<'_>) -> bool {
        self.of(child, |_| ()).is_some()
    }

    /// Whether the watch may only have yet to tell of a child that was just made.
    #[must_use]
    pub fn may_lag(&self, child: Child<'_>) -> bool {
        let is_new = |sent: &Sent| sent.before.is_none() && !sent.is_shown && sent.at.elapsed() < LAG;
        self.of(child, is_new).unwrap_or_default()
    }

    /// What the object's status is to say of all that, for the process that comes next: by kind, what was wanted and how the
    /// child looked then, as one number.
    #[must_use]
    pub fn records(&self, namespace: &str, name: &str) -> BTreeMap<String, String> {
        let all = self.locked();
        let children = all.get(&(namespace.to_owned(), name.to_owned()));
        let records = children.into_iter().flatten();
        records
            .map(|(kind, sent)| ((*kind).to_owned(), sent.record()))
            .collect()
    }

    fn of<T>(&self, child: Child<'_>, read: impl FnOnce(&Sent) -> T) -> Option<T> {
        let all = self.locked();
        let sent = all.get(&child.owner())?.get(child.kind)?;
        Some(read(sent))
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Owner, BTreeMap<&'static str, Sent>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

    use super::*;

    const CHILD: Child<'_> = Child {
        kind: "Deployment",
        namespace: "shop",
        name: "orders",
    };

    fn looks(uid: &str, generation: i64) -> Seen {
        Seen::of(&ObjectMeta {
            uid: Some(uid.to_owned()),
            generation: Some(generation),
            ..ObjectMeta::default()
        })
    }

    /// Whether a process that remembers nothing takes the child for sent by the one that left these records.
    fn is_recalled(records: &BTreeMap<String, String>, wanted: u64, seen: Option<&Seen>) -> bool {
        let recorded = records.get(CHILD.kind).map(String::as_str);
        Memory::default().is_sent(CHILD, wanted, seen, recorded)
    }

    #[test]
    fn what_was_sent_is_sent_again_once_it_is_another_or_looks_otherwise() {
        let memory = Memory::default();
        let (first, second) = (looks("u-1", 1), looks("u-1", 2));
        memory.remember(CHILD, 7, Some(&first), &second);
        for (wanted, seen, is_sent) in [
            (7, Some(&second), true),
            (7, Some(&first), true),
            (8, Some(&second), false),
            (7, Some(&looks("u-1", 3)), false),
            (7, None, false),
        ] {
            assert_eq!(memory.is_sent(CHILD, wanted, seen, None), is_sent, "{wanted} {seen:?}");
        }
    }

    #[test]
    fn the_next_process_sends_only_what_changed_meanwhile() {
        let memory = Memory::default();
        let there = looks("u-1", 2);
        memory.remember(CHILD, 7, None, &there);
        let records = memory.records("shop", "orders");
        assert!(is_recalled(&records, 7, Some(&there)));
        assert!(!is_recalled(&records, 8, Some(&there)), "another is wanted");
        assert!(!is_recalled(&records, 7, Some(&looks("u-1", 3))), "it was changed");
        assert!(!is_recalled(&records, 7, Some(&looks("u-2", 2))), "it was made anew");
        assert!(!is_recalled(&records, 7, None), "it is gone");
        assert!(!is_recalled(&BTreeMap::new(), 7, Some(&there)), "nothing was recorded");
    }

    #[test]
    fn what_was_recalled_counts_as_sent() {
        let memory = Memory::default();
        let there = looks("u-1", 2);
        memory.remember(CHILD, 7, None, &there);
        let records = memory.records("shop", "orders");
        let next = Memory::default();
        assert!(next.is_sent(CHILD, 7, Some(&there), records.get(CHILD.kind).map(String::as_str)));
        assert!(next.has_sent(CHILD));
        assert_eq!(next.generation(CHILD), 2);
        assert_eq!(next.records("shop", "orders"), records);
        // A record is no judge of what this process knows better.
        assert!(!next.is_sent(
            CHILD,
            7,
            Some(&looks("u-1", 3)),
            records.get(CHILD.kind).map(String::as_str)
        ));
    }

    #[tokio::test(start_paused = true)]
    async fn a_child_that_was_made_and_never_seen_is_waited_for_but_not_for_ever() {
        let memory = Memory::default();
        let made = looks("u-1", 1);
        assert!(!memory.may_lag(CHILD));
        memory.remember(CHILD, 7, None, &made);
        assert!(memory.may_lag(CHILD));
        tokio::time::advance(LAG).await;
        assert!(!memory.may_lag(CHILD), "it was deleted before the watch told of it");
        memory.remember(CHILD, 7, None, &made);
        assert!(memory.is_sent(CHILD, 7, Some(&made), None));
        assert!(!memory.may_lag(CHILD), "it was seen, and is gone");
    }

    #[test]
    fn what_is_forgotten_was_never_sent() {
        let memory = Memory::default();
        memory.remember(CHILD, 7, None, &looks("u-1", 1));
        memory.forget_child(CHILD);
        assert!(!memory.has_sent(CHILD));
        memory.remember(CHILD, 7, None, &looks("u-1", 1));
        memory.forget("shop", "orders");
        assert!(memory.records("shop", "orders").is_empty());
    }
}
