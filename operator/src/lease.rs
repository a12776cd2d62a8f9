//! Who may write, decided from what was read of one Lease and from the own monotonic clock. Pure: it asks nobody.
//! The times inside a Lease are by other machines' clocks: they are written for people and never compared.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use tokio::time::Instant;

/// How long others wait after the last renewal that they saw. With [`LOOK`] twice, a killed leader is followed within 13 s.
pub const DURATION: Duration = Duration::from_secs(12);

/// How much earlier the holder stops: for a request that is on its way, and for clocks that do not run alike.
pub const MARGIN: Duration = Duration::from_secs(2);

/// For how long a claim lets its maker write.
pub const HOLDS: Duration = DURATION.saturating_sub(MARGIN);

/// How often the holder renews.
pub const RENEW: Duration = Duration::from_secs(2);

/// How often the others look: a lease that was let go is taken within this time. It is one small read.
pub const LOOK: Duration = Duration::from_millis(500);

/// The longest that one request about the lease may take: three that get no answer leave time for a fourth.
pub const REQUEST: Duration = Duration::from_millis(1500);

/// Until when a claim surely holds, by the clock of its maker, who read it just before sending the claim.
#[must_use]
pub fn holds_until(sent: Instant) -> Instant {
    sent + HOLDS
}

/// Who holds the lease, if anybody does.
#[must_use]
pub fn holder(lease: &Lease) -> Option<&str> {
    let spec = lease.spec.as_ref()?;
    spec.holder_identity.as_deref().filter(|holder| !holder.is_empty())
}

/// What a candidate may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody holds it, or its holder has surely stopped: it may be claimed.
    Free,
    /// It holds it already: a claim of its own got no answer, and arrived.
    Ours,
    /// Another holds it.
    Held {
        /// Who.
        holder: String,
    },
}

/// One who wants the lease, with what it has seen of others.
#[derive(Debug)]
pub struct Candidate {
    identity: String,
    other: Option<Other>,
}

/// The last sign of life of another holder.
#[derive(Debug)]
struct Other {
    holder: String,
    version: Option<String>,
    until: Instant,
}

impl Candidate {
    /// One that has seen nothing yet.
    #[must_use]
    pub fn new(identity: &str) -> Self {
        Self {
            identity: identity.to_owned(),
            other: None,
        }
    }

    /// Judges what was read. `now` is a moment after the answer came: the holder's own time began before.
    pub fn look(&mut self, found: Option<&Lease>, now: Instant) -> Verdict {
        match found.map(|lease| (lease, holder(lease))) {
            Some((_, Some(holder))) if holder == self.identity => return Verdict::Ours,
            Some((lease, Some(holder))) => self.hear(lease, holder, now),
            // Let go: who does that has stopped writing.
            Some((_, None)) => self.other = None,
            // Deleted, by hand: its holder does not know yet, and writes.
            None => {}
        }
        match &self.other {
            Some(other) if now < other.until => Verdict::Held {
                holder: other.holder.clone(),
            },
            _ => Verdict::Free,
        }
    }

    fn hear(&mut self, lease: &Lease, holder: &str, now: Instant) {
        let version = &lease.metadata.resource_version;
        if self.other.as_ref().is_some_and(|other| other.version == *version) {
            return;
        }
        self.other = Some(Other {
            holder: holder.to_owned(),
            version: version.clone(),
            until: now + promised(lease),
        });
    }
}

/// For how long its holder may write: it may be of another version, with another duration.
fn promised(lease: &Lease) -> Duration {
    let seconds = lease.spec.as_ref().and_then(|spec| spec.lease_duration_seconds);
    let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
    seconds.map_or(DURATION, Duration::from_secs)
}

/// The lease as `identity` claims or renews it. It keeps the version of `found`, so that of two claims one is refused.
#[must_use]
pub fn claimed(found: Option<&Lease>, name: &str, identity: &str, now: Timestamp) -> Lease {
    let mut lease = found.cloned().unwrap_or_else(|| Lease {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            ..ObjectMeta::default()
        },
        spec: None,
    });
    let is_new = holder(&lease) != Some(identity);
    let spec = lease.spec.get_or_insert_with(LeaseSpec::default);
    if is_new {
        spec.acquire_time = Some(MicroTime(now));
        spec.lease_transitions = Some(spec.lease_transitions.unwrap_or(0).saturating_add(1));
    }
    spec.holder_identity = Some(identity.to_owned());
    spec.lease_duration_seconds = i32::try_from(DURATION.as_secs()).ok();
    spec.renew_time = Some(MicroTime(now));
    lease
}

/// The lease as its holder lets it go.
#[must_use]
pub fn released(mut lease: Lease) -> Lease {
    if let Some(spec) = &mut lease.spec {
        spec.holder_identity = None;
    }
    lease
}

#[cfg(test)]
mod tests;
