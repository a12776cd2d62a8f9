//! The status of whole situations: each row is what was seen and what must be said.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use serde_json::{Value, json};

use super::*;
use crate::desired::tests::validated;

fn deployment(available: &str, generation: i64, observed: i64, updated: i32) -> Deployment {
    serde_json::from_value(json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "orders", "generation": generation},
        "spec": {"replicas": 2, "selector": {}, "template": {}},
        "status": {
            "observedGeneration": observed, "replicas": 2, "readyReplicas": 2, "availableReplicas": 2, "updatedReplicas": updated,
            "conditions": [{"type": "Available", "status": available}],
        },
    }))
    .unwrap()
}

fn no_image() -> Pod {
    serde_json::from_value(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "orders-a-b"},
        "status": {"containerStatuses": [{
            "name": "receiver", "image": "typo:1", "imageID": "", "ready": false, "restartCount": 0,
            "state": {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}},
        }]},
    }))
    .unwrap()
}

fn said(spec: Value, failure: Option<&Failure>, observed: &Observed<'_>) -> Vec<(String, String, String)> {
    let status = compute(
        &validated(spec),
        failure,
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
        deployment: Some(&up),
        service_monitor_served: true,
        ..Observed::default()
    };
    let expected = [
        ("Ready", "True", "Ready"),
        ("Available", "True", "MinimumReplicasAvailable"),
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
        deployment: Some(&old),
        applied_generation: 2,
        ..Observed::default()
    };
    assert_eq!(first(&unseen), pair("False", "RollingOut"));
    let unobserved = deployment("True", 2, 1, 2);
    assert_eq!(
        first(&Observed {
            deployment: Some(&unobserved),
            ..Observed::default()
        }),
        pair("False", "RollingOut")
    );
    let half = deployment("True", 2, 2, 1);
    assert_eq!(
        first(&Observed {
            deployment: Some(&half),
            ..Observed::default()
        }),
        pair("False", "RollingOut")
    );
}

#[test]
fn a_missing_image_is_named_while_old_receivers_serve_and_when_none_does() {
    let pod = no_image();
    let pods = [&pod];
    let serving = deployment("True", 2, 2, 1);
    let observed = Observed {
        deployment: Some(&serving),
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
        deployment: Some(&down),
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
        deployment: Some(&up),
        ..Observed::default()
    };
    assert_eq!(said(json!({}), Some(&failure), &observed)[0].2, "Conflict");
}

#[test]
fn no_receivers_are_not_ready() {
    let none = deployment("True", 1, 1, 2);
    let observed = Observed {
        deployment: Some(&none),
        ..Observed::default()
    };
    assert_eq!(said(json!({"replicas": 0}), None, &observed)[0].2, "ScaledToZero");
}

#[test]
fn a_condition_keeps_its_time_until_its_status_changes() {
    let up = deployment("True", 1, 1, 2);
    let observed = Observed {
        deployment: Some(&up),
        ..Observed::default()
    };
    let object = validated(json!({}));
    let before = compute(
        &object,
        None,
        &observed,
        &WebhookServiceStatus::default(),
        Timestamp::UNIX_EPOCH,
    );
    let later = Timestamp::from_second(60).unwrap();
    assert_eq!(compute(&object, None, &observed, &before, later), before);
    let changed = compute(&object, None, &Observed::default(), &before, later);
    assert_eq!(changed.conditions[0].last_transition_time, Time(later));
}
