//! Many objects at once: how long it takes until each has its children and a status that says what was observed of them, and
//! what that costs. Times nothing but the way from the first create to the last status.

use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use e2e::audit;
use futures::channel::mpsc;
use serde::{Deserialize, Serialize};

use super::contender::{Contender, Running};
use super::field::Field;
use super::floor;
use super::requests::Requests;
use super::seen::Seen;
use super::verdicts::number;
use crate::installation::Installation;
use crate::usage::{Usage, megabytes};

/// The longest a burst may take, for each object; the slowest machine is not that slow.
const EACH: Duration = Duration::from_millis(500);

/// What one burst took.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Burst {
    /// Who did it.
    pub contender: String,
    /// How many objects.
    pub objects: usize,
    /// From the first create to the last status.
    pub seconds: f64,
    /// Processor time, until it was at rest again; none where it has no process of its own.
    pub cpu_seconds: Option<f64>,
    /// Memory at rest after it.
    pub megabytes: Option<f64>,
    /// The most memory that it ever held.
    pub peak_megabytes: Option<f64>,
    /// What it asked of the API server.
    pub requests: Requests,
}

impl Burst {
    /// The objects, to reckon with.
    #[must_use]
    pub fn count(&self) -> f64 {
        number(self.objects)
    }

    /// The seconds for each object.
    #[must_use]
    pub fn each(&self) -> f64 {
        self.seconds / self.count()
    }
}

/// A contender among objects.
pub struct Crowd {
    /// Where they are.
    pub field: Field,
    /// Who cares for them.
    pub running: Running,
    /// How many there are; their numbers are those below.
    pub objects: usize,
    /// How many of them are ready.
    pub ready: Seen,
    deployments: Seen,
}

impl Crowd {
    /// Starts a contender in a new field. One object is made beforehand: by then all caches are filled and connections made.
    ///
    /// # Errors
    /// When it does not start, or makes nothing of the first object.
    pub async fn start(contender: Contender, client: &kube::Client, installation: &Installation) -> Result<Self> {
        let field = Field::make(client, installation, "scale").await?;
        let running = contender.start(installation).await?;
        let (ready, deployments) = (Seen::objects(&field), Seen::deployments(&field));
        let mut crowd = Self {
            field,
            running,
            objects: 0,
            ready,
            deployments,
        };
        crowd.grow(1).await?;
        crowd.rests().await?;
        Ok(crowd)
    }

    /// Creates `more` objects and waits until the last of them is ready; gives how long that took.
    ///
    /// # Errors
    /// When they do not get ready.
    pub async fn grow(&mut self, more: usize) -> Result<Duration> {
        let numbers = self.objects..self.objects + more;
        self.objects += more;
        let begun = Instant::now();
        match &self.running {
            Running::Floor(client) => create_and_make(&self.field, client, numbers).await?,
            Running::Go(_) | Running::Ours(_) | Running::Nobody => self.field.create(numbers, |_| ()).await?,
        }
        let limit = EACH * u32::try_from(more)? + Duration::from_mins(1);
        self.ready.reaches(self.objects, limit).await?;
        // A loop that waits for nothing may be done before these.
        self.deployments.reaches(self.objects, limit).await?;
        Ok(begun.elapsed())
    }

    /// Waits until the contender has nothing more to do.
    ///
    /// # Errors
    /// When it does not come to rest, or has ended.
    pub async fn rests(&self) -> Result<()> {
        match self.running.usage()? {
            Some(usage) => usage.rests().await,
            None => Ok(()),
        }
    }

    /// Ends the contender and removes the objects.
    ///
    /// # Errors
    /// When something is left.
    pub async fn end(self) -> Result<()> {
        self.running.stop().await?;
        self.field.remove().await
    }
}

async fn create_and_make(field: &Field, client: &kube::Client, numbers: Range<usize>) -> Result<()> {
    let (sender, made) = mpsc::unbounded();
    let creating = async move {
        // The loop ends with the last of them: the sender goes with this block.
        field
            .create(numbers, |object| drop(sender.unbounded_send(object)))
            .await
    };
    tokio::try_join!(creating, floor::run(client.clone(), made)).map(drop)
}

/// Measures a burst in a field of its own, which stays.
///
/// # Errors
/// When it cannot be measured.
pub async fn measure(crowd: &mut Crowd, contender: Contender, objects: usize) -> Result<Burst> {
    let usage = crowd.running.usage()?;
    let cpu = |usage: Option<Usage>| usage.map(Usage::cpu).transpose();
    let (before, from) = (cpu(usage)?, audit::now().await?);
    let took = crowd.grow(objects).await?;
    crowd.rests().await?;
    let after = cpu(usage)?;
    let taken = before.zip(after).map(|(before, after)| after.saturating_sub(before));
    let to = audit::now().await?;
    Ok(Burst {
        contender: contender.name().to_owned(),
        objects,
        seconds: took.as_secs_f64(),
        cpu_seconds: taken.map(|time| time.as_secs_f64()),
        megabytes: usage.map(Usage::memory).transpose()?.map(megabytes),
        peak_megabytes: usage.map(Usage::peak_memory).transpose()?.map(megabytes),
        requests: Requests::between(&crowd.field, &from, &to).await?,
    })
}

/// A new field, one burst in it, and the end of both.
///
/// # Errors
/// When it cannot be measured.
pub async fn alone(
    contender: Contender,
    client: &kube::Client,
    installation: &Installation,
    objects: usize,
) -> Result<Burst> {
    let mut crowd = Crowd::start(contender, client, installation).await?;
    let burst = measure(&mut crowd, contender, objects).await;
    let burst = burst.map_err(|error| anyhow!("{} with {objects} objects: {error:#}", contender.name()));
    crowd.end().await.context("the field could not be cleared")?;
    burst
}
