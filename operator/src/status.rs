//! What is said of an object: its status from what was wanted, what was applied and what was last seen. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use crate::crd::{Condition, WebhookServiceStatus};
use crate::exposure::{self, Front, Routed};
use crate::names;
use crate::rollout::{Coverage, Rollout};
use crate::trouble::{self, FailedMount, Receiver};
use crate::validate::Validated;

pub use monitored::{Scrapers, Scraping};

/// The types of the conditions, in the order they are listed.
pub mod condition {
    /// A sender can deliver now.
    pub const READY: &str = "Ready";
    /// The Deployment's own availability, with the pods' reason when something is wrong.
    pub const AVAILABLE: &str = "Available";
    /// Something that senders do not depend on is not as the spec says.
    pub const DEGRADED: &str = "Degraded";
    /// A Prometheus scrapes the receivers.
    pub const MONITORED: &str = "Monitored";
    /// cAdvisor or the kubelets cover the nodes.
    pub const CONTAINER_METRICS_READY: &str = "ContainerMetricsReady";
    /// Reconciliation is off.
    pub const PAUSED: &str = "Paused";
}

/// What the watches last saw of an object's surroundings.
#[derive(Clone, Debug, Default)]
pub struct Observed<'a> {
    /// The receivers' Deployment.
    pub rollout: Option<&'a Rollout>,
    /// The generation of the Deployment that our last write made, 0 when none was needed.
    pub applied_generation: i64,
    /// What is to be on record of the children that were sent.
    pub applied: BTreeMap<String, String>,
    /// The receivers, with their names.
    pub pods: &'a [(Box<str>, Arc<Receiver>)],
    /// Which of them wait for their volumes, and why.
    pub failed_mounts: &'a [FailedMount],
    /// The receivers' Service.
    pub front: Option<&'a Front>,
    /// Their `HTTPRoute`.
    pub route: Option<&'a Routed>,
    /// The shared cAdvisor.
    pub cadvisor: Option<&'a Coverage>,
    /// Why the shared objects are not as they should be.
    pub shared_failure: Option<&'a Failure>,
    /// The Service of all kubelets.
    pub kubelets: Kubelets,
    /// Whether the API server knows `ServiceMonitors`.
    pub service_monitor_served: bool,
    /// Whether it knows `PrometheusRules`.
    pub prometheus_rule_served: bool,
    /// Who may scrape the receivers.
    pub scraping: Scraping<'a>,
}

/// What is known of the Service of all kubelets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kubelets {
    /// It is there.
    Found,
    /// It is not.
    #[default]
    Missing,
    /// We may not look; what the API server says, which names the right.
    Unseen(String),
}

/// Why the children could not be applied, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One word in `PascalCase`.
    pub reason: &'static str,
    /// What is wrong, where, and what to do.
    pub message: String,
}

/// What could not be applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Without which senders cannot be served as the spec says.
    pub essential: Option<Failure>,
    /// Without which they are served all the same.
    pub features: Vec<Failure>,
}

/// What a condition says, before it has a time.
struct Finding {
    /// `None`: it is not known.
    holds: Option<bool>,
    reason: String,
    message: String,
}

impl Finding {
    fn new(holds: impl Into<Option<bool>>, reason: &str, message: impl Into<String>) -> Self {
        Self {
            holds: holds.into(),
            reason: reason.to_owned(),
            message: message.into(),
        }
    }
}

/// Computes the status; a condition keeps the time it has in `old` unless its status changes.
#[must_use]
pub fn compute(
    validated: &Validated,
    failures: &Failures,
    observed: &Observed<'_>,
    old: &WebhookServiceStatus,
    now: Timestamp,
) -> WebhookServiceStatus {
    let available = available(observed);
    let findings = [
        (
            condition::READY,
            ready(validated, failures.essential.as_ref(), observed, &available),
        ),
        (condition::AVAILABLE, available),
        (condition::DEGRADED, degraded(&failures.features)),
        (condition::MONITORED, monitored::find(validated, observed, old)),
        (
            condition::CONTAINER_METRICS_READY,
            container_metrics::find(validated, observed),
        ),
        (condition::PAUSED, paused(validated)),
    ];
    WebhookServiceStatus {
        observed_generation: Some(validated.generation),
        replicas: observed.rollout.map_or(0, |rollout| rollout.replicas),
        ready_replicas: observed.rollout.map_or(0, |rollout| rollout.ready),
        selector: names::receiver_selector_text(&validated.name),
        url: exposure::url(validated, observed.front),
        image: validated.image.clone(),
        conditions: findings
            .map(|(type_, finding)| with_time(type_, finding, validated.generation, old, now))
            .into(),
        // Nothing was looked at.
        applied: if validated.spec.paused {
            old.applied.clone()
        } else {
            observed.applied.clone()
        },
    }
}

