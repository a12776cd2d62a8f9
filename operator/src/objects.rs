//! Follows the `WebhookServices` themselves: keeps their store filled and tells of each change, also while another
//! process leads, so that taking over needs no listing.

use std::sync::Arc;

use futures::{StreamExt, pin_mut};
use kube::Resource;
use kube::runtime::reflector::{ObjectRef, store::Writer};
use kube::runtime::{WatchStreamExt, watcher};
use tokio::sync::watch;

use crate::context::Context;
use crate::error::root_cause;
use crate::merge::watch_all;
use crate::progress::Work;
use crate::subject::config;
use crate::watches::Guarded;

/// Watches for as long as it is polled. `filled` turns true with the first whole list.
pub async fn follow(context: Arc<Context>, writer: Writer<Guarded>, filled: watch::Sender<bool>) {
    let triggers = context.triggers.clone();
    let places = context.scope.apis(&context.client);
    let chosen = config().labels(&context.scope.object_selector());
    let events = watch_all(places, chosen).modify(trim).reflect(writer);
    pin_mut!(events);
    while let Some(event) = events.next().await {
        match event {
            Ok(watcher::Event::Apply(object)) => {
                show(&context, &object);
                triggers.tell_one(ObjectRef::from_obj(&object));
                tell_clashing(&context);
                triggers.shared.notify_one();
            }
            Ok(watcher::Event::Delete(object)) => {
                forget(&context, &object);
                tell_clashing(&context);
                triggers.shared.notify_one();
            }
            Ok(watcher::Event::InitDone) => {
                filled.send_replace(true);
                triggers.tell_all();
            }
            Ok(watcher::Event::Init | watcher::Event::InitApply(_)) => {}
            Err(error) => {
                context.metrics.watch_failed("WebhookService");
                tracing::warn!(kind = "WebhookService", %error, cause = root_cause(&error), "watch failed, trying again");
            }
        }
    }
}

/// Takes out what is never read, and is as large as all the rest.
fn trim(object: &mut Guarded) {
    let meta = object.meta_mut();
    meta.managed_fields = None;
    meta.annotations = None;
}

/// Any change of any object may set free what these wait for.
fn tell_clashing(context: &Context) {
    for one in context.clashing().iter() {
        context.triggers.tell_one(one.clone());
    }
}

/// A status that was written is kept until the watch shows it, or what came after it.
fn show(context: &Context, object: &Guarded) {
    let meta = object.meta();
    let shown = meta.resource_version.as_deref().unwrap_or_default();
    if let Some(written) = context.written().get_mut(meta.uid.as_deref().unwrap_or_default()) {
        written.show(shown);
    }
}

fn forget(context: &Context, object: &Guarded) {
    let meta = object.meta();
    context.progress.forget(&Work::on(object));
    context.applier.memory.forget(
        meta.namespace.as_deref().unwrap_or_default(),
        meta.name.as_deref().unwrap_or_default(),
    );
    let uid = meta.uid.clone().unwrap_or_default();
    context.failures().remove(&uid);
    context.clashing().remove(&ObjectRef::from_obj(object));
    context.written().remove(&uid);
}
