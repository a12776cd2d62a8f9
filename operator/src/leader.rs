//! Holds the Lease that lets this process write, renews it, and lets it go. Decides nothing: [`crate::lease`] does.
//! It writes nothing but that Lease, and no request of its own outlives what it is good for.

use std::hash::{BuildHasher, Hasher, RandomState};

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::Lease;
use kube::api::PostParams;
use kube::{Api, Client};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::error::said;
use crate::lease::{self, Candidate, Verdict};

/// Whether this process may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not yet: another one may.
    Standby,
    /// Until then, unless the lease is renewed meanwhile.
    Leading {
        /// By the own monotonic clock.
        until: Instant,
    },
    /// Always: it runs without a lease, and nobody else may run.
    Unopposed,
    /// Never again.
    Over,
}

impl Standing {
    /// Whether it may write at `now`.
    #[must_use]
    pub fn leads(self, now: Instant) -> bool {
        match self {
            Self::Leading { until } => now < until,
            Self::Unopposed => true,
            Self::Standby | Self::Over => false,
        }
    }
}

/// Why the process may not go on.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// Another one has the lease: this one was away for too long.
    #[error("leadership lost: {holder} holds the lease")]
    Taken {
        /// Who has it now.
        holder: String,
    },
    /// Another one may have it soon.
    #[error("leadership lost: the lease could not be renewed in time: {cause}")]
    Expired {
        /// Why not.
        cause: String,
    },
}

/// A request about the lease that did not do what it should.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error("{}", said(.0))]
    Refused(#[from] kube::Error),
    #[error("no answer within {} ms", lease::REQUEST.as_millis())]
    Late,
    #[error("{0} holds it")]
    Taken(String),
}

/// The lease as it was last written, and until when that lets us write.
struct Held {
    lease: Lease,
    until: Instant,
}

/// One process's part in the election.
pub struct Election {
    api: Api<Lease>,
    name: String,
    identity: String,
}

impl Election {
    /// For the lease `name` in `namespace`, under a name that no other process has.
    #[must_use]
    pub fn new(client: Client, namespace: &str, name: &str, pod: Option<&str>) -> Self {
        // Keyed by the system's randomness: a container that restarts is another process in the same pod.
        let unique = RandomState::new().build_hasher().finish();
        Self {
            api: Api::namespaced(client, namespace),
            name: name.to_owned(),
            identity: format!("{}_{unique:016x}", pod.unwrap_or("webhook-operator")),
        }
    }

    /// Waits for the lease, then keeps it until `stop` resolves or its sender is gone, then lets it go. `standing` says
    /// at each moment what the lease allows.
    ///
    /// # Errors
    /// [`Lost`] when the lease was ours and is not, or not surely, any more.
    pub async fn run(self, standing: watch::Sender<Standing>, mut stop: oneshot::Receiver<()>) -> Result<(), Lost> {
        let Some(held) = self.campaign(&mut stop).await else {
            standing.send_replace(Standing::Over);
            self.release(None).await;
            return Ok(());
        };
        standing.send_replace(Standing::Leading { until: held.until });
        tracing::info!(identity = self.identity, lease = self.name, "leading");
        let outcome = self.hold(held, &standing, &mut stop).await;
        standing.send_replace(Standing::Over);
        match outcome {
            Ok(held) => {
                self.release(Some(held.lease)).await;
                Ok(())
            }
            Err(lost) => {
                tracing::error!(identity = self.identity, lease = self.name, "{lost}");
                Err(lost)
            }
        }
    }

    /// Looks until the lease is ours; none when told to stop first.
    async fn campaign(&self, stop: &mut oneshot::Receiver<()>) -> Option<Held> {
        let mut candidate = Candidate::new(&self.identity);
        let mut told = String::new();
        loop {
            let error = match self.attempt(&mut candidate).await {
                Ok(held) => return Some(held),
                Err(error) => error,
            };
            let news = error.to_string();
            if news != told {
                match error {
                    Unanswered::Taken(holder) => tracing::info!(lease = self.name, "standing by: {holder} leads"),
                    error => tracing::warn!(lease = self.name, %error, "the lease could not be claimed, trying again"),
                }
                told = news;
            }
            tokio::select! { _ = &mut *stop => return None, () = sleep(lease::LOOK) => {} }
        }
    }

