//! One run of a workload on a lane, with at most one disturbance: from an empty lane to the state in which all comes to rest.
//! Tells what happened; whether that is right is the oracle's to say.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

use super::lane::{LOOK, Lane};
use super::oracle::Masked;
use super::plan::{Disturbance, Plan};
use super::supervisor::{Program, Supervisor};
use crate::operator::Mode;
use crate::proxy::Proxy;
use crate::proxy::record::{Counts, Entry};
use crate::state::State;

/// How long nothing is written once all has come to rest.
pub const QUIET: Duration = Duration::from_secs(2);

/// How long nothing is written between two steps.
const PAUSE: Duration = Duration::from_millis(500);

/// What a run that is the reference takes for rest: longer than the operator's first two tries again are apart.
const REST: Duration = Duration::from_millis(3500);

/// The longest that one step may take. A frozen watch is noticed within 60 s.
const STEP: Duration = Duration::from_secs(90);

/// The longest until the writes that follow a state have ended.
const CALM: Duration = Duration::from_secs(30);

/// How long a start is waited for. With a fault in the way the run goes on: users do not wait for the operator.
const READY: Duration = Duration::from_secs(5);

/// How long lists stay old.
const OLD: Duration = Duration::from_secs(3);

/// What happened.
#[derive(Debug, Default)]
pub struct Ran {
    /// When each step began.
    pub begins: Vec<Instant>,
    /// The state after each step.
    pub snapshots: Vec<State>,
    /// How often each object was created, and deleted, by the operator.
    pub creates: Counts,
    /// As above.
    pub deletes: Counts,
    /// All requests.
    pub entries: Vec<Entry>,
    /// The longest from the fault's last act, or a later step's begin, to the state that the step ends in.
    pub took: Option<Duration>,
    /// Whether the fault did anything.
    pub is_met: bool,
    /// What did not happen in time; the run ended there.
    pub stuck: Option<String>,
}

/// Runs a plan. With no `expected` snapshots a step ends when nothing moves any more.
///
/// # Errors
/// When the run could not be made, or the operator ended by itself.
pub async fn run(lane: &Lane, plan: &Plan, expected: Option<&[Masked]>) -> Result<Ran> {
    lane.clear().await?;
    let (kills, killed) = mpsc::unbounded_channel();
    let fault = match &plan.disturbance {
        Disturbance::Fault(fault) => Some(fault.clone()),
        Disturbance::None | Disturbance::Older { .. } => None,
    };
    let proxy = Proxy::start(lane.upstream.clone(), lane.places.clone(), fault, kills).await?;
    let directory = lane.installation.directory("faults")?;
    // Each run's own: what it says is kept if the run fails.
    let _ = std::fs::remove_file(directory.join("operator.log"));
    let program = Program {
        installation: lane.installation.clone(),
        server: proxy.url(),
        directory,
        mode: Mode {
            elects: plan.elects,
            ..Mode::default()
        },
    };
    let operator = program.start()?;
    let _ = timeout(READY, operator.ready()).await;
    let supervisor = Supervisor::of(operator, program, killed);
    let mut running = Running {
        lane,
        plan,
        expected,
        proxy: &proxy,
        ran: Ran::default(),
    };
    let outcome = running.steps(&supervisor).await;
    let mut ran = running.ran;
    supervisor.end().await.context(plan.to_string())?;
    if let Err(stuck) = outcome {
        ran.stuck = Some(format!("{stuck:#}"));
    }
    ran.creates = proxy.record().creates();
    ran.deletes = proxy.record().deletes();
    ran.entries = proxy.record().entries();
    ran.is_met = proxy.acted().is_some();
    Ok(ran)
}

struct Running<'a> {
    lane: &'a Lane,
    plan: &'a Plan,
    expected: Option<&'a [Masked]>,
    proxy: &'a Proxy,
    ran: Ran,
}

impl Running<'_> {
    async fn steps(&mut self, supervisor: &Supervisor) -> Result<()> {
        for (place, step) in self.plan.workload.steps().iter().enumerate() {
            let stale = match self.plan.disturbance {
                Disturbance::Older { step, which } if step == place => Some(which),
                _ => None,
            };
            if stale.is_some() {
                self.proxy.keep_lists().await?;
            }
            let began = Instant::now();
            self.ran.begins.push(began);
            self.lane.perform(step).await.context("a user's step")?;
            self.come_to_rest(place, began).await?;
            if let Some(which) = stale {
                self.proxy.serve_older(Some(which));
                supervisor.restart().await?;
                // The fault itself: this long the API server is behind.
                sleep(OLD).await;
                self.proxy.serve_older(None);
                self.come_to_rest(place, Instant::now()).await?;
            }
            self.ran.snapshots.push(self.lane.state());
        }
        self.grow_quiet().await
    }

    async fn come_to_rest(&mut self, place: usize, began: Instant) -> Result<()> {
        let met_before = self.proxy.acted().is_some() && self.ran.took.is_some();
        let Some(expected) = self.expected.and_then(|expected| expected.get(place)) else {
            return self.lie_still().await;
        };
        let deadline = Instant::now() + STEP;
        loop {
            let differences = self.differences(expected);
            if differences.is_empty() {
                break;
            }
            if Instant::now() > deadline {
                let first = differences.iter().take(4).cloned().collect::<Vec<_>>().join("; ");
                anyhow::bail!(
                    "step {}: not as without faults within {} s: {first}",
                    place + 1,
                    STEP.as_secs()
                );
            }
            sleep(LOOK).await;
        }
        if let Some(acted) = self.proxy.acted() {
            let since = if met_before { acted.max(began) } else { acted };
            self.ran.took = self.ran.took.max(Some(since.elapsed()));
        }
        // Users act on what has come to rest, of which the operator too has heard.
        self.write_nothing_for(PAUSE).await
    }

    async fn write_nothing_for(&self, long: Duration) -> Result<()> {
        let began = Instant::now();
        while self.proxy.record().last_write().unwrap_or(began).max(began).elapsed() < long {
            anyhow::ensure!(
                began.elapsed() < CALM,
                "it still writes {} s after it was as it should be: {}",
                CALM.as_secs(),
                self.proxy.record().last_writes(3).join(", ")
            );
            sleep(LOOK).await;
        }
        Ok(())
    }

    fn differences(&self, expected: &Masked) -> Vec<String> {
        let mut all = expected.differences(&self.lane.state());
        all.extend(self.lane.unobserved());
        all
    }

    /// Waits until neither the state nor the record moves.
    async fn lie_still(&self) -> Result<()> {
        let deadline = Instant::now() + STEP;
        let (mut last, mut since) = (State::new(), Instant::now());
        loop {
            let now = self.lane.state();
            let written = self.proxy.record().last_write().unwrap_or(since);
            if now != last {
                (last, since) = (now, Instant::now());
            }
            let is_still = since.elapsed() > REST && written.elapsed() > REST;
            if is_still && self.lane.unobserved().is_empty() {
                return Ok(());
            }
            anyhow::ensure!(Instant::now() < deadline, "it does not come to rest without any fault");
            sleep(LOOK).await;
        }
    }

    /// Waits until the operator has not written for a while, and looks whether all is as it was when it came to rest.
    async fn grow_quiet(&self) -> Result<()> {
        self.write_nothing_for(QUIET).await?;
        let after = self
            .expected
            .and_then(<[_]>::last)
            .map(|expected| self.differences(expected));
        let after = after.unwrap_or_default();
        anyhow::ensure!(after.is_empty(), "it did not stay as it was: {}", after.join("; "));
        Ok(())
    }
}
