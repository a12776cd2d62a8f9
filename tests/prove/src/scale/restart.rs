//! What a restart among many objects costs: whether it writes anything, how long those wait who come meanwhile, and how long
//! edits do.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use e2e::audit;
use e2e::objects::{CHILDREN, versions};
use e2e::wait::{holds, until};

use super::burst::Crowd;
use super::contender::Running;
use super::edits::Edits;
use super::requests::Requests;
use crate::operator::{Mode, Operator};

/// An edit so often while the operator starts.
const PACE: Duration = Duration::from_millis(50);

/// The longest that a first look at all objects may take.
const PASS: Duration = Duration::from_mins(20);

/// What a restart wrote.
pub struct Writes {
    /// Objects that are not as they were.
    pub changed: usize,
    /// What was asked, also to no effect.
    pub requests: Requests,
}

/// Stops the operator and starts it again among its objects, which nobody changes.
///
/// # Errors
/// When it does not come back to rest.
pub async fn writes(crowd: &mut Crowd) -> Result<Writes> {
    stop(crowd).await?;
    let (before, from) = (all_versions(crowd).await?, audit::now().await?);
    crowd.running = Running::Ours(start(crowd)?);
    if let Running::Ours(operator) = &crowd.running {
        operator.ready().await?;
        looked_at_all(operator, crowd.objects).await?;
    }
    crowd.rests().await?;
    let (after, to) = (all_versions(crowd).await?, audit::now().await?);
    let changed = before
        .iter()
        .filter(|(object, version)| after.get(*object) != Some(version));
    Ok(Writes {
        changed: changed.count() + after.len().saturating_sub(before.len()),
        requests: Requests::between(&crowd.field, &from, &to).await?,
    })
}

/// Starts the operator anew and creates `more` objects at once; gives how long it takes from then until all are ready.
///
/// # Errors
/// When they do not get ready.
pub async fn among(crowd: &mut Crowd, more: usize) -> Result<Duration> {
    stop(crowd).await?;
    crowd.running = Running::Ours(start(crowd)?);
    let took = crowd.grow(more).await?;
    crowd.rests().await?;
    Ok(took)
}

/// How long edits took to be applied, by when they were made.
pub struct Late {
    /// Before the operator had listed what there is.
    pub listing: Vec<Duration>,
    /// While it then looked at each object for the first time.
    pub looking: Vec<Duration>,
}

/// Starts the operator anew and edits object after object until it has looked at all of them.
///
/// # Errors
/// When an edit is not applied.
pub async fn edits(crowd: &mut Crowd, replicas: i32) -> Result<Late> {
    stop(crowd).await?;
    let mut edits = Edits::watch(&crowd.field).await?;
    let operator = start(crowd)?;
    let mut leads_at = None;
    let over = async {
        operator.ready().await?;
        leads_at = Some(Instant::now());
        looked_at_all(&operator, crowd.objects).await
    };
    // In steps of a prime number: neighbours in a list are not edited one after the other.
    let numbers = (0..crowd.objects).map(|number| number * 7919 % crowd.objects);
    let all = edits.run(numbers, replicas, PACE, over).await?;
    crowd.running = Running::Ours(operator);
    let leads_at = leads_at.context("the operator did not get ready before the last edit")?;
    let (listing, looking): (Vec<_>, Vec<_>) = all.into_iter().partition(|edit| edit.sent < leads_at);
    let times = |edits: Vec<super::edits::Edit>| edits.into_iter().map(|edit| edit.took).collect();
    Ok(Late {
        listing: times(listing),
        looking: times(looking),
    })
}

async fn stop(crowd: &mut Crowd) -> Result<()> {
    std::mem::replace(&mut crowd.running, Running::Nobody).stop().await
}

fn start(crowd: &Crowd) -> Result<Operator> {
    let installation = &crowd.field.installation;
    let directory = installation.directory("scale")?;
    Operator::start(installation, installation.server(), &directory, Mode::default())
}

/// Waits until each object has been looked at, and next to none waits.
async fn looked_at_all(operator: &Operator, objects: usize) -> Result<()> {
    until("all objects have been looked at", PASS, || async {
        let metrics = operator.get("/metrics").await?;
        let sum = |family: &str| -> f64 {
            let samples = metrics.lines().filter(|line| line.starts_with(family));
            samples
                .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
                .sum()
        };
        let (reconciles, waiting) = (
            sum("webhook_operator_reconciles_total"),
            sum("webhook_operator_queue_depth"),
        );
        #[allow(clippy::cast_precision_loss, reason = "far fewer than where it begins")]
        let all = objects as f64;
        Ok(holds(reconciles >= all && waiting < 3.0, &(reconciles, waiting)))
    })
    .await
}

async fn all_versions(crowd: &Crowd) -> Result<BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    for namespace in crowd.field.namespaces() {
        let kinds = format!("webhookservices,{CHILDREN}");
        let some = versions(&namespace, &kinds, &[]).await?;
        all.extend(
            some.into_iter()
                .map(|(object, version)| (format!("{namespace} {object}"), version)),
        );
    }
    Ok(all)
}
