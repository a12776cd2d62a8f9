//! Wires the watches, the reconciler and the shared objects together. Decides nothing.

use std::sync::Arc;

use futures::channel::mpsc;
use futures::{FutureExt, StreamExt};
use kube::runtime::controller::{Config, Controller};
use kube::runtime::events::{Recorder, Reporter};
use kube::runtime::reflector::{self, ObjectRef};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Resource};
use tokio::sync::{Notify, watch};

use crate::apply::Applier;
use crate::context::Context;
use crate::converge;
use crate::error::root_cause;
use crate::names;
use crate::reconcile::{reconcile, retry};
use crate::shared::CadvisorSettings;
use crate::watches::{Guarded, Triggers, Watches, config};

/// How many objects are worked on at once.
const CONCURRENCY: u16 = 8;

/// What the operator is told at its start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The image of objects that name none.
    pub receiver_image: String,
    /// The shared cAdvisor.
    pub cadvisor: CadvisorSettings,
    /// Who writes the Events: the operator's pod.
    pub instance: Option<String>,
}

/// Runs until `shutdown` resolves, then finishes what is under way. `filled` turns true once all caches are filled.
pub async fn run(
    client: Client,
    settings: Settings,
    filled: watch::Sender<bool>,
    shutdown: impl Future<Output = ()> + Send + Sync + 'static,
) {
    let (one, touched) = mpsc::unbounded();
    let (all, everything) = mpsc::unbounded();
    let triggers = Triggers {
        one,
        all,
        shared: Arc::new(Notify::new()),
    };
    let watches = Watches::start(&client, &settings.cadvisor.namespace, &triggers);
    let (objects, writer) = reflector::store();
    let context = Arc::new(Context {
        client: client.clone(),
        applier: Applier::new(client.clone()),
        watches: watches.clone(),
        objects: objects.clone(),
        triggers: triggers.clone(),
        shared_failure: std::sync::Mutex::default(),
        clashing: std::sync::Mutex::default(),
        recorder: Recorder::new(
            client.clone(),
            Reporter {
                controller: names::MANAGER.to_owned(),
                instance: settings.instance,
            },
        ),
        receiver_image: settings.receiver_image,
        cadvisor_namespace: settings.cadvisor.namespace.clone(),
        written: std::sync::Mutex::default(),
        failures: std::sync::Mutex::default(),
    });
    let is_filled = filled.subscribe();
    let stream = object_stream(
        &client,
        writer,
        filled,
        Arc::clone(&triggers.shared),
        Arc::clone(&context),
    );
    let known = objects.clone();
    // Nothing is written before every cache is filled: until then a stranger's object looks like none.
    let shutdown = shutdown.shared();
    tokio::select! {
        synced = watches.synced() => if synced.is_err() { return },
        () = shutdown.clone() => return,
    }
    tokio::spawn(converge::run(
        Arc::clone(&context),
        settings.cadvisor,
        objects.clone(),
        triggers.shared,
        is_filled,
    ));
    Controller::for_stream(stream, objects)
        .with_config(Config::default().concurrency(CONCURRENCY))
        .reconcile_on(touched.filter(move |object| std::future::ready(known.get(object).is_some())))
        .reconcile_all_on(everything)
        .graceful_shutdown_on(shutdown)
        .run(|object, context| reconcile(object, context).boxed(), retry, context)
        .for_each(|_| std::future::ready(()))
        .await;
}

/// The objects, with the store filled on the way and the shared objects told of every change, deletions too.
fn object_stream(
    client: &Client,
    writer: reflector::store::Writer<Guarded>,
    filled: watch::Sender<bool>,
    shared: Arc<Notify>,
    context: Arc<Context>,
) -> impl futures::Stream<Item = Result<Guarded, watcher::Error>> + Send + 'static {
    watcher(Api::<Guarded>::all(client.clone()), config())
        .default_backoff()
        .reflect(writer)
        .inspect(move |event| match event {
            Ok(watcher::Event::Delete(object)) => {
                forget(&context, object);
                tell_clashing(&context);
                shared.notify_one();
            }
            Ok(watcher::Event::Apply(_)) => {
                tell_clashing(&context);
                shared.notify_one();
            }
            Ok(watcher::Event::InitDone) => {
                if !filled.send_replace(true) {
                    tracing::info!("caches are filled");
                }
                shared.notify_one();
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(kind = "WebhookService", %error, cause = root_cause(error), "watch failed, trying again");
            }
        })
        .applied_objects()
        // An error has been told and backed off; passed on it would slow the other triggers.
        .filter(|object| std::future::ready(object.is_ok()))
}

/// Any change of any object may set free what these wait for.
fn tell_clashing(context: &Context) {
    let clashing = context
        .clashing
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    for one in clashing.iter() {
        let _ = context.triggers.one.unbounded_send(one.clone());
    }
}

fn forget(context: &Context, object: &Guarded) {
    use std::sync::PoisonError;
    let meta = object.meta();
    context.applier.forget(
        meta.namespace.as_deref().unwrap_or_default(),
        meta.name.as_deref().unwrap_or_default(),
    );
    let mine = ObjectRef::from_obj(object);
    context
        .clashing
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&mine);
    let uid = meta.uid.clone().unwrap_or_default();
    context
        .written
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&uid);
    context
        .failures
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&uid);
}
