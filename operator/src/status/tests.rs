//! The status of whole situations: each row is what was seen and what must be said.

use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::*;
use crate::desired::tests::validated;

fn deployment(available: &str, generation: i64, observed: i64, updated: i32) -> Rollout {
    let deployment: DynamicObject = serde_json::from_value(json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "orders", "generation": generation},
        "spec": {"replicas": 2, "selector": {}, "template": {}},
        "status": {
            "observedGeneration": observed, "replicas": 2, "readyReplicas": 2, "availableReplicas": 2, "updatedReplicas": updated,
            "conditions": [{"type": "Available", "status": available}],
        },
    }))
    .unwrap();
    Rollout::of(&deployment)
}

fn no_image() -> DynamicObject {
    serde_json::from_value(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "orders-a-b"},
        "status": {"containerStatuses": [{
            "name": "receiver", "image": "typo:1", "imageID": "", "ready": false, "restartCount": 0,
            "state": {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}},
        }]},
    }))
    .unwrap()
}

fn said(spec: Value, essential: Option<&Failure>, observed: &Observed<'_>) -> Vec<(String, String, String)> {
    let status = compute(
        &validated(spec),
        &Failures {
            essential: essential.cloned(),
            features: vec![],
        },
        observed,
        &WebhookServiceStatus::default(),
        Timestamp::UNIX_EPOCH,
    );
    status
        .conditions
        .into_iter()
        .map(|one| (one.type_, one.status, one.reason))
        .collect()
}

fn first(observed: &Observed<'_>) -> (String, String) {
    let (_, status, reason) = said(json!({}), None, observed).remove(0);
    (status, reason)
}

fn pair(status: &str, reason: &str) -> (String, String) {
    (status.to_owned(), reason.to_owned())
}

#[test]
fn everything_up() {
    let up = deployment("True", 1, 1, 2);
    let observed = Observed {
        rollout: Some(&up),
        service_monitor_served: true,
        ..Observed::default()
    };
    let expected = [
        ("Ready", "True", "Ready"),
        ("Available", "True", "MinimumReplicasAvailable"),
        ("Degraded", "False", "Complete"),
        ("Monitored", "Unknown", "Pending"),
        ("ContainerMetricsReady", "False", "CadvisorMissing"),
        ("Paused", "False", "Active"),
    ];
    let expected: Vec<_> = expected
        .map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()))
        .into();
    assert_eq!(said(json!({}), None, &observed), expected);
}

#[test]
fn not_ready_before_this_generation_is_out() {
    let old = deployment("True", 1, 1, 2);
    let unseen = Observed {
        rollout: Some(&old),
        applied_generation: 2,
        ..Observed::default()
    };
    assert_eq!(first(&unseen), pair("False", "RollingOut"));
    let unobserved = deployment("True", 2, 1, 2);
    assert_eq!(
        first(&Observed {
            rollout: Some(&unobserved),
            ..Observed::default()
        }),
        pair("False", "RollingOut")
    );
    let half = deployment("True", 2, 2, 1);
    assert_eq!(
        first(&Observed {
            rollout: Some(&half),
            ..Observed::default()
        }),
        pair("False", "RollingOut")
    );
}

#[test]
fn a_missing_image_is_named_while_old_receivers_serve_and_when_none_does() {
    let pod = no_image();
    let pods = [("orders-a-b".into(), Arc::new(Receiver::of(&pod)))];
    let serving = deployment("True", 2, 2, 1);
    let observed = Observed {
        rollout: Some(&serving),
        pods: &pods,
        ..Observed::default()
    };
    let findings = said(json!({}), None, &observed);
    assert_eq!(
        (findings[0].1.as_str(), findings[0].2.as_str()),
        ("False", "ImagePullBackOff")
    );
    assert_eq!(
        (findings[1].1.as_str(), findings[1].2.as_str()),
        ("True", "ImagePullBackOff")
    );
    let down = deployment("False", 2, 2, 2);
    let observed = Observed {
        rollout: Some(&down),
        pods: &pods,
        ..Observed::default()
    };
    assert_eq!(first(&observed), pair("False", "ImagePullBackOff"));
}

#[test]
fn a_failure_to_apply_comes_first() {
    let up = deployment("True", 1, 1, 2);
    let failure = Failure {
        reason: "Conflict",
        message: "taken".to_owned(),
    };
    let observed = Observed {
        rollout: Some(&up),
        ..Observed::default()
    };
    assert_eq!(said(json!({}), Some(&failure), &observed)[0].2, "Conflict");
}

#[test]
fn no_receivers_are_not_ready() {
    let none = deployment("True", 1, 1, 2);
    let observed = Observed {
        rollout: Some(&none),
        ..Observed::default()
    };
    assert_eq!(said(json!({"replicas": 0}), None, &observed)[0].2, "ScaledToZero");
}

