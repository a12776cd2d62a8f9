//! What delivery over HTTP asks of the pod.

use k8s_openapi::api::core::v1::{ConfigMapVolumeSource, SecretVolumeSource, Volume};

use super::settings::Settings;
use super::verification::{READ_ONLY, item};
use crate::crd::{AuthorityKind, AuthorityReference, DeliveryFormat, HttpDelivery, ServiceReference};
use crate::validate::Validated;

const AUTHORITIES: &str = "/etc/webhook/authorities";
const CERTIFICATES: &str = "ca.crt";

pub(super) fn add(settings: &mut Settings, http: &HttpDelivery, validated: &Validated) {
    let referred = http.reference.as_ref().map(|one| address(one, &validated.namespace));
    settings.set(
        "WEBHOOK_DELIVERY_HTTP_URL",
        http.url.clone().or(referred).unwrap_or_default(),
    );
    let format = match http.format {
        DeliveryFormat::Raw => "raw",
        DeliveryFormat::CloudEvents => "cloudevents",
    };
    settings.set("WEBHOOK_DELIVERY_FORMAT", format);
    settings.set_seconds("WEBHOOK_DELIVERY_TIMEOUT", http.timeout_seconds);
    settings.set("WEBHOOK_DELIVERY_ATTEMPTS", http.attempts.to_string());
    // Which endpoint an event came in by: unique in the cluster, and the same from every receiver of it.
    let source = format!("/namespaces/{}/webhookservices/{}", validated.namespace, validated.name);
    settings.set("WEBHOOK_DELIVERY_SOURCE", source);
    if let Some(reference) = &http.ca_ref {
        settings.set("WEBHOOK_DELIVERY_CA_FILE", format!("{AUTHORITIES}/{CERTIFICATES}"));
        settings.mount(authorities(reference), AUTHORITIES);
    }
}

fn address(target: &ServiceReference, own_namespace: &str) -> String {
    let namespace = target.namespace.as_deref().unwrap_or(own_namespace);
    format!("http://{}.{namespace}.svc:{}{}", target.name, target.port, target.path)
}

fn authorities(reference: &AuthorityReference) -> Volume {
    let items = Some(vec![item(&reference.key, CERTIFICATES.to_owned())]);
    let mut volume = Volume {
        name: "authorities".to_owned(),
        ..Volume::default()
    };
    match reference.kind {
        AuthorityKind::ConfigMap => {
            volume.config_map = Some(ConfigMapVolumeSource {
                name: reference.name.clone(),
                items,
                default_mode: Some(READ_ONLY),
                ..ConfigMapVolumeSource::default()
            });
        }
        AuthorityKind::Secret => {
            volume.secret = Some(SecretVolumeSource {
                secret_name: Some(reference.name.clone()),
                items,
                default_mode: Some(READ_ONLY),
                ..SecretVolumeSource::default()
            });
        }
    }
    volume
}
