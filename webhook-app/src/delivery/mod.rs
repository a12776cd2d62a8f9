//! Passes accepted webhooks on, and answers only once their target has said 2xx.
//!
//! [`forward`] makes the request, [`event`] reads what the webhook calls itself, [`client`] sends it, [`backoff`] says when
//! to try again; this file holds what becomes of it all.

pub mod backoff;
pub mod client;
pub mod event;
pub mod forward;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::RETRY_AFTER;
use hyper::{HeaderMap, Response, StatusCode};

use client::HttpClient;
use forward::Forward;

/// How long a sender should wait where the target does not say, in seconds.
const RETRY_AFTER_SECONDS: u64 = 10;

/// The longest wait that is passed on to a sender, in seconds.
const MOST_RETRY_AFTER_SECONDS: u64 = 3600;

/// How much of a target's answer is read, in bytes, and for how long, so that its connection can be used again.
const MOST_ANSWER_BYTES: usize = 64 * 1024;
const ANSWER_TIME: Duration = Duration::from_millis(250);

/// Passes webhooks on to one target.
#[derive(Debug)]
pub struct Delivery {
    client: HttpClient,
    forward: Forward,
    attempts: u32,
    attempt_time: Duration,
    is_failing: AtomicBool,
}

/// Why a webhook did not reach its target, after the last attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// The target will not take it, now or later: 3xx, or a 4xx that says so.
    Refused(StatusCode),
    /// The target failed: 5xx.
    Failed(StatusCode),
    /// The target asks to come back later, in so many seconds if it says so: 429 or 503.
    Busy(Option<u64>),
    /// No connection, or one that broke.
    Unreachable,
    /// No answer in time.
    TimedOut,
}

impl Undelivered {
    /// All of them in the words of `webhook_deliveries_total{outcome}`, by [`Undelivered::place`].
    pub const OUTCOMES: [&'static str; 5] = ["refused", "failed", "busy", "unreachable", "timed_out"];

    /// Where its outcome stands in [`Undelivered::OUTCOMES`].
    #[must_use]
    pub fn place(self) -> usize {
        match self {
            Self::Refused(_) => 0,
            Self::Failed(_) => 1,
            Self::Busy(_) => 2,
            Self::Unreachable => 3,
            Self::TimedOut => 4,
        }
    }

    /// What the sender is answered.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Refused(_) | Self::Failed(_) | Self::Unreachable => StatusCode::BAD_GATEWAY,
            Self::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// When the sender may come back.
    #[must_use]
    pub fn retry_after_seconds(self) -> u64 {
        match self {
            Self::Busy(Some(seconds)) => seconds.clamp(1, MOST_RETRY_AFTER_SECONDS),
            _ => RETRY_AFTER_SECONDS,
        }
    }

    fn may_be_tried_again(self) -> bool {
        !matches!(self, Self::Refused(_))
    }
}

impl fmt::Display for Undelivered {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(status) | Self::Failed(status) => write!(to, "the target answered {}", status.as_u16()),
            Self::Busy(_) => to.write_str("the target is busy"),
            Self::Unreachable => to.write_str("the target cannot be reached"),
            Self::TimedOut => to.write_str("the target did not answer in time"),
        }
    }
}

impl Delivery {
    /// Delivers by `forward`, in at most `attempts` of at most `attempt_time` each.
    #[must_use]
    pub fn new(client: HttpClient, forward: Forward, attempts: u32, attempt_time: Duration) -> Self {
        Self {
            client,
            forward,
            attempts,
            attempt_time,
            is_failing: AtomicBool::new(false),
        }
    }

    /// Delivers one webhook before `deadline`; `again` is told of each attempt after the first.
    ///
    /// # Errors
    /// What the last attempt ended in.
    pub async fn deliver(
        &self,
        headers: &HeaderMap,
        body: &Bytes,
        deadline: Instant,
        again: impl Fn(),
    ) -> Result<(), Undelivered> {
        let mut number = 0;
        let outcome = loop {
            number += 1;
            let left = deadline.saturating_duration_since(Instant::now());
            let attempt = tokio::time::timeout(self.attempt_time.min(left), self.attempt(headers, body));
            let failure = match attempt.await.unwrap_or(Err(Undelivered::TimedOut)) {
                Ok(()) => break Ok(()),
                Err(failure) => failure,
            };
            let pause = match failure {
                Undelivered::Busy(Some(seconds)) => Duration::from_secs(seconds),
                _ => backoff::pause(number, chance()),
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if number == self.attempts || pause >= left || !failure.may_be_tried_again() {
                break Err(failure);
            }
            tokio::time::sleep(pause).await;
            again();
        };
        self.tell(outcome);
        outcome
    }

    async fn attempt(&self, headers: &HeaderMap, body: &Bytes) -> Result<(), Undelivered> {
        match self.client.request(self.forward.request(headers, body)).await {
            Ok(response) => judge(response).await,
            Err(error) => {
                tracing::debug!(%error, cause = root_cause(&error), "no answer from the target");
                Err(Undelivered::Unreachable)
            }
        }
    }

    /// Logs only when deliveries begin to fail and when they work again: each is counted anyway.
    fn tell(&self, outcome: Result<(), Undelivered>) {
        let is_failing = outcome.is_err();
        if self.is_failing.load(Relaxed) != is_failing && self.is_failing.swap(is_failing, Relaxed) != is_failing {
            match outcome {
                Ok(()) => tracing::info!("webhooks are delivered again"),
                Err(failure) => tracing::warn!(reason = %failure, "a webhook could not be delivered"),
            }
        }
    }
}

async fn judge(response: Response<Incoming>) -> Result<(), Undelivered> {
    let status = response.status();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok());
    let retry_after = retry_after.and_then(|value| backoff::retry_after(value, SystemTime::now()));
    // What it says beside its status changes nothing.
    let body = Limited::new(response.into_body(), MOST_ANSWER_BYTES).collect();
    let _ = tokio::time::timeout(ANSWER_TIME, body).await;
    match status.as_u16() {
        200..=299 => Ok(()),
        429 | 503 => Err(Undelivered::Busy(retry_after.map(|time| time.as_secs()))),
        408 | 500..=599 => Err(Undelivered::Failed(status)),
        _ => Err(Undelivered::Refused(status)),
    }
}

/// The innermost cause: the client's own errors name only their outermost.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// A number in 0..1 that differs from call to call.
fn chance() -> f64 {
    let random = u32::try_from(RandomState::new().hash_one(()) >> 32).unwrap_or_default();
    f64::from(random) / f64::from(u32::MAX)
}
