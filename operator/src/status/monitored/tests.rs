//! Each row is who may scrape the receivers, and what must be said of it.

use serde_json::{Value, json};

use super::*;
use crate::desired::tests::validated;
use crate::status::{Failures, compute};

const READY: &str = "True";

fn scraper(name: &str, monitors: &Value, available: &str) -> Arc<Scraper> {
    let object = json!({
        "metadata": {"name": name, "namespace": "monitoring"},
        "spec": {"serviceMonitorSelector": monitors, "serviceMonitorNamespaceSelector": {}},
        "status": {"conditions": [{"type": "Available", "status": available, "message": "no pod is ready"}]},
    });
    Arc::new(Scraper::of_prometheus(&serde_json::from_value(object).unwrap()))
}

fn all() -> Value {
    json!({})
}

fn labelled(key: &str) -> Value {
    json!({"matchLabels": {key: "x"}})
}

fn said(spec: Value, scraping: Scraping<'_>, old: &WebhookServiceStatus) -> (String, String, String) {
    let observed = Observed {
        service_monitor_served: true,
        scraping,
        ..Observed::default()
    };
    let now = jiff::Timestamp::UNIX_EPOCH;
    let status = compute(&validated(spec), &Failures::default(), &observed, old, now);
    let found = status
        .conditions
        .into_iter()
        .find(|one| one.type_ == condition::MONITORED)
        .unwrap();
    (found.status, found.reason, found.message)
}

fn by(scrapers: Vec<Arc<Scraper>>, scrape: Scrape) -> Scraping<'static> {
    Scraping {
        scrapers: Scrapers::Found(scrapers),
        scrape,
        ..Scraping::default()
    }
}

/// Of an object with nothing special about it, that is looked at for the first time.
fn first(scraping: Scraping<'_>) -> (String, String, String) {
    said(json!({}), scraping, &WebhookServiceStatus::default())
}

fn three(status: &str, reason: &str, message: &str) -> (String, String, String) {
    (status.to_owned(), reason.to_owned(), message.to_owned())
}

#[test]
fn what_the_selectors_say_is_said_of_the_prometheus_that_lacks_least() {
    let main = || scraper("main", &all(), READY);
    for (scrapers, expected) in [
        (
            vec![],
            three(
                "False",
                "NoPrometheus",
                "there is no Prometheus and no PrometheusAgent in the cluster: make one that selects this ServiceMonitor",
            ),
        ),
        (
            vec![main()],
            three(
                "True",
                "Selected",
                "Prometheus monitoring/main selects this ServiceMonitor",
            ),
        ),
        (
            vec![scraper("a", &labelled("a"), READY), main(), scraper("z", &all(), READY)],
            three(
                "True",
                "Selected",
                "Prometheus monitoring/main selects this ServiceMonitor",
            ),
        ),
        (
            vec![scraper("a", &all(), "False"), main()],
            three(
                "True",
                "Selected",
                "Prometheus monitoring/main selects this ServiceMonitor",
            ),
        ),
        (
            vec![scraper("a", &all(), "False"), scraper("b", &labelled("b"), READY)],
            three(
                "False",
                "PrometheusNotRunning",
                "Prometheus monitoring/a selects this ServiceMonitor, but does not run: no pod is ready",
            ),
        ),
        (
            vec![
                scraper("a", &json!({"matchLabels": {"a": "x", "b": "x"}}), READY),
                scraper("b", &labelled("b"), READY),
                scraper("c", &labelled("c"), "False"),
            ],
            three(
                "False",
                "NotSelected",
                "Prometheus monitoring/b selects serviceMonitors with b=x; this one has no such label: set spec.monitoring.serviceMonitor.labels; the 2 others select it no more than this one",
            ),
        ),
    ] {
        assert_eq!(first(by(scrapers, Scrape::Unasked)), expected);
    }
}

#[test]
fn the_labels_that_are_set_are_those_that_are_looked_for() {
    let scraping = || by(vec![scraper("main", &labelled("release"), READY)], Scrape::Unasked);
    let with = |labels: Value| {
        let spec = json!({"monitoring": {"serviceMonitor": {"labels": labels}}});
        said(spec, scraping(), &WebhookServiceStatus::default()).1
    };
    assert_eq!(with(json!({})), "NotSelected");
    assert_eq!(with(json!({"release": "x"})), "Selected");
}

