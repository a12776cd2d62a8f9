//! The three families of the original, and nothing else. Every label value is known at the start: none comes from a request.

use std::time::Duration;

use prometheus::{Encoder, Histogram, HistogramOpts, IntCounter, IntCounterVec, Opts, Registry, TextEncoder};

/// Counters and the histogram, resolved to handles once.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    success: IntCounter,
    error: IntCounter,
    processing_time: Histogram,
    payload_bytes: IntCounter,
}

impl Metrics {
    /// Registers all families in a registry of their own.
    ///
    /// # Errors
    /// When two families clash, which no input can cause.
    pub fn new() -> Result<Self, prometheus::Error> {
        let requests = IntCounterVec::new(
            Opts::new("webhook_requests_total", "Total number of webhook requests processed"),
            &["status"],
        )?;
        let processing_time = Histogram::with_opts(
            HistogramOpts::new(
                "webhook_processing_time_seconds",
                "Time spent processing webhook requests",
            )
            .buckets(vec![0.01, 0.05, 0.1, 0.5, 1.0]),
        )?;
        let payload_bytes = IntCounter::new(
            "webhook_payload_size_bytes_total",
            "Total size of webhook payloads received",
        )?;
        let registry = Registry::new();
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(processing_time.clone()))?;
        registry.register(Box::new(payload_bytes.clone()))?;
        Ok(Self {
            registry,
            success: requests.with_label_values(&["success"]),
            error: requests.with_label_values(&["error"]),
            processing_time,
            payload_bytes,
        })
    }

    /// Counts a body that arrived whole.
    pub fn payload(&self, bytes: usize) {
        self.payload_bytes.inc_by(bytes as u64);
    }

    /// Counts and times one answered webhook.
    pub fn answered(&self, is_success: bool, took: Duration) {
        if is_success {
            self.success.inc();
        } else {
            self.error.inc();
        }
        self.processing_time.observe(took.as_secs_f64());
    }

    /// All families in Prometheus' text format 0.0.4.
    ///
    /// # Errors
    /// When a family cannot be written as text, which no input can cause.
    pub fn text(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut text = Vec::with_capacity(2048);
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}
