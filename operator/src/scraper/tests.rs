//! Each row is a Prometheus' selectors, an object's `ServiceMonitor`, and what must be said of the two.

#![allow(clippy::panic, reason = "how a test ends that sees another verdict")]

use serde_json::{Value, json};

use super::*;

/// A running Prometheus of the namespace `monitoring` with this spec.
fn prometheus(spec: &Value) -> Scraper {
    let object = json!({
        "apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus",
        "metadata": {"name": "main", "namespace": "monitoring"},
        "spec": spec, "status": {"conditions": [{"type": "Available", "status": "True"}]},
    });
    Scraper::of_prometheus(&serde_json::from_value(object).unwrap())
}

fn labels(of: &Value) -> Labels {
    serde_json::from_value(of.clone()).unwrap()
}

fn judged(spec: &Value, own: &Value, namespace: &str, of_namespace: &Value) -> Verdict {
    let (own, of_namespace) = (labels(own), labels(of_namespace));
    prometheus(spec).judge(Place {
        labels: &own,
        namespace,
        namespace_labels: Some(&of_namespace),
    })
}

/// Whether `selector`, be it that of monitors or of namespaces, takes in these labels.
fn takes(selector: &Value, found: &Value) -> [bool; 2] {
    let by_monitor = json!({"serviceMonitorSelector": selector, "serviceMonitorNamespaceSelector": {}});
    let by_namespace = json!({"serviceMonitorSelector": {}, "serviceMonitorNamespaceSelector": selector});
    [
        judged(&by_monitor, found, "shop", &json!({})) == Verdict::Selected,
        judged(&by_namespace, &json!({}), "shop", found) == Verdict::Selected,
    ]
}

