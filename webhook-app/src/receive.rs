//! One webhook, from its head to its answer: shed → read the body within limits → verify over the raw bytes → check →
//! deliver → answer. Owns no socket.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::http::HeaderValue;
use hyper::{HeaderMap, Method, Request};
use tokio::sync::Semaphore;

use crate::answer::{Answer, Refusal};
use crate::body::Budget;
use crate::crowd::{Guest, Phase};
use crate::delivery::Delivery;
use crate::handshake::{self, Handshake};
use crate::metrics::{Metrics, Processing};
use crate::verify::Verifier;
use crate::verify::keyring::KeyringError;
use crate::verify::reload::Keys;
use crate::verify::scheme::Scheme;
use crate::webhook;

/// What a request may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest body, in bytes.
    pub payload_bytes: u32,
    /// How many webhooks are in work at once.
    pub concurrent_requests: u32,
    /// How long one may take from its first byte to its answer.
    pub request_time: Duration,
}

/// How senders prove who they are.
pub struct Verification {
    scheme: Scheme,
    verifier: Verifier,
    keys: Arc<Keys>,
    handshake: Option<Handshake>,
}

impl Verification {
    /// By `scheme`, with the secrets in `directory`, which are followed from here on.
    ///
    /// # Errors
    /// When a secret cannot be used, or there is none.
    pub fn open(
        scheme: Scheme,
        tolerance: Duration,
        directory: PathBuf,
        handshake: Option<Handshake>,
        metrics: &Metrics,
    ) -> Result<Self, KeyringError> {
        let (keys, watch) = Keys::open(directory, scheme.key_form())?;
        let keys = Arc::new(keys);
        metrics.accept(keys.current().slots().map(|(slot, _)| slot));
        let metrics = metrics.clone();
        watch.run(Arc::clone(&keys), move |news| {
            metrics.reloaded(news.is_ok());
            match news {
                Ok(keyring) => {
                    metrics.accept(keyring.slots().map(|(slot, _)| slot));
                    let slots: Vec<_> = keyring.slots().map(|(slot, _)| slot).collect();
                    tracing::info!(keys = slots.join(","), "the accepted secrets have changed");
                }
                Err(error) => tracing::error!(%error, "the secrets have changed and cannot be used: the earlier ones stay accepted"),
            }
        });
        Ok(Self {
            verifier: Verifier::new(&scheme, tolerance),
            scheme,
            keys,
            handshake,
        })
    }

    fn check(&self, headers: &HeaderMap, body: &[u8], metrics: &Metrics) -> Result<(), Refusal> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let keys = self.keys.current();
        let slot = self.verifier.check(headers, body, &keys, now.as_secs());
        metrics.verified(slot.map_err(Refusal::Unproven)?);
        Ok(())
    }
}

/// Takes webhooks.
pub struct Receiver {
    /// What comes of them is counted here.
    pub metrics: Metrics,
    limits: Limits,
    budget: Budget,
    in_work: Semaphore,
    verification: Option<Verification>,
    delivery: Option<Delivery>,
}

impl Receiver {
    /// A receiver within `limits`; without `verification` it believes everybody, without `delivery` it only counts.
    #[must_use]
    pub fn new(
        metrics: Metrics,
        limits: Limits,
        verification: Option<Verification>,
        delivery: Option<Delivery>,
    ) -> Self {
        Self {
            metrics,
            limits,
            budget: Budget::new(limits.payload_bytes),
            in_work: Semaphore::new(limits.concurrent_requests as usize),
            verification,
            delivery,
        }
    }

    /// Answers, counts and times one request on the webhook path.
    pub async fn take(&self, request: Request<Incoming>, guest: &Guest) -> Answer {
        let mut processing = self.metrics.begin();
        match self.receive(request, guest, &mut processing).await {
            Ok((answer, payload_bytes)) => {
                processing.succeeded(payload_bytes);
                answer
            }
            Err(refusal) => {
                let reason = refusal.reason();
                tracing::debug!(
                    status = refusal.status().as_u16(),
                    ?reason,
                    text = refusal.text(),
                    "webhook refused"
                );
                processing.refused(reason);
                Answer::refused(&refusal)
            }
        }
    }

    async fn receive(
        &self,
        request: Request<Incoming>,
        guest: &Guest,
        processing: &mut Processing<'_>,
    ) -> Result<(Answer, usize), Refusal> {
        let (head, body) = request.into_parts();
        if head.method != Method::POST {
            let answer = self.greet(&head.method, head.uri.query());
            return answer.map(|answer| (answer, 0)).ok_or(Refusal::WrongMethod("POST"));
        }
        // Before a byte of the body is read: shedding must cost nothing.
        if self.in_work.available_permits() == 0 {
            return Err(Refusal::Overloaded);
        }
        let content_type = head.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        let takes_forms = self.verification.as_ref().is_some_and(|by| by.scheme.takes_forms());
        let kind = webhook::check_type(content_type, takes_forms).map_err(Refusal::Unacceptable)?;
        let waited = guest.waited();
        let payload = self.budget.read(body, guest).await?;
        if payload.was_awaited {
            processing.waited(processing.elapsed());
        }
        guest.enter(Phase::Answer);
        let _permit = self.in_work.try_acquire().map_err(|_| Refusal::Overloaded)?;
        if let Some(verification) = &self.verification {
            verification.check(&head.headers, &payload.bytes, &self.metrics)?;
        }
        webhook::check_body(kind, &payload.bytes).map_err(Refusal::Unacceptable)?;
        let length = payload.bytes.len();
        if matches!(&self.verification, Some(by) if by.scheme == Scheme::Slack)
            && let Some(answer) = handshake::slack(&payload.bytes)
        {
            return Ok((answer, length));
        }
        if let Some(delivery) = &self.delivery {
            let spent = waited + processing.elapsed();
            let began = Instant::now();
            let deadline = began + self.limits.request_time.saturating_sub(spent);
            let again = || self.metrics.tried_again();
            // Apart: every connection would else keep room for what only a delivery needs.
            let delivered = Box::pin(delivery.deliver(&head.headers, &payload.bytes, deadline, again));
            let outcome = delivered.await;
            processing.waited(began.elapsed());
            self.metrics.delivered(outcome, began.elapsed());
            outcome.map_err(Refusal::Undelivered)?;
        }
        Ok((Answer::success(), length))
    }

    /// The answer to a handshake.
    fn greet(&self, method: &Method, query: Option<&str>) -> Option<Answer> {
        let verification = self.verification.as_ref().filter(|_| *method == Method::GET)?;
        let handshake = verification.handshake.as_ref()?;
        handshake.answer(query?, &verification.keys.current())
    }
}
