//! Wires the watches, the election and the work together, from the start to the end. Decides nothing.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::channel::mpsc;
use kube::Client;
use kube::runtime::events::{Recorder, Reporter};
use kube::runtime::reflector;
use tokio::sync::{Notify, oneshot, watch};

use crate::apply::Applier;
use crate::context::Context;
use crate::events::Told;
use crate::gate::Gate;
use crate::leader::{Election, Lost, Standing};
use crate::metrics::Metrics;
use crate::progress::Progress;
use crate::queue::{self, Incoming};
use crate::scope::ScopeSettings;
use crate::scrape::View;
use crate::shared::CadvisorSettings;
use crate::targets::Targets;
use crate::watches::{Triggers, Watches};
use crate::work::Tasks;
use crate::{events, names, objects, work};

/// How long what is under way may take once told to stop: the kubelet kills after 30 s.
const DRAIN: Duration = Duration::from_secs(20);

/// What the operator is told at its start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The image of objects that name none.
    pub receiver_image: String,
    /// The shared cAdvisor.
    pub cadvisor: CadvisorSettings,
    /// Where it works.
    pub scope: ScopeSettings,
    /// Who writes the Events: the operator's pod.
    pub instance: Option<String>,
    /// The lease that lets one of several operators write; none where nobody else runs.
    pub lease: Option<LeaseSettings>,
    /// How long nothing may end, while something is due, before the process counts as stalled.
    pub stalled_after: Duration,
}

/// Which lease.
#[derive(Clone, Debug)]
pub struct LeaseSettings {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Why it ended without having been told to, or not well.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// Another one writes, or may.
    #[error(transparent)]
    Lost(#[from] Lost),
    /// The election's task is gone.
    #[error("the election ended: {0}")]
    Election(#[from] tokio::task::JoinError),
    /// The lease is left to expire: what is under way may still write.
    #[error("what was under way did not end within {} s", DRAIN.as_secs())]
    Unfinished,
}

/// An operator whose caches are being filled, and that writes nothing yet.
pub struct Operator {
    settings: Settings,
    view: View,
    incoming: Incoming,
    told: Told,
    standing: watch::Sender<Standing>,
}

impl Operator {
    /// Starts all watches, and to ask `prometheus`, where there is one, what it scrapes.
    #[must_use]
    pub fn start(client: &Client, prometheus: Option<Client>, settings: Settings, metrics: Metrics) -> Self {
        let (one, touched) = mpsc::unbounded();
        let (many, crowds) = mpsc::unbounded();
        let metrics = Arc::new(metrics);
        let triggers = Triggers {
            one,
            many,
            shared: Arc::new(Notify::new()),
            shared_namespace: settings.cadvisor.namespace.as_str().into(),
            metrics: Arc::clone(&metrics),
        };
        let (standing, stands) = watch::channel(Standing::Standby);
        let progress = Arc::new(Progress::new(settings.stalled_after));
        let gate = Arc::new(Gate::new(stands.clone(), Arc::clone(&metrics), Arc::clone(&progress)));
        let (objects, writer) = reflector::store();
        let reporter = Reporter {
            controller: names::MANAGER.to_owned(),
            instance: settings.instance.clone(),
        };
        let (events, told) = events::queue(Recorder::new(client.clone(), reporter));
        let context = Arc::new(Context {
            client: client.clone(),
            applier: Applier::new(client.clone(), Arc::clone(&gate)),
            gate,
            metrics,
            progress,
            watches: Watches::start(client, &settings.scope, &triggers),
            targets: Targets::default(),
            scope: settings.scope.clone(),
            objects,
            triggers: triggers.clone(),
            keeps_records: true.into(),
            shared_failure: std::sync::Mutex::default(),
            clashing: std::sync::Mutex::default(),
            events,
            receiver_image: settings.receiver_image.clone(),
            written: std::sync::Mutex::default(),
            failures: std::sync::Mutex::default(),
        });
        if let Some(prometheus) = prometheus {
            context.targets.ask(prometheus, stands.clone(), triggers);
        }
        let (listed, is_listed) = watch::channel(false);
        let (filled, is_filled) = watch::channel(false);
        tokio::spawn(objects::follow(Arc::clone(&context), writer, listed));
        tokio::spawn(fill(context.watches.clone(), is_listed, filled));
        Self {
            settings,
            view: View {
                context,
                standing: stands,
                filled: is_filled,
            },
            incoming: Incoming {
                one: touched,
                many: crowds,
            },
            told,
            standing,
        }
    }

    /// What the admin listener shows of it.
    #[must_use]
    pub fn view(&self) -> View {
        self.view.clone()
    }

    /// Works while it leads, until `shutdown` resolves; then finishes what is under way, and only then lets others lead.
    ///
    /// # Errors
    /// [`Ended`] when leadership is lost, or what is under way does not end.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send + Sync + 'static) -> Result<(), Ended> {
        let Self {
            settings,
            view,
            incoming,
            told,
            standing,
        } = self;
        let (queue, queued) = mpsc::unbounded();
        let (progress, stands) = (Arc::clone(&view.context.progress), view.standing.clone());
        // From the start: triggers that nobody takes would pile up.
        let passing = queue::pass_on(incoming, view.context.objects.clone(), progress, stands, queue);
        let leading = lead(settings, view, standing, Tasks { queued, told }, shutdown.shared());
        tokio::select! {
            ended = leading => ended,
            () = passing.then(|()| std::future::pending()) => Ok(()),
        }
    }
}

/// Stands for election once the caches are filled, and works while the lease allows it.
async fn lead(
    settings: Settings,
    view: View,
    standing: watch::Sender<Standing>,
    tasks: Tasks,
    shutdown: impl Future<Output = ()> + Clone + Send + Sync + 'static,
) -> Result<(), Ended> {
    // Nothing is written before every cache is filled: until then a stranger's object looks like none. Nor may one lead
    // that cannot work.
    let mut filled = view.filled.clone();
    tokio::select! {
        Ok(_) = filled.wait_for(|is_filled| *is_filled) => {}
        () = shutdown.clone() => return Ok(()),
    }
    let (let_go, stop) = oneshot::channel();
    let cadvisor = settings.cadvisor.clone();
    let mut election = tokio::spawn(elect(view.context.client.clone(), settings, standing, stop));
    let overdue = shutdown.clone().then(|()| tokio::time::sleep(DRAIN));
    tokio::select! {
        ended = &mut election => return Ok(ended??),
        () = work::run(cadvisor, view, tasks, shutdown) => {}
        () = overdue => return Err(Ended::Unfinished),
    }
    drop(let_go);
    Ok(election.await??)
}

/// Tells once every store is filled.
async fn fill(watches: Watches, mut listed: watch::Receiver<bool>, filled: watch::Sender<bool>) {
    if watches.synced().await.is_ok() && listed.wait_for(|is_listed| *is_listed).await.is_ok() {
        tracing::info!("caches are filled");
        filled.send_replace(true);
    }
    // Whoever waits for it must not see it go away.
    filled.closed().await;
}

/// Leads when the lease allows it; at once where there is none.
async fn elect(
    client: Client,
    settings: Settings,
    standing: watch::Sender<Standing>,
    stop: oneshot::Receiver<()>,
) -> Result<(), Lost> {
    let Some(LeaseSettings { namespace, name }) = settings.lease else {
        tracing::info!("leading without a lease: no other operator may run");
        standing.send_replace(Standing::Unopposed);
        let _ = stop.await;
        return Ok(());
    };
    let election = Election::new(client, &namespace, &name, settings.instance.as_deref());
    election.run(standing, stop).await
}
