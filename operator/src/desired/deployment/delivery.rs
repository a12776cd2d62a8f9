//! What delivery over HTTP asks of the pod.

use k8s_openapi::api::core::v1::{ConfigMapVolumeSource, Volume};

use super::settings::{READ_ONLY, Settings, item, secret_file};
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
    const NAME: &str = "authorities";
    let AuthorityReference { kind, name, key } = reference;
    match kind {
        AuthorityKind::Secret => secret_file(NAME, name, key, CERTIFICATES),
        AuthorityKind::ConfigMap => Volume {
            name: NAME.to_owned(),
            config_map: Some(ConfigMapVolumeSource {
                name: name.clone(),
                items: Some(vec![item(key, CERTIFICATES)]),
                default_mode: Some(READ_ONLY),
                ..ConfigMapVolumeSource::default()
            }),
            ..Volume::default()
        },
    }
}
