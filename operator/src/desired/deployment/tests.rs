//! The receivers' `Deployment`, whole.

use serde_json::{Value, json};

use super::settings::Settings;
use crate::desired::tests::{meta, validated};

/// What a spec asks of the pod beyond the limits, which every pod has: variables, volumes, mounts.
fn settings(spec: Value) -> Value {
    let Settings {
        variables,
        volumes,
        mounts,
    } = Settings::of(&validated(spec));
    let variables = variables
        .iter()
        .skip(4)
        .map(|one| format!("{}={}", one.name, one.value.as_deref().unwrap_or("?")));
    json!({"variables": variables.collect::<Vec<_>>(), "volumes": volumes, "mounts": mounts})
}

#[test]
fn the_whole_deployment_of_a_default_object() {
    let selector = json!({"app.kubernetes.io/instance": "orders", "app.kubernetes.io/name": "webhook-receiver"});
    let probe = |path: &str, period: i32, failures: i32| json!({"httpGet": {"path": path, "port": "http"}, "periodSeconds": period, "failureThreshold": failures, "timeoutSeconds": 2});
    let container = json!({
        "name": "receiver",
        "image": "receiver:default",
        "imagePullPolicy": "IfNotPresent",
        "env": [
            {"name": "WEBHOOK_PATH", "value": "/webhook"},
            {"name": "WEBHOOK_MAX_PAYLOAD_BYTES", "value": "1048576"},
            {"name": "WEBHOOK_MAX_CONCURRENT_REQUESTS", "value": "512"},
            {"name": "WEBHOOK_REQUEST_TIMEOUT", "value": "10s"},
        ],
        "ports": [{"name": "http", "containerPort": 5000, "protocol": "TCP"}],
        "resources": {
            "requests": {"cpu": "50m", "memory": "32Mi", "ephemeral-storage": "64Mi"},
            "limits": {"memory": "128Mi", "ephemeral-storage": "1Gi"},
        },
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
        json!({"requests": {"cpu": "1", "ephemeral-storage": "64Mi"}, "limits": {"cpu": "2", "memory": "1Gi", "ephemeral-storage": "1Gi"}})
    );
}

#[test]
fn a_longer_request_gets_a_longer_end() {
    let built = super::build(&validated(json!({"limits": {"requestTimeoutSeconds": 60}})));
    let pod = built.spec.template.spec.unwrap();
    assert_eq!(pod.termination_grace_period_seconds, Some(75));
}

#[test]
fn every_secret_is_mounted_under_a_name_of_its_own() {
    let verification = json!({
        "scheme": "GitHub", "toleranceSeconds": 60,
        "secretRefs": [{"name": "hooks", "key": "current"}, {"name": "hooks", "key": "previous", "optional": true}],
    });
    let source = |key: &str| json!({"name": "hooks", "items": [{"key": key, "path": format!("hooks_{key}")}]});
    let mut previous = source("previous");
    previous["optional"] = json!(true);
    assert_eq!(
        settings(json!({"verification": verification})),
        json!({
            "variables": ["WEBHOOK_VERIFICATION=github", "WEBHOOK_SECRETS_DIR=/etc/webhook/secrets", "WEBHOOK_TOLERANCE=60s"],
            "volumes": [{"name": "secrets", "projected": {"defaultMode": 0o444, "sources": [{"secret": source("current")}, {"secret": previous}]}}],
            "mounts": [{"name": "secrets", "mountPath": "/etc/webhook/secrets", "readOnly": true}],
        })
    );
}

#[test]
fn a_described_sender_and_its_handshake() {
    let verification = json!({
        "scheme": "Custom", "secretRefs": [{"name": "meta", "key": "app"}],
        "custom": {
            "header": "X-Sig", "algorithm": "HmacSha512", "encoding": "Base64", "prefix": "v1=", "signed": "{timestamp}.{body}",
            "timestampHeader": "X-Time", "handshake": {"style": "Meta", "tokenSecretRef": {"name": "meta", "key": "verify"}},
        },
    });
    let settings = settings(json!({"verification": verification}));
    assert_eq!(
        settings["variables"],
        json!([
            "WEBHOOK_VERIFICATION=custom",
            "WEBHOOK_SECRETS_DIR=/etc/webhook/secrets",
            "WEBHOOK_TOLERANCE=300s",
            "WEBHOOK_CUSTOM_HEADER=X-Sig",
            "WEBHOOK_CUSTOM_ALGORITHM=hmac-sha512",
            "WEBHOOK_CUSTOM_ENCODING=base64",
            "WEBHOOK_CUSTOM_PREFIX=v1=",
            "WEBHOOK_CUSTOM_SIGNED={timestamp}.{body}",
            "WEBHOOK_CUSTOM_TIMESTAMP_HEADER=X-Time",
            "WEBHOOK_HANDSHAKE=meta",
            "WEBHOOK_HANDSHAKE_TOKEN_FILE=/etc/webhook/handshake/token",
        ])
    );
    assert_eq!(
        settings["volumes"][1],
        json!({"name": "handshake", "secret": {"secretName": "meta", "defaultMode": 0o444, "items": [{"key": "verify", "path": "token"}]}})
    );
}

#[test]
fn a_target_by_url_with_authorities_of_its_own() {
    let http = json!({
        "url": "https://orders.example/events", "format": "CloudEvents", "timeoutSeconds": 3, "attempts": 5,
        "caRef": {"name": "inside"},
    });
    assert_eq!(
        settings(json!({"delivery": {"http": http}})),
        json!({
            "variables": [
                "WEBHOOK_DELIVERY_HTTP_URL=https://orders.example/events",
                "WEBHOOK_DELIVERY_FORMAT=cloudevents",
                "WEBHOOK_DELIVERY_TIMEOUT=3s",
                "WEBHOOK_DELIVERY_ATTEMPTS=5",
                "WEBHOOK_DELIVERY_SOURCE=/namespaces/shop/webhookservices/orders",
                "WEBHOOK_DELIVERY_CA_FILE=/etc/webhook/authorities/ca.crt",
            ],
            "volumes": [{"name": "authorities", "configMap": {"name": "inside", "defaultMode": 0o444, "items": [{"key": "ca.crt", "path": "ca.crt"}]}}],
            "mounts": [{"name": "authorities", "mountPath": "/etc/webhook/authorities", "readOnly": true}],
        })
    );
}

#[test]
fn a_target_by_service() {
    for (reference, url) in [
        (json!({"name": "sink"}), "http://sink.shop.svc:80/"),
        (
            json!({"name": "sink", "namespace": "data", "port": 8080, "path": "/in"}),
            "http://sink.data.svc:8080/in",
        ),
    ] {
        let settings = settings(json!({"delivery": {"http": {"ref": reference}}}));
        assert_eq!(settings["variables"][0], format!("WEBHOOK_DELIVERY_HTTP_URL={url}"));
    }
}

#[test]
fn a_pod_template_adds_and_touches_nothing_of_ours() {
    let plain = super::build(&validated(json!({})));
    let affinity = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "disk", "operator": "Exists"}]}]}}});
    let spec = json!({
        "imagePullSecrets": [{"name": "pull"}, {"name": "other"}],
        "podTemplate": {
            "labels": {"team": "a", "app.kubernetes.io/instance": "theirs"},
            "annotations": {"mesh": "on"},
            "nodeSelector": {"disk": "ssd"},
            "tolerations": [{"operator": "Exists"}],
            "affinity": affinity,
            "topologySpreadConstraints": [{"maxSkew": 2, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
            "priorityClassName": "high",
            "env": [{"name": "RUST_LOG", "value": "debug"}],
        },
    });
    let with = super::build(&validated(spec));
    let mut expected = serde_json::to_value(&plain).unwrap();
    let template = &mut expected["spec"]["template"];
    template["metadata"]["labels"]["team"] = json!("a");
    template["metadata"]["annotations"] = json!({"mesh": "on"});
    let pod = &mut template["spec"];
    pod["imagePullSecrets"] = json!([{"name": "pull"}, {"name": "other"}]);
    pod["nodeSelector"] = json!({"disk": "ssd"});
    pod["tolerations"] = json!([{"operator": "Exists"}]);
    pod["affinity"] = affinity;
    pod["priorityClassName"] = json!("high");
    pod["topologySpreadConstraints"] = json!([{
        "maxSkew": 2, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app.kubernetes.io/instance": "orders", "app.kubernetes.io/name": "webhook-receiver"}},
    }]);
    pod["containers"][0]["env"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "RUST_LOG", "value": "debug"}));
    assert_eq!(serde_json::to_value(with).unwrap(), expected);
}

