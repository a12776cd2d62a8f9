//! Waiting on a condition, with a deadline, and with what was last seen in the error.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How often a condition is looked at.
const PAUSE: Duration = Duration::from_millis(250);

/// Looks until `look` gives something, for at most `limit`.
///
/// # Errors
/// When time is up; the error names `what` was waited for and what `look` last said.
pub async fn until<T, F>(what: &str, limit: Duration, mut look: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Found<T>>>,
{
    let deadline = Instant::now() + limit;
    loop {
        let last = match look().await {
            Ok(Found::Yes(value)) => return Ok(value),
            Ok(Found::NotYet(seen)) => seen,
            Err(error) => format!("{error:#}"),
        };
        if Instant::now() > deadline {
            bail!("{what}: not within {} s; last seen: {last}", limit.as_secs());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What one look found.
#[derive(Debug)]
pub enum Found<T> {
    /// The condition holds, and gives this.
    Yes(T),
    /// It does not hold yet; this is what was seen instead.
    NotYet(String),
}

/// `Yes` when `holds`, else what was seen.
pub fn holds(holds: bool, seen: &impl Debug) -> Found<()> {
    if holds {
        Found::Yes(())
    } else {
        Found::NotYet(format!("{seen:?}"))
    }
}
