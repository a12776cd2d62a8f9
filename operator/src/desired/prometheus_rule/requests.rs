//! What is recorded of requests: how many, how long, how large, and what became of them.

use super::Subject;
use crate::crd::Bound;
use crate::external::Rule;

/// The share of requests that took longer than `p99Seconds`, over two windows.
pub(super) const SLOW_5M: &str = "namespace_service:webhook_slow_requests_per_request:ratio_rate5m";
pub(super) const SLOW_30M: &str = "namespace_service:webhook_slow_requests_per_request:ratio_rate30m";

/// The share of requests whose sender could not be verified.
pub(super) const UNVERIFIED: &str = "namespace_service:webhook_signature_failures_per_request:ratio_rate5m";

/// The share of deliveries that the target did not take.
pub(super) const UNDELIVERED: &str = "namespace_service:webhook_delivery_failures_per_delivery:ratio_rate5m";

const COUNT: &str = "webhook_processing_time_seconds_count";
const BUCKET: &str = "webhook_processing_time_seconds_bucket";

/// Without requests nothing is recorded of them but their number: a share of nothing is none, and no alert may come of it.
pub(super) fn rules(subject: &Subject<'_>) -> Vec<Rule> {
    let requests = subject.own("webhook_requests_total");
    let count = subject.rate(COUNT, "5m");
    let payload = subject.rate("webhook_payload_size_bytes_total", "5m");
    // Bytes are counted of webhooks that were taken.
    let taken = subject.own_with("webhook_requests_total", "status=\"success\"");
    let mut rules = vec![
        subject.record(
            "namespace_service:webhook_requests:rate5m",
            subject.rate("webhook_requests_total", "5m"),
        ),
        subject.record(
            "namespace_service_status:webhook_requests:rate5m",
            format!("sum by (status) (rate({requests}[5m]))"),
        ),
        subject.record(
            "namespace_service_reason:webhook_rejections:rate5m",
            format!(
                "sum by (reason) (rate({}[5m]))",
                subject.own("webhook_rejections_total")
            ),
        ),
        subject.record(
            "namespace_service:webhook_processing_time_seconds:mean5m",
            format!(
                "{} / ({count} > 0)",
                subject.rate("webhook_processing_time_seconds_sum", "5m")
            ),
        ),
        quantile(subject, "0.5"),
        quantile(subject, "0.99"),
        subject.record(SLOW_5M, slow(subject, "5m")),
        subject.record(SLOW_30M, slow(subject, "30m")),
        subject.record("namespace_service:webhook_payload_size_bytes:rate5m", payload.clone()),
        subject.record(
            "namespace_service:webhook_payload_size_bytes_per_request:ratio_rate5m",
            format!("{payload} / (sum(rate({taken}[5m])) > 0)"),
        ),
    ];
    let spec = &subject.validated.spec;
    rules.extend(spec.verification.as_ref().map(|_| unverified(subject)));
    rules.extend(spec.delivery.as_ref().map(|_| undelivered(subject)));
    rules
}

fn quantile(subject: &Subject<'_>, quantile: &str) -> Rule {
    let buckets = format!("sum by (le) (rate({}[5m]))", subject.own(BUCKET));
    // Of nothing it is no number, which is not at least 0.
    let expr = format!("histogram_quantile({quantile}, {buckets}) >= 0");
    let name = "namespace_service_quantile:webhook_processing_time_seconds:histogram_quantile5m";
    let mut rule = subject.record(name, expr);
    rule.labels.insert("quantile".to_owned(), quantile.to_owned());
    rule
}

/// Counted from the bucket that ends at the bound: nothing is guessed, as a quantile between two bounds would be.
fn slow(subject: &Subject<'_>, window: &str) -> String {
    let bound = match subject.settings.p99_seconds {
        // As the receivers write it, and as another image may.
        Bound::S1 => "le=~\"1([.]0)?\"".to_owned(),
        bound => format!("le=\"{}\"", bound.seconds()),
    };
    let quick = subject.own_with(BUCKET, &bound);
    format!(
        "1 - sum(rate({quick}[{window}])) / ({} > 0)",
        subject.rate(COUNT, window)
    )
}

fn unverified(subject: &Subject<'_>) -> Rule {
    let refused = subject.own_with("webhook_rejections_total", "reason=~\"signature_.+\"");
    let requests = subject.rate("webhook_requests_total", "5m");
    subject.record(UNVERIFIED, format!("sum(rate({refused}[5m])) / ({requests} > 0)"))
}

fn undelivered(subject: &Subject<'_>) -> Rule {
    let failed = subject.own_with("webhook_deliveries_total", "outcome!=\"delivered\"");
    let deliveries = subject.rate("webhook_deliveries_total", "5m");
    subject.record(UNDELIVERED, format!("sum(rate({failed}[5m])) / ({deliveries} > 0)"))
}
