//! What the parts of a spec ask of the pod: variables of the receiver, and the volumes that hold its secrets and files.

use k8s_openapi::api::core::v1::{EnvVar, KeyToPath, SecretVolumeSource, Volume, VolumeMount};

use super::{delivery, verification};
use crate::crd::ContainerMetrics;
use crate::validate::Validated;

/// Readable by everybody in the pod, which is the receiver alone; writable by nobody.
pub(super) const READ_ONLY: i32 = 0o444;

/// Variables, and volumes with where they are mounted. In a fixed order: another order would be another pod.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Settings {
    pub(super) variables: Vec<EnvVar>,
    pub(super) volumes: Vec<Volume>,
    pub(super) mounts: Vec<VolumeMount>,
}

impl Settings {
    /// All that the spec asks for.
    pub(super) fn of(validated: &Validated) -> Self {
        let (spec, mut settings) = (&validated.spec, Self::default());
        settings.set("WEBHOOK_PATH", &spec.path);
        settings.set("WEBHOOK_MAX_PAYLOAD_BYTES", spec.limits.max_payload_bytes.to_string());
        settings.set(
            "WEBHOOK_MAX_CONCURRENT_REQUESTS",
            spec.limits.max_concurrent_requests.to_string(),
        );
        settings.set_seconds("WEBHOOK_REQUEST_TIMEOUT", spec.limits.request_timeout_seconds);
        if let Some(port) = spec.monitoring.port {
            settings.set("WEBHOOK_METRICS_LISTEN", format!("0.0.0.0:{port}"));
        }
        if spec.monitoring.container_metrics == ContainerMetrics::OwnCgroup {
            settings.set("WEBHOOK_CONTAINER_METRICS", "true");
        }
        if let Some(verification) = &spec.verification {
            verification::add(&mut settings, verification);
        }
        if let Some(delivery) = &spec.delivery {
            delivery::add(&mut settings, &delivery.http, validated);
        }
        settings
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push(EnvVar {
            name: name.to_owned(),
            value: Some(value.into()),
            value_from: None,
        });
    }

    pub(super) fn set_seconds(&mut self, name: &str, seconds: i32) {
        self.set(name, format!("{seconds}s"));
    }

    /// Mounts `volume` at `path`, to be read only.
    pub(super) fn mount(&mut self, volume: Volume, path: &str) {
        self.mounts.push(VolumeMount {
            name: volume.name.clone(),
            mount_path: path.to_owned(),
            read_only: Some(true),
            ..VolumeMount::default()
        });
        self.volumes.push(volume);
    }
}

/// A volume of one file, `path`, which is a Secret's `key`.
pub(super) fn secret_file(name: &str, secret: &str, key: &str, path: &str) -> Volume {
    let source = SecretVolumeSource {
        secret_name: Some(secret.to_owned()),
        items: Some(vec![item(key, path)]),
        default_mode: Some(READ_ONLY),
        ..SecretVolumeSource::default()
    };
    Volume {
        name: name.to_owned(),
        secret: Some(source),
        ..Volume::default()
    }
}

/// A key of a Secret or `ConfigMap`, and the file that it becomes.
pub(super) fn item(key: &str, path: &str) -> KeyToPath {
    KeyToPath {
        key: key.to_owned(),
        path: path.to_owned(),
        ..KeyToPath::default()
    }
}
