//! Dashboards for Grafana, as JSON: that of one object's receivers, and that of the operator with all receivers together. Pure; the same
//! object gives the same text, so that an unchanged one is never sent again. One file for each row of panels.

mod containers;
mod cost;
mod deliveries;
mod errors;
mod fleet;
mod frame;
mod health;
mod latency;
mod panel;
mod payloads;
mod query;
mod traffic;
mod verification;

#[cfg(test)]
mod tests;

use frame::Head;
use serde_json::Value;

use crate::crd::ContainerMetrics;
use crate::validate::Validated;

pub use fleet::fleet;

/// The dashboard of an object's receivers. What the object does not do has no row.
pub(super) fn of(validated: &Validated) -> Value {
    let (spec, namespace, name) = (&validated.spec, &validated.namespace, &validated.name);
    let source = spec.monitoring.container_metrics;
    let mut rows = vec![
        health::row(),
        traffic::row(),
        errors::row(),
        latency::row(),
        payloads::row(),
    ];
    if spec.verification.is_some() {
        rows.push(verification::row());
    }
    if spec.delivery.is_some() {
        rows.push(deliveries::row());
    }
    if source != ContainerMetrics::None {
        rows.push(containers::row(source));
        rows.push(cost::row());
    }
    let head = Head {
        uid: uid(namespace, name),
        title: format!("Webhooks: {namespace}/{name}"),
        description: "The receivers of one WebhookService. Its operator keeps this dashboard: what you change here is lost, save it under another name.",
    };
    let variables = [
        frame::choice_of_source(),
        frame::choice(
            "namespace",
            "Namespace",
            "label_values(webhook_requests_total, namespace)",
            namespace,
        ),
        frame::choice(
            "service",
            "WebhookService",
            "label_values(webhook_requests_total{namespace=\"$namespace\"}, service)",
            name,
        ),
    ];
    frame::dashboard(head, &variables, rows)
}

/// By which links and bookmarks find the dashboard: the same for as long as the object is called so. Grafana takes 40 characters, fewer than
/// a namespace and a name may have.
fn uid(namespace: &str, name: &str) -> String {
    format!("webhooks-{:016x}", fnv1a(format!("{namespace}/{name}").as_bytes()))
}

/// Fowler, Noll and Vo's hash FNV-1a of 64 bits. The standard library's may be another one with the next compiler, and each bookmark would
/// lead nowhere.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