fn with_time(type_: &str, finding: Finding, generation: i64, old: &WebhookServiceStatus, now: Timestamp) -> Condition {
    let status = match finding.holds {
        Some(true) => "True",
        Some(false) => "False",
        None => "Unknown",
    };
    let since = old
        .conditions
        .iter()
        .find(|before| before.type_ == type_ && before.status == status);
    Condition {
        type_: type_.to_owned(),
        status: status.to_owned(),
        reason: finding.reason,
        message: finding.message,
        observed_generation: Some(generation),
        last_transition_time: since.map_or(Time(now), |before| before.last_transition_time.clone()),
    }
}

fn ready(validated: &Validated, failure: Option<&Failure>, observed: &Observed<'_>, available: &Finding) -> Finding {
    if let Some(failure) = failure {
        return Finding::new(false, failure.reason, &failure.message);
    }
    if available.holds != Some(true) {
        return Finding::new(false, &available.reason, &available.message);
    }
    if validated.fewest_receivers() == 0 {
        return Finding::new(false, "ScaledToZero", "spec.replicas is 0: no receiver takes webhooks");
    }
    let Some(rollout) = observed.rollout.filter(|rollout| is_rolled_out(rollout, observed)) else {
        // The old receivers serve while the new ones come up; what keeps those from it is in `available`.
        let reason = if available.reason == "MinimumReplicasAvailable" {
            "RollingOut"
        } else {
            &available.reason
        };
        return Finding::new(
            false,
            reason,
            format!("the receivers of this generation are not all up: {}", available.message),
        );
    };
    if let Some((reason, message)) = exposure::pending(validated, observed.front, observed.route) {
        return Finding::new(false, reason, message);
    }
    let unmonitored = if validated.spec.monitoring.service_monitor.enabled && !observed.service_monitor_served {
        "; no ServiceMonitor yet, since monitoring.coreos.com/v1 is not served: it follows once the Prometheus Operator's CRDs are installed"
    } else {
        ""
    };
    let unwatched = alerts::missing(validated, observed);
    Finding::new(
        true,
        "Ready",
        format!("{} receivers take webhooks{unmonitored}{unwatched}", rollout.available),
    )
}

/// Whether every receiver that the Deployment wants runs its present template.
fn is_rolled_out(rollout: &Rollout, observed: &Observed<'_>) -> bool {
    rollout.generation >= observed.applied_generation
        && rollout.observed_generation >= rollout.generation
        && rollout.updated >= rollout.wanted
}

fn available(observed: &Observed<'_>) -> Finding {
    let few = || {
        let message = "not enough receivers are available yet";
        Finding::new(false, "MinimumReplicasUnavailable", message)
    };
    let Some(rollout) = observed.rollout else {
        // One that was just sent is about to be seen, without receivers: there is nothing else to be told in between.
        let missing = || Finding::new(false, "DeploymentMissing", "the Deployment is not there yet");
        return if observed.applied_generation > 0 {
            few()
        } else {
            missing()
        };
    };
    let holds = rollout.is_available;
    if let Some(trouble) = trouble::of_pods(observed.pods, observed.failed_mounts) {
        return Finding::new(holds, &trouble.reason, trouble.message);
    }
    if let Some((reason, message)) = rollout.refusal.as_deref() {
        let advice = trouble::advice_on_refused_pod(message);
        return Finding::new(holds, reason, format!("{message}{advice}"));
    }
    if holds {
        return Finding::new(true, "MinimumReplicasAvailable", "enough receivers are available");
    }
    few()
}

fn degraded(features: &[Failure]) -> Finding {
    let Some(first) = features.first() else {
        return Finding::new(false, "Complete", "all that the spec asks for is in force");
    };
    let messages: Vec<_> = features.iter().map(|failure| failure.message.as_str()).collect();
    Finding::new(true, first.reason, messages.join("; "))
}

fn paused(validated: &Validated) -> Finding {
    if validated.spec.paused {
        Finding::new(
            true,
            "SpecPaused",
            "spec.paused is true: nothing is created, corrected or removed",
        )
    } else {
        Finding::new(false, "Active", "reconciliation is on")
    }
}

mod alerts;
mod container_metrics;
mod monitored;
#[cfg(test)]
mod tests;
