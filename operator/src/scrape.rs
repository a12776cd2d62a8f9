//! What the admin listener tells, read when it is asked: the caches' sizes, the objects' state, standing and health.
//! Only reads.

use std::sync::Arc;

use kube::ResourceExt;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::context::Context;
use crate::leader::Standing;
use crate::optional::{Feature, cache};
use crate::status::condition;
use crate::watches::Guarded;

/// The statuses of `Ready`, and what stands for an object that cannot be read. All are always there, also with 0.
const READINESS: [&str; 4] = ["True", "False", "Unknown", "Unreadable"];

/// Where to look.
#[derive(Clone)]
pub struct View {
    /// The caches, the counters and the work.
    pub context: Arc<Context>,
    /// Whether this process may write.
    pub standing: watch::Receiver<Standing>,
    /// Whether all caches have been filled.
    pub filled: watch::Receiver<bool>,
}

impl View {
    /// Whether the process can do its work or take it over, and in one line how it stands.
    ///
    /// # Errors
    /// Why not.
    pub fn readiness(&self) -> Result<&'static str, &'static str> {
        if !*self.filled.borrow() {
            return Err("caches are not filled yet: is the WebhookService CRD installed?");
        }
        Ok(if self.leads() { "leading" } else { "standby" })
    }

    /// All metrics in Prometheus' text form.
    ///
    /// # Errors
    /// When they cannot be written as text, which no input can cause.
    pub fn metrics(&self) -> Result<String, prometheus::Error> {
        let gauges = &self.context.metrics.gauges;
        gauges.leader.set(self.leads().into());
        gauges.queue_depth.set(number(self.context.progress.waiting()));
        self.count_objects();
        self.count_caches();
        self.context.metrics.text()
    }

    fn leads(&self) -> bool {
        self.standing.borrow().leads(Instant::now())
    }

    fn count_objects(&self) {
        let gauges = &self.context.metrics.gauges;
        let objects = self.context.objects.state();
        // By the objects that there are: one that failed and was deleted waits for nothing.
        let backing_off = {
            let failures = self.context.failures();
            let is_failing = |object: &&Arc<Guarded>| object.uid().is_some_and(|uid| failures.contains_key(&uid));
            objects.iter().filter(is_failing).count()
        };
        gauges.backoff_objects.set(number(backing_off));
        let paused = objects
            .iter()
            .filter(|object| object.0.as_ref().is_ok_and(|object| object.spec.paused));
        gauges.paused_objects.set(number(paused.count()));
        for state in READINESS {
            let count = objects.iter().filter(|object| readiness(object) == state).count();
            gauges.objects.with_label_values(&[state]).set(number(count));
        }
    }

    fn count_caches(&self) {
        let (gauges, watches) = (&self.context.metrics.gauges, &self.context.watches);
        for (kind, served) in [
            ("ServiceMonitor", count(&watches.service_monitors)),
            ("PrometheusRule", count(&watches.prometheus_rules)),
            ("HTTPRoute", count(&watches.http_routes)),
        ] {
            gauges
                .api_served
                .with_label_values(&[kind])
                .set(served.is_some().into());
        }
        for (kind, count) in [
            ("WebhookService", self.context.objects.len()),
            ("ServiceAccount", watches.service_accounts.len()),
            ("Service", watches.services.len()),
            ("Deployment", watches.deployments.len()),
            ("Pod", watches.pods.len()),
            ("Event", watches.mounts.len()),
            ("DaemonSet", count(&watches.cadvisors).unwrap_or_default()),
            ("ServiceMonitor", count(&watches.service_monitors).unwrap_or_default()),
            ("PrometheusRule", count(&watches.prometheus_rules).unwrap_or_default()),
            (
                "HorizontalPodAutoscaler",
                count(&watches.autoscalers).unwrap_or_default(),
            ),
            (
                "PodDisruptionBudget",
                count(&watches.disruption_budgets).unwrap_or_default(),
            ),
            ("NetworkPolicy", count(&watches.network_policies).unwrap_or_default()),
            ("Ingress", count(&watches.ingresses).unwrap_or_default()),
            ("HTTPRoute", count(&watches.http_routes).unwrap_or_default()),
            ("ConfigMap", count(&watches.dashboards).unwrap_or_default()),
        ] {
            gauges.watched_objects.with_label_values(&[kind]).set(number(count));
        }
    }
}

/// How many are there, where the kind is served and may be watched.
fn count<V>(feature: &Feature<V>) -> Option<usize> {
    cache(feature).map(|cache| cache.len())
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// One of [`READINESS`].
fn readiness(object: &Guarded) -> &'static str {
    let Ok(object) = &object.0 else { return "Unreadable" };
    let conditions = object.status.iter().flat_map(|status| &status.conditions);
    let ready = conditions.into_iter().find(|found| found.type_ == condition::READY);
    ready
        .and_then(|ready| READINESS[..2].iter().find(|state| **state == ready.status))
        .copied()
        .unwrap_or("Unknown")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_counts_under_its_ready_or_under_what_it_lacks() {
        let condition = |kind: &str, status: &str| json!({"type": kind, "status": status, "reason": "Any", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"});
        for (spec, conditions, expected) in [
            (json!({}), json!([condition("Ready", "True")]), "True"),
            (
                json!({}),
                json!([condition("Available", "True"), condition("Ready", "False")]),
                "False",
            ),
            (json!({}), json!([condition("Ready", "Unknown")]), "Unknown"),
            (json!({}), json!([condition("Available", "True")]), "Unknown"),
            (
                json!({"replicas": "many"}),
                json!([condition("Ready", "True")]),
                "Unreadable",
            ),
        ] {
            let object = json!({"apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService", "metadata": {"name": "orders"}, "spec": spec, "status": {"conditions": conditions}});
            let object: Guarded = serde_json::from_value(object.clone()).unwrap();
            assert_eq!(readiness(&object), expected, "{spec} {conditions}");
        }
        let new = json!({"apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService", "metadata": {"name": "orders"}, "spec": {}});
        assert_eq!(readiness(&serde_json::from_value(new).unwrap()), "Unknown");
    }
}
