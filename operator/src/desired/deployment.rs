//! The receivers' `Deployment`: pods that pass Pod Security *restricted*, spread over nodes, replaced without a gap.

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment};
use k8s_openapi::api::core::v1::{
    Container, ContainerPort, EnvVar, HTTPGetAction, PodSecurityContext, PodSpec, PodTemplateSpec, Probe,
    ResourceRequirements, TopologySpreadConstraint,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::child_meta;
use crate::crd::{ImagePullPolicy, ResourceAmounts, Resources};
use crate::hardening;
use crate::names;
use crate::validate::Validated;

/// The receiver's drain delay (5 s), its longest request (10 s) and some room, in seconds.
const GRACE_SECONDS: i64 = 25;

pub(super) fn build(validated: &Validated) -> Deployment {
    Deployment {
        metadata: child_meta(validated),
        spec: DeploymentSpec {
            replicas: Some(validated.spec.replicas),
            revision_history_limit: Some(3),
            progress_deadline_seconds: Some(120),
            selector: names::matching(names::receiver_selector(&validated.name)),
            strategy: Some(without_a_gap()),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta {
                    labels: Some(names::receiver_labels(&validated.name)),
                    ..ObjectMeta::default()
                }),
                spec: Some(pod(validated)),
            },
            ..DeploymentSpec::default()
        },
        ..Deployment::default()
    }
}

/// A new receiver is ready before an old one goes.
fn without_a_gap() -> DeploymentStrategy {
    DeploymentStrategy {
        type_: Some("RollingUpdate".to_owned()),
        rolling_update: Some(RollingUpdateDeployment {
            max_surge: Some(IntOrString::String("25%".to_owned())),
            max_unavailable: Some(IntOrString::Int(0)),
        }),
    }
}

fn pod(validated: &Validated) -> PodSpec {
    PodSpec {
        service_account_name: Some(validated.name.clone()),
        automount_service_account_token: Some(false),
        // Variables of other Services could collide with the receiver's own `WEBHOOK_*`.
        enable_service_links: Some(false),
        termination_grace_period_seconds: Some(GRACE_SECONDS),
        security_context: Some(PodSecurityContext {
            run_as_non_root: Some(true),
            run_as_user: Some(65_532),
            run_as_group: Some(65_532),
            seccomp_profile: Some(hardening::seccomp()),
            ..PodSecurityContext::default()
        }),
        topology_spread_constraints: Some(vec![TopologySpreadConstraint {
            label_selector: Some(names::matching(names::receiver_selector(&validated.name))),
            match_label_keys: Some(vec!["pod-template-hash".to_owned()]),
            max_skew: 1,
            topology_key: "kubernetes.io/hostname".to_owned(),
            when_unsatisfiable: "ScheduleAnyway".to_owned(),
            ..TopologySpreadConstraint::default()
        }]),
        containers: vec![container(validated)],
        ..PodSpec::default()
    }
}

fn container(validated: &Validated) -> Container {
    let spec = &validated.spec;
    Container {
        name: names::RECEIVER_CONTAINER.to_owned(),
        image: Some(validated.image.clone()),
        image_pull_policy: Some(pull_policy(spec.image_pull_policy).to_owned()),
        env: Some(vec![
            variable("WEBHOOK_PATH", &spec.path),
            variable("WEBHOOK_MAX_PAYLOAD_BYTES", &spec.limits.max_payload_bytes.to_string()),
        ]),
        ports: Some(vec![ContainerPort {
            name: Some(names::HTTP_PORT_NAME.to_owned()),
            container_port: names::RECEIVER_PORT,
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        }]),
        resources: Some(requirements(&spec.resources)),
        security_context: Some(hardening::container()),
        startup_probe: Some(probe("/healthz", 1, 30)),
        readiness_probe: Some(probe("/readyz", 2, 2)),
        liveness_probe: Some(probe("/healthz", 10, 3)),
        ..Container::default()
    }
}

fn variable(name: &str, value: &str) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        value_from: None,
    }
}

fn probe(path: &str, period_seconds: i32, failure_threshold: i32) -> Probe {
    Probe {
        http_get: Some(HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::String(names::HTTP_PORT_NAME.to_owned()),
            ..HTTPGetAction::default()
        }),
        period_seconds: Some(period_seconds),
        failure_threshold: Some(failure_threshold),
        timeout_seconds: Some(2),
        ..Probe::default()
    }
}

