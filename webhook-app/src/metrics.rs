//! The three families of the original, and nothing else. Every label value is known at the start: none comes from a request.

use std::time::Instant;

use prometheus::{Histogram, HistogramOpts, IntCounter, IntCounterVec, Opts, Registry, TextEncoder};

/// How the encoder writes the bound of the last finite bucket, and how the original and `OpenMetrics` do. A label's value is
/// part of a series' name: with the encoder's, recorded series of the original would end here.
const RUST_BOUND: &str = "{le=\"1\"}";
const BOUND: &str = "{le=\"1.0\"}";

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

    /// Starts the clock of one request on the webhook path.
    #[must_use]
    pub fn begin(&self) -> Processing<'_> {
        Processing {
            metrics: self,
            began: Instant::now(),
            payload_bytes: None,
        }
    }

    /// All families in Prometheus' text format 0.0.4.
    ///
    /// # Errors
    /// When a family cannot be written as text, which no input can cause.
    pub fn text(&self) -> Result<String, prometheus::Error> {
        let mut text = String::with_capacity(2048);
        TextEncoder::new().encode_utf8(&self.registry.gather(), &mut text)?;
        Ok(text.replace(RUST_BOUND, BOUND))
    }
}

/// One request on the webhook path, from its head to its answer. It is counted and timed when this is dropped, so that
/// no way out goes uncounted, a sender that hung up included: as an error, unless [`Processing::succeeded`] was called.
#[derive(Debug)]
pub struct Processing<'a> {
    metrics: &'a Metrics,
    began: Instant,
    payload_bytes: Option<u64>,
}

impl Processing<'_> {
    /// Ends it as a success with a body of so many bytes.
    pub fn succeeded(mut self, payload_bytes: usize) {
        self.payload_bytes = Some(payload_bytes as u64);
    }
}

impl Drop for Processing<'_> {
    fn drop(&mut self) {
        if let Some(bytes) = self.payload_bytes {
            self.metrics.payload_bytes.inc_by(bytes);
            self.metrics.success.inc();
        } else {
            self.metrics.error.inc();
        }
        self.metrics.processing_time.observe(self.began.elapsed().as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_the_originals_with_every_series_from_the_start() {
        let metrics = Metrics::new().unwrap();
        let expected = [
            "# HELP webhook_payload_size_bytes_total Total size of webhook payloads received",
            "# TYPE webhook_payload_size_bytes_total counter",
            "webhook_payload_size_bytes_total 0",
            "# HELP webhook_processing_time_seconds Time spent processing webhook requests",
            "# TYPE webhook_processing_time_seconds histogram",
            "webhook_processing_time_seconds_bucket{le=\"0.01\"} 0",
            "webhook_processing_time_seconds_bucket{le=\"0.05\"} 0",
            "webhook_processing_time_seconds_bucket{le=\"0.1\"} 0",
            "webhook_processing_time_seconds_bucket{le=\"0.5\"} 0",
            "webhook_processing_time_seconds_bucket{le=\"1.0\"} 0",
            "webhook_processing_time_seconds_bucket{le=\"+Inf\"} 0",
            "webhook_processing_time_seconds_sum 0",
            "webhook_processing_time_seconds_count 0",
            "# HELP webhook_requests_total Total number of webhook requests processed",
            "# TYPE webhook_requests_total counter",
            "webhook_requests_total{status=\"error\"} 0",
            "webhook_requests_total{status=\"success\"} 0",
            "",
        ];
        assert_eq!(metrics.text().unwrap(), expected.join("\n"));
    }

    #[test]
    fn a_request_counts_once_however_it_ends() {
        let metrics = Metrics::new().unwrap();
        metrics.begin().succeeded(7);
        drop(metrics.begin());
        let text = metrics.text().unwrap();
        for line in [
            "webhook_requests_total{status=\"success\"} 1\n",
            "webhook_requests_total{status=\"error\"} 1\n",
            "webhook_payload_size_bytes_total 7\n",
            "webhook_processing_time_seconds_count 2\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
