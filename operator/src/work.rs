//! All that writes while this process leads: the reconciles of the objects, the shared cAdvisor, and the Events about both.
//! Decides nothing.

use std::sync::Arc;

use futures::channel::mpsc::UnboundedReceiver;
use futures::{StreamExt, stream};
use kube::runtime::controller::{Action, Config, Controller, Error as RunError};
use kube::runtime::reflector::ObjectRef;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::context::Context;
use crate::converge;
use crate::error::Error;
use crate::events::Told;
use crate::progress::Work;
use crate::reconcile::{reconcile, retry};
use crate::scrape::View;
use crate::shared::CadvisorSettings;
use crate::watches::Guarded;

/// How many objects are worked on at once.
const CONCURRENCY: u16 = 8;

/// What comes in to be done.
pub struct Tasks {
    /// Objects to look at.
    pub queued: UnboundedReceiver<ObjectRef<Guarded>>,
    /// Events to send.
    pub told: Told,
}

/// From the moment this process leads until `shutdown` resolves and what is under way has ended.
pub async fn run(
    cadvisor: CadvisorSettings,
    view: View,
    tasks: Tasks,
    shutdown: impl Future<Output = ()> + Clone + Send + Sync + 'static,
) {
    let View {
        context, mut standing, ..
    } = view;
    tokio::select! {
        leads = standing.wait_for(|standing| standing.leads(Instant::now())) => if leads.is_err() { return },
        () = shutdown.clone() => return,
    }
    context.triggers.shared.notify_one();
    let Tasks { queued, told } = tasks;
    let (ended, is_over) = oneshot::channel();
    let working = async {
        let converging = converge::run(Arc::clone(&context), cadvisor, shutdown.clone());
        tokio::join!(converging, control(Arc::clone(&context), queued, shutdown));
        drop::<oneshot::Sender<()>>(ended);
    };
    tokio::join!(working, told.send(&context.gate, is_over));
}

async fn control(
    context: Arc<Context>,
    queued: UnboundedReceiver<ObjectRef<Guarded>>,
    shutdown: impl Future<Output = ()> + Send + Sync + 'static,
) {
    let progress = Arc::clone(&context.progress);
    // The objects come with all others' triggers: the store is followed also while nothing is written.
    Controller::for_stream(stream::pending(), context.objects.clone())
        .with_config(Config::default().concurrency(CONCURRENCY))
        .reconcile_on(queued)
        .graceful_shutdown_on(shutdown)
        .run(watched, retry, context)
        .for_each(|ended| {
            if let Err(RunError::ObjectNotFound(object)) = ended {
                progress.forget(&Work::Object {
                    namespace: object.namespace.unwrap_or_default(),
                    name: object.name,
                });
            }
            std::future::ready(())
        })
        .await;
}

/// One reconcile, timed and counted.
async fn watched(object: Arc<Guarded>, context: Arc<Context>) -> Result<Action, Error> {
    let (work, begun) = (Work::on(&object), Instant::now());
    context.progress.begin(work.clone());
    let outcome = Box::pin(reconcile(object, Arc::clone(&context))).await;
    context.progress.end(&work);
    context
        .metrics
        .reconciled(begun.elapsed(), outcome.as_ref().err().map(Error::reason));
    outcome
}
