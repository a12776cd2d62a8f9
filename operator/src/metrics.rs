//! What the operator says of itself in numbers: every name, every help text, and what is counted as it happens.
//! What can be read at any time is read at a scrape, in [`crate::scrape`]. No label's value comes from a user.

use std::time::Duration;

use prometheus::{Histogram, HistogramOpts, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};

use crate::gate::Verb;

/// The bounds of reconciles, in seconds: from one that writes nothing to one whose every request runs into its deadline.
const RECONCILE_BOUNDS: [f64; 12] = [
    0.000_5, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0, 60.0,
];

/// All families.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    reconciles: IntCounterVec,
    reconcile_time: Histogram,
    writes: IntCounterVec,
    watch_errors: IntCounterVec,
    /// Set at a scrape.
    pub gauges: Gauges,
}

/// What is set at a scrape.
#[derive(Clone, Debug)]
pub struct Gauges {
    /// Objects due and not begun.
    pub queue_depth: IntGauge,
    /// Objects whose last reconcile failed.
    pub backoff_objects: IntGauge,
    /// Objects in the caches, by kind.
    pub watched_objects: IntGaugeVec,
    /// Whether this process may write.
    pub leader: IntGauge,
    /// Whether an API that may be absent is there, by kind.
    pub api_served: IntGaugeVec,
    /// Objects that are paused.
    pub paused_objects: IntGauge,
    /// Objects by the status of their `Ready`.
    pub objects: IntGaugeVec,
}

/// Registers families in one registry.
struct Families(Registry);

impl Families {
    fn options(name: &str, help: &str) -> Opts {
        Opts::new(format!("webhook_operator_{name}"), help)
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, prometheus::Error> {
        let family = IntCounterVec::new(Self::options(name, help), labels)?;
        self.0.register(Box::new(family.clone()))?;
        Ok(family)
    }

    fn gauges(&self, name: &str, help: &str, label: &str) -> Result<IntGaugeVec, prometheus::Error> {
        let family = IntGaugeVec::new(Self::options(name, help), &[label])?;
        self.0.register(Box::new(family.clone()))?;
        Ok(family)
    }

    fn gauge(&self, options: Opts) -> Result<IntGauge, prometheus::Error> {
        let family = IntGauge::with_opts(options)?;
        self.0.register(Box::new(family.clone()))?;
        Ok(family)
    }

    fn histogram(&self, name: &str, help: &str, bounds: &[f64]) -> Result<Histogram, prometheus::Error> {
        let options = HistogramOpts::from(Self::options(name, help)).buckets(bounds.to_vec());
        let family = Histogram::with_opts(options)?;
        self.0.register(Box::new(family.clone()))?;
        Ok(family)
    }
}

impl Gauges {
    fn new(families: &Families) -> Result<Self, prometheus::Error> {
        let gauge = |name, help| families.gauge(Families::options(name, help));
        Ok(Self {
            queue_depth: gauge(
                "queue_depth",
                "WebhookServices that should be looked at now and have not been begun; those that wait for a retry count once it is due",
            )?,
            backoff_objects: gauge(
                "backoff_objects",
                "WebhookServices whose last reconcile failed and is tried again, later each time",
            )?,
            watched_objects: families.gauges("watched_objects", "Objects in the operator's caches", "kind")?,
            leader: gauge("leader", "Whether this process may write: 1 while it surely holds the lease")?,
            api_served: families.gauges(
                "api_served",
                "Whether the API server offers an API that it may lack, and its objects are known",
                "api",
            )?,
            paused_objects: gauge("paused_objects", "WebhookServices whose spec.paused is true")?,
            objects: families.gauges(
                "objects",
                "WebhookServices by the status of their condition Ready; Unreadable are those whose spec cannot be read",
                "ready",
            )?,
        })
    }
}

impl Metrics {
    /// Registers all families in a registry of their own.
    ///
    /// # Errors
    /// When two families clash, which no input can cause.
    pub fn new() -> Result<Self, prometheus::Error> {
        let families = Families(Registry::new());
        let build = Families::options("build_info", "The running version; the value is always 1")
            .const_label("version", env!("CARGO_PKG_VERSION"));
        families.gauge(build)?.set(1);
        let reconciles = families.counters(
            "reconciles_total",
            "Reconciles that ended, by result and, after an error, its reason",
            &["result", "reason"],
        )?;
        // From the start, so that the first one is an increase.
        let _ = reconciles.with_label_values(&["success", ""]);
        Ok(Self {
            reconciles,
            reconcile_time: families.histogram(
                "reconcile_duration_seconds",
                "Time that one reconcile took, requests included",
                &RECONCILE_BOUNDS,
            )?,
            writes: families.counters(
                "writes_total",
                "Write requests sent to the API server, whatever became of them; those for the lease are not counted",
                &["kind", "verb"],
            )?,
            watch_errors: families.counters(
                "watch_errors_total",
                "Failures of watches, each tried again",
                &["kind"],
            )?,
            gauges: Gauges::new(&families)?,
            registry: families.0,
        })
    }

    /// Counts a reconcile that took `time`, and its error's reason if it failed.
    pub fn reconciled(&self, time: Duration, error: Option<&'static str>) {
        let result = if error.is_some() { "error" } else { "success" };
        self.reconciles
            .with_label_values(&[result, error.unwrap_or_default()])
            .inc();
        self.reconcile_time.observe(time.as_secs_f64());
    }

    /// Counts a request that is sent now.
    pub fn writes(&self, kind: &'static str, verb: Verb) {
        self.writes.with_label_values(&[kind, verb.name()]).inc();
    }

    /// Counts a watch's failure.
    pub fn watch_failed(&self, kind: &str) {
        self.watch_errors.with_label_values(&[kind]).inc();
    }

    /// All families in Prometheus' text form.
    ///
    /// # Errors
    /// When they cannot be written as text, which no input can cause.
    pub fn text(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

    use super::*;

    /// The lines of all samples.
    fn samples(metrics: &Metrics) -> Vec<String> {
        let text = metrics.text().unwrap();
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn what_happens_is_counted_under_names_of_our_own() {
        let metrics = Metrics::new().unwrap();
        metrics.reconciled(Duration::from_millis(3), None);
        metrics.reconciled(Duration::from_secs(11), Some("ApiServerTimeout"));
        metrics.writes("WebhookService", Verb::Status);
        metrics.watch_failed("Pod");
        let samples = samples(&metrics);
        for expected in [
            "reconciles_total{reason=\"\",result=\"success\"} 1",
            "reconciles_total{reason=\"ApiServerTimeout\",result=\"error\"} 1",
            "reconcile_duration_seconds_bucket{le=\"0.005\"} 1",
            "reconcile_duration_seconds_bucket{le=\"60\"} 2",
            "writes_total{kind=\"WebhookService\",verb=\"status\"} 1",
            "watch_errors_total{kind=\"Pod\"} 1",
        ] {
            let expected = format!("webhook_operator_{expected}");
            assert!(samples.contains(&expected), "no {expected} in {samples:#?}");
        }
        assert!(samples.iter().all(|sample| sample.starts_with("webhook_operator_")));
    }

    #[test]
    fn a_success_is_there_before_the_first() {
        let samples = samples(&Metrics::new().unwrap());
        let expected = "webhook_operator_reconciles_total{reason=\"\",result=\"success\"} 0";
        assert!(samples.iter().any(|sample| sample == expected), "{samples:#?}");
    }
}