#[test]
fn what_a_prometheus_says_of_its_targets_decides() {
    let selected = |scrape| by(vec![scraper("main", &all(), READY)], scrape);
    for (scrape, status, reason) in [
        (Scrape::Unasked, "True", "Selected"),
        (Scrape::Up, "True", "Scraped"),
        (Scrape::Down, "False", "TargetsDown"),
        (Scrape::Absent, "False", "NotScraped"),
        (
            Scrape::Unanswered("refused".to_owned()),
            "Unknown",
            "PrometheusUnanswering",
        ),
        (Scrape::Pending, "Unknown", "Pending"),
    ] {
        let (found, because, message) = first(selected(scrape.clone()));
        assert_eq!((found.as_str(), because.as_str()), (status, reason), "{message}");
        // What another monitor brings in is no proof that ours is taken in.
        let (found, because, _) = first(by(vec![], scrape.clone()));
        let expected = if scrape == Scrape::Pending {
            "Pending"
        } else {
            "NoPrometheus"
        };
        assert_eq!(because, expected, "{found}");
        // Nothing runs that could be scraped.
        let (_, because, _) = said(
            json!({"replicas": 0}),
            selected(scrape.clone()),
            &WebhookServiceStatus::default(),
        );
        let expected = if scrape == Scrape::Pending {
            "Pending"
        } else {
            "Selected"
        };
        assert_eq!(because, expected, "{scrape:?}");
    }
    let (.., message) = first(selected(Scrape::Unanswered("refused".to_owned())));
    assert!(message.ends_with("does not answer: refused"), "{message}");
}

#[test]
fn where_nobody_may_look_the_targets_alone_tell() {
    let unseen = |scrape| Scraping {
        scrapers: Scrapers::Unseen("may not look".to_owned()),
        scrape,
        ..Scraping::default()
    };
    assert_eq!(
        first(unseen(Scrape::Unasked)),
        three("Unknown", "PrometheusesUnseen", "may not look")
    );
    assert_eq!(
        first(unseen(Scrape::Absent)),
        three("Unknown", "PrometheusesUnseen", "may not look")
    );
    assert_eq!(
        first(unseen(Scrape::Up)),
        three("True", "Scraped", "Prometheus scrapes the receivers")
    );
}

#[test]
fn what_the_prometheus_operator_says_is_believed() {
    let binding = |resource: &str, status: &str| -> Binding {
        serde_json::from_value(json!({
            "group": "monitoring.coreos.com", "resource": resource, "namespace": "monitoring", "name": "main",
            "conditions": [{"type": "Accepted", "status": status, "message": "it refers to files"}],
        }))
        .unwrap()
    };
    let told = |bindings: &[Binding]| {
        first(Scraping {
            scrapers: Scrapers::Found(vec![]),
            bindings,
            ..Scraping::default()
        })
    };
    assert_eq!(
        told(&[binding("prometheuses", "False")]),
        three(
            "False",
            "Rejected",
            "Prometheus monitoring/main selects this ServiceMonitor and rejects it: it refers to files"
        )
    );
    assert_eq!(
        told(&[binding("prometheuses", "False"), binding("prometheusagents", "True")]),
        three(
            "True",
            "Selected",
            "PrometheusAgent monitoring/main selects this ServiceMonitor"
        )
    );
    assert_eq!(told(&[]).1, "NoPrometheus");
}

#[test]
fn a_start_that_has_yet_to_hear_says_what_was_said() {
    let before = WebhookServiceStatus {
        conditions: vec![crate::crd::Condition {
            type_: condition::MONITORED.to_owned(),
            status: "False".to_owned(),
            reason: "TargetsDown".to_owned(),
            message: "down".to_owned(),
            observed_generation: None,
            last_transition_time: k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(jiff::Timestamp::UNIX_EPOCH),
        }],
        ..WebhookServiceStatus::default()
    };
    for scraping in [
        Scraping::default(),
        by(vec![scraper("main", &all(), READY)], Scrape::Pending),
    ] {
        assert_eq!(
            said(json!({}), scraping, &before),
            three("False", "TargetsDown", "down")
        );
    }
}

#[test]
fn without_a_service_monitor_that_is_the_reason() {
    let off = json!({"monitoring": {"serviceMonitor": {"enabled": false}}});
    assert_eq!(
        said(off, Scraping::default(), &WebhookServiceStatus::default()).1,
        "SwitchedOff"
    );
    let unserved = Observed::default();
    let now = jiff::Timestamp::UNIX_EPOCH;
    let status = compute(
        &validated(json!({})),
        &Failures::default(),
        &unserved,
        &WebhookServiceStatus::default(),
        now,
    );
    let found = status
        .conditions
        .iter()
        .find(|one| one.type_ == condition::MONITORED)
        .unwrap();
    assert_eq!(found.reason, "ServiceMonitorsNotServed");
}