#[test]
fn a_condition_keeps_its_time_until_its_status_changes() {
    let up = deployment("True", 1, 1, 2);
    let observed = Observed {
        rollout: Some(&up),
        ..Observed::default()
    };
    let object = validated(json!({}));
    let before = compute(
        &object,
        &Failures::default(),
        &observed,
        &WebhookServiceStatus::default(),
        Timestamp::UNIX_EPOCH,
    );
    let (none, later) = (Failures::default(), Timestamp::from_second(60).unwrap());
    assert_eq!(compute(&object, &none, &observed, &before, later), before);
    let changed = compute(&object, &none, &Observed::default(), &before, later);
    assert_eq!(changed.conditions[0].last_transition_time, Time(later));
}

#[test]
fn a_feature_that_fails_is_told_and_senders_are_served_all_the_same() {
    let up = deployment("True", 1, 1, 2);
    let observed = Observed {
        rollout: Some(&up),
        ..Observed::default()
    };
    let failure = |reason, message: &str| Failure {
        reason,
        message: message.to_owned(),
    };
    let failures = Failures {
        essential: None,
        features: vec![failure("Forbidden", "cannot list"), failure("Conflict", "taken")],
    };
    let old = WebhookServiceStatus::default();
    let status = compute(&validated(json!({})), &failures, &observed, &old, Timestamp::UNIX_EPOCH);
    let find = |type_: &str| status.conditions.iter().find(|one| one.type_ == type_).unwrap();
    assert_eq!(find("Ready").status, "True");
    let degraded = find("Degraded");
    let said = (
        degraded.status.as_str(),
        degraded.reason.as_str(),
        degraded.message.as_str(),
    );
    assert_eq!(said, ("True", "Forbidden", "cannot list; taken"));
}

#[test]
fn not_ready_before_the_exposure_is_done() {
    let up = deployment("True", 1, 1, 2);
    let observed = Observed {
        rollout: Some(&up),
        ..Observed::default()
    };
    let balanced = json!({"service": {"type": "LoadBalancer"}});
    assert_eq!(said(balanced, None, &observed)[0].2, "LoadBalancerPending");
    let routed = json!({"httpRoute": {"parentRefs": [{"name": "g"}], "hostnames": ["a.example"]}});
    assert_eq!(said(routed, None, &observed)[0].2, "HTTPRoutePending");
}

#[test]
fn the_kubelets_are_asked_for_what_they_need() {
    let kubelet = || json!({"monitoring": {"containerMetrics": "Kubelet"}});
    let reason = |observed: &Observed<'_>| said(kubelet(), None, observed)[4].2.clone();
    let mut observed = Observed::default();
    assert_eq!(reason(&observed), "ServiceMonitorsNotServed");
    observed.service_monitor_served = true;
    assert_eq!(reason(&observed), "KubeletServiceMissing");
    observed.kubelets = Kubelets::Unseen("cannot list resource \"services\"".to_owned());
    assert_eq!(reason(&observed), "Forbidden");
    observed.kubelets = Kubelets::Found;
    assert_eq!(reason(&observed), "KubeletMonitored");
    let failure = Failure {
        reason: "Forbidden",
        message: "cannot patch".to_owned(),
    };
    observed.shared_failure = Some(&failure);
    assert_eq!(reason(&observed), "Forbidden");
}

#[test]
fn receivers_that_tell_of_themselves_need_nothing_that_is_shared() {
    let failure = Failure {
        reason: "Forbidden",
        message: "cannot patch".to_owned(),
    };
    let serve = "the receivers serve their own containers' figures with their metrics";
    let off = format!(
        "{serve}; spec.monitoring.serviceMonitor.enabled is false: who wants them scrapes the receivers' /metrics"
    );
    let waits = format!(
        "{serve}; monitoring.coreos.com/v1 is not served: they are scraped once the Prometheus Operator's CRDs are installed"
    );
    for (is_enabled, service_monitor_served, expected) in [
        (true, true, serve),
        (true, false, &waits),
        (false, true, &off),
        (false, false, &off),
    ] {
        let monitoring = json!({"containerMetrics": "Self", "serviceMonitor": {"enabled": is_enabled}});
        let observed = Observed {
            service_monitor_served,
            shared_failure: Some(&failure),
            ..Observed::default()
        };
        let found = container_metrics::find(&validated(json!({"monitoring": monitoring})), &observed);
        assert_eq!(
            (found.holds, found.reason.as_str(), found.message.as_str()),
            (Some(true), "SelfReported", expected)
        );
    }
}

#[test]
fn what_was_sent_is_on_record_and_stays_there_while_paused() {
    let record = |number: &str| [("Deployment".to_owned(), number.to_owned())].into();
    let old = WebhookServiceStatus {
        applied: record("1"),
        ..WebhookServiceStatus::default()
    };
    let observed = Observed {
        applied: record("2"),
        ..Observed::default()
    };
    for (paused, expected) in [(false, record("2")), (true, record("1"))] {
        let validated = validated(json!({"paused": paused}));
        let status = compute(&validated, &Failures::default(), &observed, &old, Timestamp::UNIX_EPOCH);
        assert_eq!(status.applied, expected);
    }
}