#[test]
fn selectors_mean_what_they_mean_to_the_prometheus_operator() {
    let one = |operator: &str, values: Value| json!({"matchExpressions": [{"key": "release", "operator": operator, "values": values}]});
    let stack = json!({"release": "stack"});
    for (selector, found, is_taken) in [
        (json!({}), json!({}), true),
        (json!({}), stack.clone(), true),
        (json!({"matchLabels": {}}), json!({}), true),
        (json!({"matchExpressions": []}), json!({}), true),
        (json!({"matchLabels": {"release": "stack"}}), stack.clone(), true),
        (json!({"matchLabels": {"release": "stack"}}), json!({}), false),
        (
            json!({"matchLabels": {"release": "stack"}}),
            json!({"release": "other"}),
            false,
        ),
        (
            json!({"matchLabels": {"release": "stack"}}),
            json!({"Release": "stack"}),
            false,
        ),
        (json!({"matchLabels": {"release": ""}}), json!({}), false),
        (json!({"matchLabels": {"release": ""}}), json!({"release": ""}), true),
        (
            json!({"matchLabels": {"release": "stack", "team": "a"}}),
            stack.clone(),
            false,
        ),
        (
            json!({"matchLabels": {"release": "stack", "team": "a"}}),
            json!({"release": "stack", "team": "a", "x": "y"}),
            true,
        ),
        (one("In", json!(["stack", "other"])), stack.clone(), true),
        (one("In", json!(["other"])), stack.clone(), false),
        (one("In", json!(["stack"])), json!({}), false),
        (one("NotIn", json!(["other"])), stack.clone(), true),
        (one("NotIn", json!(["stack"])), stack.clone(), false),
        // As Kubernetes has it: what is not there is not in.
        (one("NotIn", json!(["stack"])), json!({}), true),
        (one("Exists", json!([])), stack.clone(), true),
        (one("Exists", json!([])), json!({}), false),
        (one("DoesNotExist", json!([])), json!({}), true),
        (one("DoesNotExist", json!([])), stack.clone(), false),
        // No operator: the Prometheus Operator takes in nothing then.
        (one("Equals", json!(["stack"])), stack.clone(), false),
        (json!("release=stack"), stack.clone(), false),
        (
            json!({"matchLabels": {"release": "stack"}, "matchExpressions": [{"key": "team", "operator": "Exists"}]}),
            stack.clone(),
            false,
        ),
        (
            json!({"matchLabels": {"release": "stack"}, "matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}),
            stack,
            true,
        ),
    ] {
        assert_eq!(takes(&selector, &found), [is_taken; 2], "{selector} {found}");
    }
}

fn labelled(key: &str, value: &str) -> Value {
    json!({"matchLabels": {key: value}})
}

fn without(key: &str) -> Value {
    json!({"matchExpressions": [{"key": key, "operator": "DoesNotExist"}]})
}

fn missed(spec: &Value, own: &Value, of_namespace: &Value) -> Vec<String> {
    match judged(spec, own, "shop", of_namespace) {
        Verdict::Missed(missed) => missed,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_amiss_with_a_monitor_is_said_with_what_to_do() {
    let name = "app.kubernetes.io/name";
    for (monitors, own, expected) in [
        (
            json!(null),
            json!({}),
            "selects no ServiceMonitor: give it a spec.serviceMonitorSelector, {} for all",
        ),
        (
            labelled("release", "stack"),
            json!({}),
            "selects serviceMonitors with release=stack; this one has no such label: set spec.monitoring.serviceMonitor.labels",
        ),
        (
            labelled("release", "stack"),
            json!({"release": "other"}),
            "selects serviceMonitors with release=stack; this one has release=other: set spec.monitoring.serviceMonitor.labels",
        ),
        (
            labelled(name, "mine"),
            json!({name: "webhook-receiver"}),
            "selects serviceMonitors with app.kubernetes.io/name=mine; this one has app.kubernetes.io/name=webhook-receiver: the operator itself sets that one, so change the selector",
        ),
        (
            without("skip"),
            json!({"skip": "yes"}),
            "selects serviceMonitors with !skip; this one has skip=yes: remove it from spec.monitoring.serviceMonitor.labels",
        ),
        (
            json!("all"),
            json!({}),
            "has a spec.serviceMonitorSelector that cannot be read: correct it",
        ),
    ] {
        let spec = json!({"serviceMonitorSelector": monitors, "serviceMonitorNamespaceSelector": {}});
        let found = missed(&spec, &own, &json!({}));
        assert_eq!(found.last().map(String::as_str), Some(expected), "{spec}");
    }
}

#[test]
fn what_is_amiss_with_a_namespace_is_said_with_what_to_do() {
    for (namespaces, of_namespace, expected) in [
        (
            json!(null),
            json!({}),
            "looks for ServiceMonitors in its own namespace alone: give it a spec.serviceMonitorNamespaceSelector, {} for all namespaces",
        ),
        (
            labelled("team", "a"),
            json!({}),
            "looks for ServiceMonitors in namespaces with team=a; shop has no such label: label the namespace so",
        ),
        (
            labelled("team", "a"),
            json!({"team": "b"}),
            "looks for ServiceMonitors in namespaces with team=a; shop has team=b: label the namespace so",
        ),
        (
            without("skip"),
            json!({"skip": "yes"}),
            "looks for ServiceMonitors in namespaces with !skip; shop has skip=yes: remove that label from the namespace",
        ),
    ] {
        let spec = json!({"serviceMonitorSelector": {}, "serviceMonitorNamespaceSelector": namespaces});
        assert_eq!(missed(&spec, &json!({}), &of_namespace), [expected], "{spec}");
    }
    let both = json!({"serviceMonitorSelector": labelled("release", "stack"), "serviceMonitorNamespaceSelector": labelled("team", "a")});
    assert_eq!(missed(&both, &json!({}), &json!({})).len(), 2);
}

#[test]
fn without_a_namespace_selector_its_own_namespace_is_looked_at() {
    let spec = json!({"serviceMonitorSelector": {}});
    assert_eq!(judged(&spec, &json!({}), "monitoring", &json!({})), Verdict::Selected);
}

#[test]
fn labels_that_may_not_be_seen_leave_it_open_unless_nothing_hangs_on_them() {
    let own = labels(&json!({}));
    let unseen = Place {
        labels: &own,
        namespace: "shop",
        namespace_labels: None,
    };
    let by = |monitors: Value, namespaces: Value| {
        prometheus(&json!({"serviceMonitorSelector": monitors, "serviceMonitorNamespaceSelector": namespaces}))
            .judge(unseen)
    };
    let team = json!({"matchLabels": {"team": "a"}});
    assert_eq!(by(json!({}), json!({})), Verdict::Selected);
    assert_eq!(by(json!({}), team.clone()), Verdict::Unseen);
    assert!(
        matches!(by(team.clone(), team), Verdict::Missed(_)),
        "whatever the namespace's labels are"
    );
}

#[test]
fn one_that_does_not_run_is_told_from_one_that_does() {
    let with = |spec: Value, status: Value| {
        let object = json!({"metadata": {"name": "main", "namespace": "monitoring"}, "spec": spec, "status": status});
        let agent = Scraper::of_agent(&serde_json::from_value(object).unwrap());
        assert_eq!(agent.title, "PrometheusAgent monitoring/main");
        agent.trouble
    };
    let available = |status: &str| json!({"conditions": [{"type": "Reconciled", "status": "True"}, {"type": "Available", "status": status, "message": "no pod is ready"}]});
    assert_eq!(with(json!({}), available("True")), None);
    assert_eq!(with(json!({}), available("Degraded")), None, "some of its pods run");
    assert_eq!(
        with(json!({}), json!({"availableReplicas": 1})),
        None,
        "an older operator says no more"
    );
    let no = Some("does not run: no pod is ready".to_owned());
    assert_eq!(with(json!({}), available("False")), no);
    let unseen = Some("has no status: does the Prometheus Operator run?".to_owned());
    assert_eq!(with(json!({}), json!(null)), unseen);
    let paused = Some("is paused, so that it takes in nothing new: set its spec.paused to false".to_owned());
    assert_eq!(with(json!({"paused": true}), available("True")), paused);
}
