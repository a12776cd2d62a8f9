//! An API server that is away for minutes, with many objects: what the operator takes of its machine meanwhile, and how soon
//! after it has caught up with what was changed behind its back. It stands for election, as the chart has it do: when it can
//! not renew its lease it ends, and is started again as a kubelet starts it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::time::{MissedTickBehavior, interval};

use super::burst::Crowd;
use super::contender::Running;
use super::forwarder::{Forwarder, Mode as Way};
use crate::installation::Installation;
use crate::operator::{Mode, Operator};
use crate::usage::Usage;

/// How many objects are edited, how many made and how many deleted meanwhile, of so many: 50 of 1,000.
fn changed(objects: usize) -> usize {
    objects / 20
}

/// How long a kubelet waits before it starts a container again for the first time; twice as long each time after.
const BACK_OFF: Duration = Duration::from_secs(10);

const LOOK: Duration = Duration::from_secs(1);

/// The longest that catching up may take.
const LIMIT: Duration = Duration::from_mins(10);

/// What an outage cost.
#[derive(Clone, Copy, Debug)]
pub struct Outage {
    /// How long it was.
    pub lasted: Duration,
    /// The most descriptors that were open at once, until all was caught up with.
    pub descriptors: usize,
    /// Processor time during the outage.
    pub cpu: Duration,
    /// From its end until every object was as it should be.
    pub caught_up: Duration,
    /// How often the process ended and was started again.
    pub restarts: u32,
}

/// Takes the API server away for `length`: in the first half connections are refused, in the second they hang.
///
/// # Errors
/// When the operator does not catch up.
pub async fn run(crowd: &mut Crowd, length: Duration) -> Result<Outage> {
    std::mem::replace(&mut crowd.running, Running::Nobody).stop().await?;
    let forwarder = Forwarder::start(crowd.field.installation.server()).await?;
    let crowd = &*crowd;
    let mut kept = Kept::start(&crowd.field.installation, &forwarder)?;
    kept.operator()?.ready().await?;
    crowd.ready.reaches(crowd.objects, LIMIT).await?;
    kept.usage()?.rests().await?;
    kept.look()?;

    let (begun, before) = (Instant::now(), kept.last);
    forwarder.set(Way::Refuse);
    let (old, some) = (crowd.objects, changed(crowd.objects));
    for number in 0..some {
        crowd.field.scale(number, 4).await?;
    }
    crowd.field.delete(old - some..old).await?;
    crowd.field.create(old..old + some, |_| ()).await?;
    kept.keep(length / 2, &begun).await?;
    forwarder.set(Way::Hold);
    kept.keep(length, &begun).await?;
    let cpu = (kept.spent + kept.last).saturating_sub(before);
    let left = old - 2 * some;
    let ready = crowd.ready.count();
    ensure!(
        ready == left,
        "{ready} objects are ready and not {left}: the operator was not cut off"
    );

    let (lasted, over) = (begun.elapsed(), Instant::now());
    forwarder.set(Way::Forward);
    tokio::select! {
        reached = crowd.ready.reaches(old, LIMIT) => reached?,
        kept = kept.keep(LIMIT * 2, &over) => kept?,
    }
    let caught_up = over.elapsed();
    let Kept {
        descriptors, restarts, ..
    } = kept;
    Ok(Outage {
        lasted,
        descriptors,
        cpu,
        caught_up,
        restarts,
    })
}

/// An operator that is started again when it ends.
struct Kept {
    installation: Installation,
    server: String,
    /// None while it waits to be started again.
    operator: Option<Operator>,
    starts_at: Instant,
    /// Processor time of processes that have ended, and that of the present one when it was last looked at.
    spent: Duration,
    last: Duration,
    descriptors: usize,
    restarts: u32,
}

impl Kept {
    fn start(installation: &Installation, forwarder: &Forwarder) -> Result<Self> {
        let mut kept = Self {
            installation: installation.clone(),
            server: format!("https://{}", forwarder.address),
            operator: None,
            starts_at: Instant::now(),
            spent: Duration::ZERO,
            last: Duration::ZERO,
            descriptors: 0,
            restarts: 0,
        };
        kept.start_again()?;
        Ok(kept)
    }

    fn start_again(&mut self) -> Result<()> {
        let directory = self.installation.directory("scale-outage")?;
        let mode = Mode {
            elects: true,
            ..Mode::default()
        };
        let operator = Operator::start(&self.installation, &self.server, &directory, mode)?;
        self.operator = Some(operator);
        Ok(())
    }

    fn operator(&self) -> Result<&Operator> {
        self.operator.as_ref().context("the operator has ended")
    }

    fn usage(&self) -> Result<Usage> {
        Ok(Usage(self.operator()?.pid()?))
    }

    /// Looks at it each second until `length` has passed since `begun`.
    async fn keep(&mut self, length: Duration, begun: &Instant) -> Result<()> {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while begun.elapsed() < length {
            looks.tick().await;
            self.look()?;
        }
        Ok(())
    }

    fn look(&mut self) -> Result<()> {
        let Some(operator) = &mut self.operator else {
            return if Instant::now() < self.starts_at {
                Ok(())
            } else {
                self.start_again()
            };
        };
        if operator.ended()?.is_some() {
            self.spent += std::mem::take(&mut self.last);
            self.starts_at = Instant::now() + BACK_OFF * 2_u32.pow(self.restarts.min(5));
            self.restarts += 1;
            self.operator = None;
            return Ok(());
        }
        let usage = Usage(operator.pid()?);
        // It may end between two looks.
        if let (Ok(cpu), Ok(open)) = (usage.cpu(), usage.descriptors()) {
            self.last = cpu;
            self.descriptors = self.descriptors.max(open);
        }
        Ok(())
    }
}
