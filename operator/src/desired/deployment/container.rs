//! The receiver's container: its image, its settings as `WEBHOOK_*` variables, its probes and what it may use.

use k8s_openapi::api::core::v1::{
    Container, ContainerPort, EnvVar, HTTPGetAction, Probe, ResourceRequirements, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::crd::{ImagePullPolicy, ResourceAmounts, Resources};
use crate::hardening;
use crate::names;
use crate::validate::Validated;

pub(super) fn build(validated: &Validated, variables: Vec<EnvVar>, mounts: Vec<VolumeMount>) -> Container {
    let spec = &validated.spec;
    let health = match spec.monitoring.port {
        Some(_) => names::METRICS_PORT_NAME,
        None => names::HTTP_PORT_NAME,
    };
    Container {
        name: names::RECEIVER_CONTAINER.to_owned(),
        image: Some(validated.image.clone()),
        image_pull_policy: Some(pull_policy(spec.image_pull_policy).to_owned()),
        env: Some(variables.into_iter().chain(spec.pod_template.env.clone()).collect()),
        volume_mounts: (!mounts.is_empty()).then_some(mounts),
        ports: Some(ports(spec.monitoring.port)),
        resources: Some(requirements(&spec.resources)),
        security_context: Some(hardening::container()),
        startup_probe: Some(probe(health, "/healthz", 1, 30)),
        readiness_probe: Some(probe(health, "/readyz", 2, 2)),
        liveness_probe: Some(probe(health, "/healthz", 10, 3)),
        ..Container::default()
    }
}

fn ports(monitoring: Option<i32>) -> Vec<ContainerPort> {
    let port = |name: &str, number| ContainerPort {
        name: Some(name.to_owned()),
        container_port: number,
        protocol: Some("TCP".to_owned()),
        ..ContainerPort::default()
    };
    let webhooks = port(names::HTTP_PORT_NAME, names::RECEIVER_PORT);
    let metrics = monitoring.map(|number| port(names::METRICS_PORT_NAME, number));
    [webhooks].into_iter().chain(metrics).collect()
}

fn probe(port: &str, path: &str, period_seconds: i32, failure_threshold: i32) -> Probe {
    Probe {
        http_get: Some(HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::String(port.to_owned()),
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

/// A receiver writes no file, but what its node keeps of its log counts as its own: room for that, and an end to it.
const STORAGE: (&str, &str, &str) = ("ephemeral-storage", "64Mi", "1Gi");

fn requirements(resources: &Resources) -> ResourceRequirements {
    let amounts = |amounts: &ResourceAmounts, storage: &str| {
        let storage = Some(Quantity(storage.to_owned()));
        let named = [
            ("cpu", &amounts.cpu),
            ("memory", &amounts.memory),
            (STORAGE.0, &storage),
        ];
        let set = named
            .into_iter()
            .filter_map(|(name, amount)| Some((name.to_owned(), amount.clone()?)));
        Some(set.collect())
    };
    ResourceRequirements {
        requests: amounts(&resources.requests, STORAGE.1),
        limits: amounts(&resources.limits, STORAGE.2),
        claims: None,
    }
}
