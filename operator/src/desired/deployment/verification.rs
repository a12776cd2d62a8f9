//! What verification asks of the pod. Names Secrets for the kubelet to mount; nothing here ever sees what is in them.

use k8s_openapi::api::core::v1::{ProjectedVolumeSource, SecretProjection, Volume, VolumeProjection};

use super::settings::{READ_ONLY, Settings, item, secret_file};
use crate::crd::{Algorithm, Custom, Encoding, Handshake, HandshakeStyle, Scheme, SecretKey, Verification};

const SECRETS: &str = "/etc/webhook/secrets";
const HANDSHAKE: &str = "/etc/webhook/handshake";
const TOKEN: &str = "token";

pub(super) fn add(settings: &mut Settings, verification: &Verification) {
    settings.set("WEBHOOK_VERIFICATION", scheme(verification.scheme));
    settings.set("WEBHOOK_SECRETS_DIR", SECRETS);
    settings.set_seconds("WEBHOOK_TOLERANCE", verification.tolerance_seconds);
    settings.mount(secrets(&verification.secret_refs), SECRETS);
    if let Some(custom) = &verification.custom {
        add_custom(settings, custom);
    }
}

fn add_custom(settings: &mut Settings, custom: &Custom) {
    settings.set("WEBHOOK_CUSTOM_HEADER", &custom.header);
    settings.set("WEBHOOK_CUSTOM_ALGORITHM", algorithm(custom.algorithm));
    settings.set("WEBHOOK_CUSTOM_ENCODING", encoding(custom.encoding));
    if !custom.prefix.is_empty() {
        settings.set("WEBHOOK_CUSTOM_PREFIX", &custom.prefix);
    }
    settings.set("WEBHOOK_CUSTOM_SIGNED", &custom.signed);
    if let Some(header) = &custom.timestamp_header {
        settings.set("WEBHOOK_CUSTOM_TIMESTAMP_HEADER", header);
    }
    if let Some(handshake) = &custom.handshake {
        add_handshake(settings, handshake);
    }
}

fn add_handshake(settings: &mut Settings, handshake: &Handshake) {
    let style = match handshake.style {
        HandshakeStyle::X => "x",
        HandshakeStyle::Meta => "meta",
    };
    settings.set("WEBHOOK_HANDSHAKE", style);
    if let Some(token) = &handshake.token_secret_ref {
        settings.set("WEBHOOK_HANDSHAKE_TOKEN_FILE", format!("{HANDSHAKE}/{TOKEN}"));
        let volume = secret_file("handshake", &token.name, &token.key, TOKEN);
        settings.mount(volume, HANDSHAKE);
    }
}

/// All secrets in one volume: the kubelet brings a change of any into it at once.
fn secrets(keys: &[SecretKey]) -> Volume {
    let sources = keys.iter().map(|one| VolumeProjection {
        secret: Some(SecretProjection {
            name: one.name.clone(),
            items: Some(vec![item(&one.key, &slot(one))]),
            optional: one.optional.then_some(true),
        }),
        ..VolumeProjection::default()
    });
    Volume {
        name: "secrets".to_owned(),
        projected: Some(ProjectedVolumeSource {
            sources: Some(sources.collect()),
            default_mode: Some(READ_ONLY),
            ..ProjectedVolumeSource::default()
        }),
        ..Volume::default()
    }
}

/// The name of a secret's file, and so of its key in metrics. A Secret's name holds no underscore: no two are the same.
fn slot(key: &SecretKey) -> String {
    format!("{}_{}", key.name, key.key)
}

fn scheme(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::GitHub => "github",
        Scheme::StandardWebhooks => "standard-webhooks",
        Scheme::Stripe => "stripe",
        Scheme::Slack => "slack",
        Scheme::Shopify => "shopify",
        Scheme::GitLab => "gitlab",
        Scheme::Custom => "custom",
    }
}

fn algorithm(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::HmacSha1 => "hmac-sha1",
        Algorithm::HmacSha256 => "hmac-sha256",
        Algorithm::HmacSha512 => "hmac-sha512",
        Algorithm::Ed25519 => "ed25519",
        Algorithm::Token => "token",
    }
}

fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Hex => "hex",
        Encoding::Base64 => "base64",
    }
}