    async fn attempt(&self, candidate: &mut Candidate) -> Result<Held, Unanswered> {
        let found = self.read().await?;
        match candidate.look(found.as_ref(), Instant::now()) {
            Verdict::Held { holder } => Err(Unanswered::Taken(holder)),
            Verdict::Free | Verdict::Ours => self.claim(found.as_ref()).await,
        }
    }

    /// Renews for as long as that succeeds in time; the lease when told to stop.
    async fn hold(
        &self,
        mut held: Held,
        standing: &watch::Sender<Standing>,
        stop: &mut oneshot::Receiver<()>,
    ) -> Result<Held, Lost> {
        let mut pause = lease::RENEW;
        let mut cause = "no answer".to_owned();
        loop {
            tokio::select! {
                _ = &mut *stop => return Ok(held),
                () = sleep(pause) => {}
            }
            match timeout_at(held.until, self.renew(&held.lease)).await {
                Ok(Ok(renewed)) => {
                    held = renewed;
                    standing.send_replace(Standing::Leading { until: held.until });
                    pause = lease::RENEW;
                }
                Ok(Err(Unanswered::Taken(holder))) => return Err(Lost::Taken { holder }),
                Ok(Err(error)) => {
                    tracing::warn!(lease = self.name, %error, "the lease could not be renewed, trying again");
                    cause = error.to_string();
                    pause = lease::LOOK.min(held.until.saturating_duration_since(Instant::now()));
                }
                Err(_) => return Err(Lost::Expired { cause }),
            }
        }
    }

    /// Claims once more what is ours, also when somebody wrote something into it meanwhile: us, without getting an answer.
    async fn renew(&self, known: &Lease) -> Result<Held, Unanswered> {
        match self.claim(Some(known)).await {
            Err(Unanswered::Refused(kube::Error::Api(said))) if matches!(said.code, 404 | 409) => {
                let found = self.read().await?;
                match found.as_ref().map(lease::holder) {
                    // Deleted, by hand: who has seen us holding it still waits.
                    None => self.claim(None).await,
                    Some(Some(holder)) if holder == self.identity => self.claim(found.as_ref()).await,
                    Some(other) => Err(Unanswered::Taken(other.unwrap_or("nobody").to_owned())),
                }
            }
            answer => answer,
        }
    }

    async fn claim(&self, found: Option<&Lease>) -> Result<Held, Unanswered> {
        let wanted = lease::claimed(found, &self.name, &self.identity, Timestamp::now());
        let sent = Instant::now();
        let lease = self.write(&wanted).await?;
        Ok(Held {
            lease,
            until: lease::holds_until(sent),
        })
    }

    /// Lets the lease go, if it is ours: `known`, or what is found.
    async fn release(&self, known: Option<Lease>) {
        let mut known = known;
        // A renewal that got no answer may have changed the version of what we know.
        for _ in 0..2 {
            let found = match known.take() {
                Some(known) => Ok(Some(known)),
                None => self.read().await,
            };
            let outcome = match found {
                Ok(Some(found)) if lease::holder(&found) == Some(&self.identity) => {
                    self.write(&lease::released(found)).await
                }
                Ok(_) => return,
                Err(error) => Err(error),
            };
            match outcome {
                Ok(_) => {
                    tracing::info!(identity = self.identity, lease = self.name, "leadership handed over");
                    return;
                }
                Err(error) => tracing::warn!(lease = self.name, %error, "the lease could not be let go"),
            }
        }
    }

    /// Writes over the version that `wanted` carries, or makes it where it carries none.
    async fn write(&self, wanted: &Lease) -> Result<Lease, Unanswered> {
        let params = PostParams::default();
        let request = async {
            match wanted.metadata.resource_version {
                Some(_) => self.api.replace(&self.name, &params, wanted).await,
                None => self.api.create(&params, wanted).await,
            }
        };
        Ok(timeout(lease::REQUEST, request).await.map_err(|_| Unanswered::Late)??)
    }

    async fn read(&self) -> Result<Option<Lease>, Unanswered> {
        let request = self.api.get_opt(&self.name);
        Ok(timeout(lease::REQUEST, request).await.map_err(|_| Unanswered::Late)??)
    }
}

#[cfg(test)]
mod tests;