fn pull_policy(policy: ImagePullPolicy) -> &'static str {
    match policy {
        ImagePullPolicy::IfNotPresent => "IfNotPresent",
        ImagePullPolicy::Always => "Always",
        ImagePullPolicy::Never => "Never",
    }
}

fn requirements(resources: &Resources) -> ResourceRequirements {
    let amounts = |amounts: &ResourceAmounts| {
        let named = [("cpu", &amounts.cpu), ("memory", &amounts.memory)];
        Some(
            named
                .into_iter()
                .filter_map(|(name, amount)| Some((name.to_owned(), amount.clone()?)))
                .collect(),
        )
    };
    ResourceRequirements {
        requests: amounts(&resources.requests),
        limits: amounts(&resources.limits),
        claims: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::desired::tests::{meta, validated};

    #[test]
    fn the_whole_deployment_of_a_default_object() {
        let selector = json!({"app.kubernetes.io/instance": "orders", "app.kubernetes.io/name": "webhook-receiver"});
        let probe = |path: &str, period: i32, failures: i32| json!({"httpGet": {"path": path, "port": "http"}, "periodSeconds": period, "failureThreshold": failures, "timeoutSeconds": 2});
        let container = json!({
            "name": "receiver",
            "image": "receiver:default",
            "imagePullPolicy": "IfNotPresent",
            "env": [{"name": "WEBHOOK_PATH", "value": "/webhook"}, {"name": "WEBHOOK_MAX_PAYLOAD_BYTES", "value": "1048576"}],
            "ports": [{"name": "http", "containerPort": 5000, "protocol": "TCP"}],
            "resources": {"requests": {"cpu": "50m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
            "securityContext": {
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
            },
            "startupProbe": probe("/healthz", 1, 30),
            "readinessProbe": probe("/readyz", 2, 2),
            "livenessProbe": probe("/healthz", 10, 3),
        });
        assert_eq!(
            serde_json::to_value(super::build(&validated(json!({})))).unwrap(),
            json!({
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": meta(),
                "spec": {
                    "replicas": 2,
                    "revisionHistoryLimit": 3,
                    "progressDeadlineSeconds": 120,
                    "selector": {"matchLabels": selector},
                    "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}},
                    "template": {
                        "metadata": {"labels": meta()["labels"]},
                        "spec": {
                            "serviceAccountName": "orders",
                            "automountServiceAccountToken": false,
                            "enableServiceLinks": false,
                            "terminationGracePeriodSeconds": 25,
                            "securityContext": {
                                "runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532,
                                "seccompProfile": {"type": "RuntimeDefault"},
                            },
                            "topologySpreadConstraints": [{
                                "labelSelector": {"matchLabels": selector},
                                "matchLabelKeys": ["pod-template-hash"],
                                "maxSkew": 1,
                                "topologyKey": "kubernetes.io/hostname",
                                "whenUnsatisfiable": "ScheduleAnyway",
                            }],
                            "containers": [container],
                        },
                    },
                },
            })
        );
    }

    #[test]
    fn every_field_of_the_spec_reaches_the_pod() {
        let built = super::build(&validated(json!({
            "replicas": 7, "image": "mine:1", "imagePullPolicy": "Always", "path": "/in", "limits": {"maxPayloadBytes": 9},
            "resources": {"requests": {"cpu": 1}, "limits": {"cpu": "2", "memory": "1Gi"}},
        })));
        assert_eq!(built.spec.replicas, Some(7));
        let container = serde_json::to_value(&built.spec.template.spec.unwrap().containers[0]).unwrap();
        let of = |pointer: &str| container.pointer(pointer).unwrap().clone();
        assert_eq!(of("/image"), json!("mine:1"));
        assert_eq!(of("/imagePullPolicy"), json!("Always"));
        assert_eq!(of("/env/0/value"), json!("/in"));
        assert_eq!(of("/env/1/value"), json!("9"));
        assert_eq!(
            of("/resources"),
            json!({"requests": {"cpu": "1"}, "limits": {"cpu": "2", "memory": "1Gi"}})
        );
    }
}
