//! What is counted and timed: the three families of the original, and ours. Every label value is known at the start or
//! comes from a secret's file name: none comes from a request.

mod durations;
mod page;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use durations::Durations;
use page::Turns;
use prometheus::{Gauge, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry};

use crate::answer::Reason;
use crate::delivery::Undelivered;

/// The bounds of deliveries, in seconds.
const DELIVERY_BOUNDS: [f64; 11] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Counters and histograms, resolved to handles once.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    /// Where files have to be read for the page, whose turn it is.
    turns: Option<Turns>,
    success: IntCounter,
    error: IntCounter,
    /// Reads the processor's own counter where that is reliable: the system's clock costs more than all the counting.
    clock: quanta::Clock,
    durations: Durations,
    payload_bytes: IntCounter,
    in_flight: IntGauge,
    /// By [`Reason`].
    rejections: Vec<IntCounter>,
    /// By the name of the key's slot.
    verifications: IntCounterVec,
    secrets_loaded: IntCounter,
    secrets_refused: IntCounter,
    deliveries: Deliveries,
}

/// What becomes of webhooks that are passed on.
#[derive(Clone, Debug)]
struct Deliveries {
    delivered: IntCounter,
    /// By [`Undelivered::place`].
    undelivered: Vec<IntCounter>,
    time: Histogram,
    retries: IntCounter,
}

/// Registers families in one registry.
struct Families(Registry);

impl Families {
    fn counter(&self, name: &str, help: &str) -> Result<IntCounter, prometheus::Error> {
        let family = IntCounter::new(name, help)?;
        self.0.register(Box::new(family.clone()))?;
        Ok(family)
    }

    fn counters(&self, name: &str, help: &str, label: &str) -> Result<IntCounterVec, prometheus::Error> {
        let family = IntCounterVec::new(Opts::new(name, help), &[label])?;
        self.0.register(Box::new(family.clone()))?;
        Ok(family)
    }

    fn histogram(&self, name: &str, help: &str, bounds: &[f64]) -> Result<Histogram, prometheus::Error> {
        let family = Histogram::with_opts(HistogramOpts::new(name, help).buckets(bounds.to_vec()))?;
        self.0.register(Box::new(family.clone()))?;
        Ok(family)
    }

    fn gauge(&self, options: Opts) -> Result<IntGauge, prometheus::Error> {
        let family = IntGauge::with_opts(options)?;
        self.0.register(Box::new(family.clone()))?;
        Ok(family)
    }

    /// By the name that Prometheus' own libraries have for it: what changes in it are restarts.
    fn start_time(&self) -> Result<(), prometheus::Error> {
        let family = Gauge::new(
            "process_start_time_seconds",
            "Start time of the process since unix epoch in seconds.",
        )?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        family.set(now.as_secs_f64());
        self.0.register(Box::new(family))
    }
}

impl Metrics {
    /// Registers all families in a registry of their own.
    ///
    /// # Errors
    /// When two families clash, which no input can cause.
    pub fn new() -> Result<Self, prometheus::Error> {
        let families = Families(Registry::new());
        let requests = families.counters(
            "webhook_requests_total",
            "Total number of webhook requests processed",
            "status",
        )?;
        let rejections = families.counters(
            "webhook_rejections_total",
            "Webhook requests refused, by reason",
            "reason",
        )?;
        let reloads = families.counters(
            "webhook_secret_reloads_total",
            "Changes of the accepted secrets, by whether they could be used",
            "result",
        )?;
        let build = Opts::new("webhook_build_info", "The running version; the value is always 1")
            .const_label("version", env!("CARGO_PKG_VERSION"));
        families.gauge(build)?.set(1);
        families.start_time()?;
        let durations = Durations::new(
            (
                "webhook_processing_time_seconds",
                "Time spent processing webhook requests",
            ),
            (
                "webhook_own_time_seconds",
                "Time the receiver itself spent on a webhook, without waiting for its sender or its target",
            ),
        )?;
        families.0.register(Box::new(durations.clone()))?;
        Ok(Self {
            success: requests.with_label_values(&["success"]),
            error: requests.with_label_values(&["error"]),
            clock: quanta::Clock::new(),
            durations,
            payload_bytes: families.counter(
                "webhook_payload_size_bytes_total",
                "Total size of webhook payloads received",
            )?,
            in_flight: families.gauge(Opts::new(
                "webhook_requests_in_flight",
                "Webhook requests that have no answer yet",
            ))?,
            rejections: Reason::ALL
                .map(|(_, reason)| rejections.with_label_values(&[reason]))
                .into(),
            verifications: families.counters(
                "webhook_verifications_total",
                "Webhooks whose signature held, by the key that made it",
                "key",
            )?,
            secrets_loaded: reloads.with_label_values(&["loaded"]),
            secrets_refused: reloads.with_label_values(&["refused"]),
            deliveries: Deliveries::new(&families)?,
            registry: families.0,
            turns: None,
        })
    }

