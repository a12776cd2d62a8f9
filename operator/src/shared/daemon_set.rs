//! cAdvisor on every node, with the least that it needs: no privilege, no capability, no token, not root, three read-only mounts.
//! Flags and mounts follow cAdvisor's own documentation and source as of 0.60; each that is not obvious says why.

use k8s_openapi::api::apps::v1::{DaemonSet, DaemonSetSpec};
use k8s_openapi::api::core::v1::{
    Container, ContainerPort, HTTPGetAction, HostPathVolumeSource, LocalObjectReference, PodSecurityContext, PodSpec,
    PodTemplateSpec, Probe, ResourceRequirements, Toleration, Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{CadvisorSettings, shared_meta, version};
use crate::hardening;
use crate::names;

/// Two samples per default scrape interval of 30 s.
const HOUSEKEEPING: &str = "15s";

/// Host directory, where cAdvisor looks for it, and its volume's name.
/// That each is needed is shown by `tests/tests/cluster/cadvisor_exceptions.rs`.
const MOUNTS: [(&str, &str, &str); 3] = [
    // cAdvisor takes `/rootfs/proc` as the sign that it runs in a container, and reads other pods' network counters there.
    ("/proc", "/rootfs/proc", "proc"),
    // The rest of `/sys` is the same in every container.
    ("/sys/fs/cgroup", "/sys/fs/cgroup", "cgroup"),
    // The directory, not the socket: a restarted containerd makes a new one.
    ("/run/containerd", "/run/containerd", "containerd"),
];

pub(super) fn build(settings: &CadvisorSettings) -> DaemonSet {
    DaemonSet {
        metadata: shared_meta(settings),
        spec: DaemonSetSpec {
            selector: names::matching(names::cadvisor_selector()),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta {
                    labels: Some(names::cadvisor_labels()),
                    ..ObjectMeta::default()
                }),
                spec: Some(pod(settings)),
            },
            ..DaemonSetSpec::default()
        },
        ..DaemonSet::default()
    }
}

fn pod(settings: &CadvisorSettings) -> PodSpec {
    PodSpec {
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        node_selector: Some([("kubernetes.io/os".to_owned(), "linux".to_owned())].into()),
        priority_class_name: Some("system-node-critical".to_owned()),
        security_context: Some(PodSecurityContext {
            run_as_non_root: Some(true),
            run_as_user: Some(hardening::USER),
            // containerd's socket belongs to this group.
            run_as_group: Some(0),
            seccomp_profile: Some(hardening::seccomp()),
            ..PodSecurityContext::default()
        }),
        termination_grace_period_seconds: Some(5),
        tolerations: Some(vec![Toleration {
            operator: Some("Exists".to_owned()),
            ..Toleration::default()
        }]),
        volumes: Some(MOUNTS.map(|(host, _, name)| host_directory(name, host)).into()),
        image_pull_secrets: pull_secrets(settings),
        containers: vec![container(settings)],
        ..PodSpec::default()
    }
}

fn pull_secrets(settings: &CadvisorSettings) -> Option<Vec<LocalObjectReference>> {
    let secrets = settings.pull_secrets.iter();
    let secrets: Vec<_> = secrets
        .map(|name| LocalObjectReference { name: name.clone() })
        .collect();
    (!secrets.is_empty()).then_some(secrets)
}

fn host_directory(name: &str, path: &str) -> Volume {
    Volume {
        name: name.to_owned(),
        // No type: a node without the directory still starts the pod, and the condition tells.
        host_path: Some(HostPathVolumeSource {
            path: path.to_owned(),
            type_: None,
        }),
        ..Volume::default()
    }
}

fn arguments(image: &str) -> Vec<String> {
    let pressure = if version::knows_pressure(image) {
        ",pressure"
    } else {
        ""
    };
    let labels = "io.kubernetes.container.name,io.kubernetes.pod.name,io.kubernetes.pod.namespace";
    vec![
        format!("--port={}", names::CADVISOR_PORT),
        // Silences the raw cgroups only: the series of slices, which no pod owns.
        "--docker_only=true".to_owned(),
        // All labels of all containers would be the cost of cAdvisor, and its cardinality.
        "--store_container_labels=false".to_owned(),
        format!("--whitelisted_container_labels={labels}"),
        format!("--enable_metrics=cpu,memory,network,diskIO{pressure}"),
        format!("--housekeeping_interval={HOUSEKEEPING}"),
        format!("--max_housekeeping_interval={HOUSEKEEPING}"),
        "--allow_dynamic_housekeeping=false".to_owned(),
        "--storage_duration=1m".to_owned(),
        "--event_storage_event_limit=default=0".to_owned(),
        "--event_storage_age_limit=default=0".to_owned(),
        // Else one thread per core of the node, and throttling.
        "--max_procs=2".to_owned(),
        "--v=0".to_owned(),
    ]
}