#[test]
fn an_affinity_that_says_nothing_is_left_out() {
    let plain = super::build(&validated(json!({})));
    for affinity in [
        json!({}),
        json!({"nodeAffinity": {}}),
        json!({"podAffinity": {}, "podAntiAffinity": {}}),
    ] {
        let with = super::build(&validated(json!({"podTemplate": {"affinity": affinity}})));
        assert_eq!(with, plain, "{affinity}");
    }
}

#[test]
fn a_port_of_its_own_takes_metrics_and_health() {
    let mut expected = serde_json::to_value(super::build(&validated(json!({})))).unwrap();
    let container = &mut expected["spec"]["template"]["spec"]["containers"][0];
    let variable = json!({"name": "WEBHOOK_METRICS_LISTEN", "value": "0.0.0.0:9090"});
    container["env"].as_array_mut().unwrap().push(variable);
    let port = json!({"name": "metrics", "containerPort": 9090, "protocol": "TCP"});
    container["ports"].as_array_mut().unwrap().push(port);
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
        container[probe]["httpGet"]["port"] = json!("metrics");
    }
    let built = super::build(&validated(json!({"monitoring": {"port": 9090}})));
    assert_eq!(serde_json::to_value(built).unwrap(), expected);
}

#[test]
fn a_receiver_that_tells_of_itself_has_one_variable_more_and_no_right() {
    let mut expected = serde_json::to_value(super::build(&validated(json!({})))).unwrap();
    let container = &mut expected["spec"]["template"]["spec"]["containers"][0];
    let variable = json!({"name": "WEBHOOK_CONTAINER_METRICS", "value": "true"});
    container["env"].as_array_mut().unwrap().push(variable);
    let built = super::build(&validated(json!({"monitoring": {"containerMetrics": "Self"}})));
    assert_eq!(serde_json::to_value(built).unwrap(), expected);
}

#[test]
fn an_autoscaled_deployment_says_nothing_about_replicas() {
    let built = super::build(&validated(json!({"replicas": 4, "autoscaling": {"maxReplicas": 5}})));
    assert_eq!(built.spec.replicas, None);
    let noted = json!({"webhook-operator.dev/autoscaled": "true"});
    assert_eq!(serde_json::to_value(built.metadata.annotations).unwrap(), noted);
}