    /// Starts the clock of one request on the webhook path.
    #[must_use]
    pub fn begin(&self) -> Processing<'_> {
        self.in_flight.inc();
        Processing {
            metrics: self,
            began: self.clock.raw(),
            not_ours: Duration::ZERO,
            outcome: Err(Reason::Broken),
        }
    }

    /// Counts a webhook whose signature the key in this slot made.
    pub fn verified(&self, slot: &str) {
        self.verifications.with_label_values(&[slot]).inc();
    }

    /// Has the series of these slots from now on, with the counts they had before.
    pub fn accept<'k>(&self, slots: impl Iterator<Item = &'k str>) {
        slots.for_each(|slot| _ = self.verifications.with_label_values(&[slot]));
    }

    /// Counts a change of the accepted secrets.
    pub fn reloaded(&self, are_usable: bool) {
        let counter = if are_usable {
            &self.secrets_loaded
        } else {
            &self.secrets_refused
        };
        counter.inc();
    }

    /// Counts a delivery and the time it took.
    pub fn delivered(&self, outcome: Result<(), Undelivered>, time: Duration) {
        match outcome {
            Ok(()) => self.deliveries.delivered.inc(),
            Err(undelivered) => self.deliveries.undelivered[undelivered.place()].inc(),
        }
        self.deliveries.time.observe(time.as_secs_f64());
    }

    /// Counts an attempt after the first.
    pub fn tried_again(&self) {
        self.deliveries.retries.inc();
    }
}

impl Deliveries {
    fn new(families: &Families) -> Result<Self, prometheus::Error> {
        let outcomes = families.counters(
            "webhook_deliveries_total",
            "Webhooks passed on to the target, by outcome",
            "outcome",
        )?;
        Ok(Self {
            delivered: outcomes.with_label_values(&["delivered"]),
            undelivered: Undelivered::OUTCOMES
                .map(|outcome| outcomes.with_label_values(&[outcome]))
                .into(),
            time: families.histogram(
                "webhook_delivery_time_seconds",
                "Time until the target had taken a webhook or was given up, over all attempts",
                &DELIVERY_BOUNDS,
            )?,
            retries: families.counter(
                "webhook_delivery_retries_total",
                "Attempts to pass a webhook on after the first",
            )?,
        })
    }
}

/// One request on the webhook path, from its head to its answer. It is counted and timed when this is dropped, so that
/// no way out goes uncounted, a sender that hung up included.
#[derive(Debug)]
pub struct Processing<'a> {
    metrics: &'a Metrics,
    /// In the clock's own unit.
    began: u64,
    not_ours: Duration,
    /// The length of the body, or why it was refused.
    outcome: Result<u64, Reason>,
}

impl Processing<'_> {
    /// How long it takes by now.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        let clock = &self.metrics.clock;
        Duration::from_nanos(clock.delta_as_nanos(self.began, clock.raw()))
    }

    /// Says that for so long it was the sender or the target who took the time.
    pub fn waited(&mut self, time: Duration) {
        self.not_ours += time;
    }

    /// Ends it as a success with a body of so many bytes.
    pub fn succeeded(mut self, payload_bytes: usize) {
        self.outcome = Ok(payload_bytes as u64);
    }

    /// Ends it as an error.
    pub fn refused(mut self, reason: Reason) {
        self.outcome = Err(reason);
    }
}

impl Drop for Processing<'_> {
    fn drop(&mut self) {
        let metrics = self.metrics;
        match self.outcome {
            Ok(bytes) => {
                metrics.payload_bytes.inc_by(bytes);
                metrics.success.inc();
            }
            Err(reason) => {
                metrics.error.inc();
                metrics.rejections[reason as usize].inc();
            }
        }
        metrics.durations.record(self.elapsed(), self.not_ours);
        metrics.in_flight.dec();
    }
}

#[cfg(test)]
mod tests;