fn container(settings: &CadvisorSettings) -> Container {
    let amounts = |pairs: &[(&str, &str)]| {
        Some(
            pairs
                .iter()
                .map(|(name, amount)| ((*name).to_owned(), Quantity((*amount).to_owned())))
                .collect(),
        )
    };
    let mount = |(_, path, name): (&str, &str, &str)| VolumeMount {
        name: name.to_owned(),
        mount_path: path.to_owned(),
        read_only: Some(true),
        ..VolumeMount::default()
    };
    Container {
        name: "cadvisor".to_owned(),
        image: Some(settings.image.clone()),
        image_pull_policy: Some("IfNotPresent".to_owned()),
        args: Some(arguments(&settings.image)),
        ports: Some(vec![ContainerPort {
            name: Some(names::CADVISOR_PORT_NAME.to_owned()),
            container_port: names::CADVISOR_PORT,
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        }]),
        resources: Some(ResourceRequirements {
            requests: amounts(&[("cpu", "50m"), ("memory", "64Mi")]),
            limits: amounts(&[("memory", "512Mi")]),
            claims: None,
        }),
        security_context: Some(hardening::container()),
        volume_mounts: Some(MOUNTS.map(mount).into()),
        readiness_probe: Some(probe(5)),
        liveness_probe: Some(probe(30)),
        ..Container::default()
    }
}

fn probe(period_seconds: i32) -> Probe {
    Probe {
        http_get: Some(HTTPGetAction {
            path: Some("/healthz".to_owned()),
            port: IntOrString::String(names::CADVISOR_PORT_NAME.to_owned()),
            ..HTTPGetAction::default()
        }),
        period_seconds: Some(period_seconds),
        timeout_seconds: Some(5),
        ..Probe::default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::shared::tests::settings;

    #[test]
    fn nothing_of_the_host_is_writable_and_nothing_is_privileged_or_root() {
        let pod = super::build(&settings()).spec.template.spec.unwrap();
        let container = &pod.containers[0];
        let context = container.security_context.as_ref().unwrap();
        assert_eq!(
            (context.privileged, context.allow_privilege_escalation),
            (None, Some(false))
        );
        assert_eq!(
            context.capabilities.as_ref().unwrap().drop.as_deref(),
            Some(&["ALL".to_owned()][..])
        );
        let person = pod.security_context.as_ref().unwrap();
        assert_eq!((person.run_as_non_root, person.run_as_user), (Some(true), Some(65_532)));
        assert_eq!((pod.host_network, pod.host_pid, pod.host_ipc), (None, None, None));
        assert!(
            container
                .volume_mounts
                .iter()
                .flatten()
                .all(|mount| mount.read_only == Some(true))
        );
    }

    #[test]
    fn an_old_cadvisor_is_not_asked_for_what_would_end_it() {
        let arguments = |image: &str| {
            let mut settings = settings();
            image.clone_into(&mut settings.image);
            super::build(&settings).spec.template.spec.unwrap().containers[0]
                .args
                .clone()
                .unwrap()
        };
        let (old, new) = (
            arguments("gcr.io/cadvisor/cadvisor:v0.47.2"),
            arguments("ghcr.io/google/cadvisor:v0.60.5"),
        );
        let kinds = "--enable_metrics=cpu,memory,network,diskIO";
        assert_eq!(old.iter().filter(|one| !new.contains(one)).collect::<Vec<_>>(), [kinds]);
        assert!(new.contains(&format!("{kinds},pressure")));
    }

    #[test]
    fn every_volume_is_mounted_once() {
        let pod = super::build(&settings()).spec.template.spec.unwrap();
        let volumes: BTreeSet<_> = pod.volumes.iter().flatten().map(|volume| &volume.name).collect();
        let mounts: BTreeSet<_> = pod.containers[0]
            .volume_mounts
            .iter()
            .flatten()
            .map(|mount| &mount.name)
            .collect();
        assert_eq!(volumes, mounts);
    }
}
