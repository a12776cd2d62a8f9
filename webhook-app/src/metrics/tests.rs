//! What is there from the start, and that everything counts once.

use super::*;

#[test]
fn the_originals_families_are_there_from_the_start() {
    let text = Metrics::new().unwrap().text().unwrap();
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
    ];
    for line in expected {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
}

#[test]
fn a_request_counts_once_however_it_ends() {
    let metrics = Metrics::new().unwrap();
    metrics.begin().succeeded(7);
    metrics.begin().refused(Reason::TooLarge);
    drop(metrics.begin());
    let text = metrics.text().unwrap();
    for line in [
        "webhook_requests_total{status=\"success\"} 1\n",
        "webhook_requests_total{status=\"error\"} 2\n",
        "webhook_rejections_total{reason=\"too_large\"} 1\n",
        "webhook_rejections_total{reason=\"broken\"} 1\n",
        "webhook_payload_size_bytes_total 7\n",
        "webhook_processing_time_seconds_count 3\n",
        "webhook_own_time_seconds_count 3\n",
        "webhook_requests_in_flight 0\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn reasons_are_listed_in_the_order_of_their_declaration() {
    for (place, (reason, _)) in Reason::ALL.into_iter().enumerate() {
        assert_eq!(reason as usize, place);
    }
}

#[test]
fn it_tells_since_when_it_runs() {
    let since_epoch = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    let before = since_epoch();
    let metrics = Metrics::new().unwrap();
    let started = |metrics: &Metrics| -> f64 {
        let text = metrics.text().unwrap();
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix("process_start_time_seconds "));
        value.unwrap().parse().unwrap()
    };
    let first = started(&metrics);
    assert!((before..=since_epoch()).contains(&first), "{first}");
    metrics.begin().succeeded(1);
    assert!((started(&metrics) - first).abs() < f64::EPSILON);
}
