//! The receivers' `Deployment`: pods that pass Pod Security *restricted*, spread over nodes, replaced without a gap.

mod container;
mod delivery;
mod settings;
mod template;
#[cfg(test)]
mod tests;
mod verification;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment};
use k8s_openapi::api::core::v1::{PodSecurityContext, PodSpec, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::child_meta;
use crate::hardening;
use crate::names;
use crate::validate::Validated;
use settings::Settings;

/// What a receiver may need to end beside its longest request: its drain delay (5 s) and some room, in seconds.
const DRAIN_SECONDS: i64 = 15;

pub(super) fn build(validated: &Validated) -> Deployment {
    let mut metadata = child_meta(validated);
    if validated.is_autoscaled() {
        metadata.annotations = Some([(names::AUTOSCALED.to_owned(), "true".to_owned())].into());
    }
    Deployment {
        metadata,
        spec: DeploymentSpec {
            // The autoscaler's own otherwise: what is not sent is not ours, and is left alone.
            replicas: (!validated.is_autoscaled()).then_some(validated.spec.replicas),
            revision_history_limit: Some(3),
            progress_deadline_seconds: Some(120),
            selector: names::matching(names::receiver_selector(&validated.name)),
            strategy: Some(without_a_gap()),
            template: PodTemplateSpec {
                metadata: Some(template::metadata(validated)),
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
    let Settings {
        variables,
        volumes,
        mounts,
    } = Settings::of(validated);
    let mut pod = PodSpec {
        service_account_name: Some(validated.name.clone()),
        automount_service_account_token: Some(false),
        // Variables of other Services could collide with the receiver's own `WEBHOOK_*`.
        enable_service_links: Some(false),
        termination_grace_period_seconds: Some(
            DRAIN_SECONDS + i64::from(validated.spec.limits.request_timeout_seconds),
        ),
        security_context: Some(PodSecurityContext {
            run_as_non_root: Some(true),
            run_as_user: Some(hardening::USER),
            run_as_group: Some(hardening::USER),
            seccomp_profile: Some(hardening::seccomp()),
            ..PodSecurityContext::default()
        }),
        containers: vec![container::build(validated, variables, mounts)],
        volumes: (!volumes.is_empty()).then_some(volumes),
        ..PodSpec::default()
    };
    template::add(&mut pod, validated);
    pod
}
