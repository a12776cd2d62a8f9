//! Webhooks at a fixed rate: each leaves when its time has come, and its latency counts from then, so that a receiver which
//! stalls is not spared the webhooks that would have come meanwhile.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use tokio::time::Instant;

use crate::connection::{Connection, Outcome, send};

/// What is sent.
#[derive(Clone)]
pub struct Plan {
    /// Where to.
    pub address: SocketAddr,
    /// How many per second.
    pub rate: u32,
    /// Of a hundred webhooks so many come on a connection of their own.
    pub fresh_percent: u32,
    /// Makes the request; the number counts from 0.
    pub request: Arc<dyn Fn(u64) -> Request<Full<Bytes>> + Send + Sync>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Report {
    /// How many webhooks came to which end.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// The time from when each should have left to its answer; of those that were taken.
    pub latencies: Vec<Duration>,
    /// How many were not taken, by the second after the start in which they should have left.
    pub failures: BTreeMap<u64, u64>,
}

impl Report {
    /// How many webhooks were sent.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.outcomes.values().sum()
    }

    /// How many were not taken.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }
}

/// Sends by `plan` for as long as `goes_on` says of the next webhook's number, on as many kept connections as it takes.
pub async fn run(plan: Plan, goes_on: impl Fn(u64) -> bool) -> Report {
    let kept = Arc::<Mutex<Vec<Connection>>>::default();
    let report = Arc::<Mutex<Report>>::default();
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for number in (0..).take_while(|number| goes_on(*number)) {
        let due = began + Duration::from_nanos(number * 1_000_000_000 / u64::from(plan.rate));
        tokio::time::sleep_until(due).await;
        while tasks.try_join_next().is_some() {}
        let (plan, kept, report) = (plan.clone(), Arc::clone(&kept), Arc::clone(&report));
        tasks.spawn(async move {
            let is_fresh = number % 100 < u64::from(plan.fresh_percent);
            let connection = if is_fresh { None } else { lock(&kept).pop() };
            let (outcome, connection) = send(connection, plan.address, (plan.request)(number)).await;
            if !is_fresh {
                lock(&kept).extend(connection);
            }
            let mut report = lock(&report);
            *report.outcomes.entry(outcome).or_default() += 1;
            if outcome.is_good() {
                report.latencies.push(due.elapsed());
            } else {
                *report.failures.entry((due - began).as_secs()).or_default() += 1;
            }
        });
    }
    while tasks.join_next().await.is_some() {}
    std::mem::take(&mut *lock(&report))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
