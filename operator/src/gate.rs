//! The one way by which writes leave: only while this process leads, for no longer than it does, and counted.
//! Decides nothing about what is written.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::error::Error;
use crate::leader::Standing;
use crate::metrics::Metrics;
use crate::progress::Progress;

/// The longest one request may take; kube itself would wait for ever.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// What a write does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Makes an object be as wanted.
    Apply,
    /// Removes one.
    Delete,
    /// Says in an object's status what is.
    Status,
    /// Tells people of it.
    Event,
}

impl Verb {
    /// As a label's value.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Delete => "delete",
            Self::Status => "status",
            Self::Event => "event",
        }
    }
}

/// Opens while the process leads.
pub struct Gate {
    standing: watch::Receiver<Standing>,
    metrics: Arc<Metrics>,
    progress: Arc<Progress>,
}

impl Gate {
    /// Opens and closes with `standing`.
    #[must_use]
    pub fn new(standing: watch::Receiver<Standing>, metrics: Arc<Metrics>, progress: Arc<Progress>) -> Self {
        Self {
            standing,
            metrics,
            progress,
        }
    }

    /// Sends one write about the object `kind` `name`, within [`REQUEST_TIMEOUT`] and for as long as the process leads.
    ///
    /// # Errors
    /// [`Error::NotLeading`] when it is not sent or given up, [`Error::Timeout`] past the deadline, [`Error::Api`] when the
    /// API server refuses.
    pub async fn pass<T>(
        &self,
        verb: Verb,
        kind: &'static str,
        name: &str,
        request: impl Future<Output = Result<T, kube::Error>>,
    ) -> Result<T, Error> {
        let outcome = self.send(verb, kind, name, request).await;
        self.progress.step();
        outcome
    }

    async fn send<T>(
        &self,
        verb: Verb,
        kind: &'static str,
        name: &str,
        request: impl Future<Output = Result<T, kube::Error>>,
    ) -> Result<T, Error> {
        let name = || name.to_owned();
        let deadline = Instant::now() + REQUEST_TIMEOUT;
        let mut request = pin!(request);
        let mut is_counted = false;
        // Each time round the lease may have been renewed: then the request has more time.
        while let Some(until) = self.open_until(Instant::now(), deadline) {
            if !std::mem::replace(&mut is_counted, true) {
                self.metrics.writes(kind, verb);
            }
            tokio::select! {
                answer = &mut request => return answer.map_err(|source| Error::Api { kind, name: name(), source: Box::new(source) }),
                () = sleep_until(until) => {}
            }
            if until >= deadline {
                return Err(Error::Timeout { kind, name: name() });
            }
        }
        Err(Error::NotLeading { kind, name: name() })
    }

    /// Until when a request may be on its way, if it may be at all.
    fn open_until(&self, now: Instant, deadline: Instant) -> Option<Instant> {
        let standing = *self.standing.borrow();
        standing.leads(now).then(|| match standing {
            Standing::Leading { until } => until.min(deadline),
            _ => deadline,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

    use std::future::{pending, ready};

    use tokio::time::sleep;

    use super::*;

    fn gate(standing: Standing) -> (Gate, watch::Sender<Standing>) {
        let (sender, standing) = watch::channel(standing);
        let metrics = Arc::new(Metrics::new().unwrap());
        let progress = Arc::new(Progress::new(Duration::from_mins(2)));
        (Gate::new(standing, metrics, progress), sender)
    }

    async fn pass(gate: &Gate, request: impl Future<Output = Result<(), kube::Error>>) -> (&'static str, Duration) {
        let start = Instant::now();
        let outcome = gate.pass(Verb::Apply, "Service", "orders", request).await;
        (
            outcome.map_or_else(|error| error.reason(), |()| "sent"),
            start.elapsed(),
        )
    }

    fn is_counted(gate: &Gate) -> bool {
        let line = "webhook_operator_writes_total{kind=\"Service\",verb=\"apply\"} 1";
        gate.metrics.text().unwrap().contains(line)
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_lead_sends_nothing() {
        let past = Instant::now();
        sleep(Duration::from_millis(1)).await;
        for standing in [Standing::Standby, Standing::Over, Standing::Leading { until: past }] {
            let (gate, _sender) = gate(standing);
            let request = async { unreachable!("{standing:?}: it was sent") };
            assert_eq!(pass(&gate, request).await, ("NotLeading", Duration::ZERO));
            assert!(!is_counted(&gate));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_leads_sends_and_waits_for_its_deadline() {
        for standing in [
            Standing::Unopposed,
            Standing::Leading {
                until: Instant::now() + Duration::from_mins(1),
            },
        ] {
            let (gate, _sender) = gate(standing);
            assert_eq!(pass(&gate, ready(Ok(()))).await, ("sent", Duration::ZERO));
            assert!(is_counted(&gate));
            assert_eq!(pass(&gate, pending()).await, ("ApiServerTimeout", REQUEST_TIMEOUT));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_outlives_no_lease_but_a_renewed_one() {
        let soon = Instant::now() + Duration::from_secs(4);
        let (gate, sender) = gate(Standing::Leading { until: soon });
        assert_eq!(pass(&gate, pending()).await, ("NotLeading", Duration::from_secs(4)));
        let start = Instant::now();
        sender.send_replace(Standing::Leading {
            until: start + Duration::from_secs(4),
        });
        let renewal = async {
            sleep(Duration::from_secs(2)).await;
            sender.send_replace(Standing::Leading {
                until: start + Duration::from_secs(7),
            });
        };
        let (outcome, ()) = tokio::join!(pass(&gate, pending()), renewal);
        assert_eq!(outcome, ("NotLeading", Duration::from_secs(7)));
    }
}
