//! From what may have to be looked at again to what the controller is given: nothing while another process leads, all
//! objects when this one begins to. Keeps account of it, since the controller does not tell what waits in it.

use std::collections::HashSet;
use std::sync::Arc;

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender};
use futures::{StreamExt, stream};
use kube::Resource;
use kube::runtime::reflector::{ObjectRef, Store};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::leader::Standing;
use crate::progress::{Progress, Work};
use crate::watches::{Guarded, Within};

/// How many triggers are looked at together: many are about the same object, or about all of them.
const TOGETHER: usize = 1024;

/// What comes in.
pub struct Incoming {
    /// One object.
    pub one: UnboundedReceiver<ObjectRef<Guarded>>,
    /// All objects, or those of one namespace.
    pub many: UnboundedReceiver<Within>,
}

#[derive(PartialEq, Eq, Hash)]
enum Trigger {
    One(ObjectRef<Guarded>),
    Many(Within),
}

/// Passes triggers on to `queue` for as long as it is polled, once `standing` leads.
pub async fn pass_on(
    incoming: Incoming,
    objects: Store<Guarded>,
    progress: Arc<Progress>,
    mut standing: watch::Receiver<Standing>,
    queue: UnboundedSender<ObjectRef<Guarded>>,
) {
    let pass = |object: ObjectRef<Guarded>| {
        progress.due(Work::Object {
            namespace: object.namespace.clone().unwrap_or_default(),
            name: object.name.clone(),
        });
        // A closed channel means that the controller is shutting down.
        let _ = queue.unbounded_send(object);
    };
    let pass_all = |within: &Within| {
        let is_meant = |object: &Guarded| within.is_none() || object.meta().namespace.as_deref() == within.as_deref();
        for object in objects.state().into_iter().filter(|object| is_meant(object)) {
            pass(ObjectRef::from_obj(object.as_ref()));
        }
    };
    let (ones, crowds) = (incoming.one.map(Trigger::One), incoming.many.map(Trigger::Many));
    let mut triggers = stream::select(ones, crowds).ready_chunks(TOGETHER);
    loop {
        tokio::select! {
            leads = standing.wait_for(|standing| standing.leads(Instant::now())) => if leads.is_ok() { break } else { return },
            some = triggers.next() => if some.is_none() { return },
        }
    }
    pass_all(&None);
    while let Some(some) = triggers.next().await {
        let some: HashSet<_> = some.into_iter().collect();
        if some.contains(&Trigger::Many(None)) {
            pass_all(&None);
            continue;
        }
        for trigger in some {
            match trigger {
                // A child's name need not be an object's.
                Trigger::One(object) if objects.get(&object).is_some() => pass(object),
                Trigger::One(_) => {}
                Trigger::Many(within) => pass_all(&within),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

    use std::time::Duration;

    use futures::channel::mpsc;
    use kube::core::DeserializeGuard;
    use kube::runtime::{reflector, watcher};
    use serde_json::json;

    use super::*;

    /// A store with these objects.
    fn store(names: &[&str]) -> Store<Guarded> {
        let (store, mut writer) = reflector::store();
        writer.apply_watcher_event(&watcher::Event::Init);
        for name in names {
            let object = json!({"apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService", "metadata": {"name": name, "namespace": "shop"}});
            let object: DeserializeGuard<_> = serde_json::from_value(object).unwrap();
            writer.apply_watcher_event(&watcher::Event::InitApply(object));
        }
        writer.apply_watcher_event(&watcher::Event::InitDone);
        store
    }

    fn named(name: &str) -> ObjectRef<Guarded> {
        ObjectRef::new(name).within("shop")
    }

    fn names(queue: &mut UnboundedReceiver<ObjectRef<Guarded>>) -> Vec<String> {
        let mut names = Vec::new();
        while let Ok(object) = queue.try_recv() {
            names.push(object.name);
        }
        names.sort();
        names
    }

    #[tokio::test(start_paused = true)]
    async fn a_standby_passes_nothing_on_and_the_leader_begins_with_all() {
        let (one, touched) = mpsc::unbounded();
        let (many, crowds) = mpsc::unbounded();
        let (standing, seen) = watch::channel(Standing::Standby);
        let (queue, mut passed) = mpsc::unbounded();
        let progress = Arc::new(Progress::new(Duration::from_mins(2)));
        let incoming = Incoming {
            one: touched,
            many: crowds,
        };
        tokio::spawn(pass_on(
            incoming,
            store(&["orders", "stock"]),
            Arc::clone(&progress),
            seen,
            queue,
        ));
        let settle = || tokio::time::sleep(Duration::from_millis(1));

        one.unbounded_send(named("orders")).unwrap();
        many.unbounded_send(None).unwrap();
        settle().await;
        assert_eq!((names(&mut passed), progress.waiting()), (Vec::new(), 0));

        standing.send_replace(Standing::Unopposed);
        settle().await;
        assert_eq!(names(&mut passed), ["orders", "stock"]);
        assert_eq!(progress.waiting(), 2);

        for object in ["stock", "a stranger's", "stock"] {
            one.unbounded_send(named(object)).unwrap();
        }
        settle().await;
        assert_eq!(names(&mut passed), ["stock"]);

        one.unbounded_send(named("stock")).unwrap();
        many.unbounded_send(None).unwrap();
        many.unbounded_send(None).unwrap();
        settle().await;
        assert_eq!(
            names(&mut passed),
            ["orders", "stock"],
            "once, however many asked for all"
        );

        many.unbounded_send(Some("elsewhere".into())).unwrap();
        settle().await;
        assert_eq!(names(&mut passed), Vec::<String>::new());
        many.unbounded_send(Some("shop".into())).unwrap();
        settle().await;
        assert_eq!(names(&mut passed), ["orders", "stock"]);
    }
}
