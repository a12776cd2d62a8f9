//! Tells people what changed, once: an Event on the object and a line in the log. Never fails a reconcile.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ObjectReference;
use kube::Resource;
use kube::ResourceExt;
use kube::core::error_boundary::InvalidObject;
use kube::runtime::events::{Event, EventType};

use crate::apply::Change;
use crate::context::Context;
use crate::crd::{WebhookService, WebhookServiceStatus};
use crate::gate::Verb;
use crate::status::condition;
use crate::watches::Guarded;

/// Tells which children were created, corrected or removed.
pub async fn changes(context: &Context, object: &WebhookService, changes: &BTreeMap<&'static str, Change>) {
    for (change, verb) in [
        (Change::Created, "Created"),
        (Change::Updated, "Updated"),
        (Change::Deleted, "Deleted"),
    ] {
        let kinds: Vec<_> = changes
            .iter()
            .filter(|(_, found)| **found == change)
            .map(|(kind, _)| *kind)
            .collect();
        if kinds.is_empty() {
            continue;
        }
        // The recorder counts repeats by action: the kinds belong to it, or another set of kinds would count as a repeat.
        let action = format!("{verb}{}", kinds.concat());
        let note = format!("{} {}", verb.to_lowercase(), kinds.join(", "));
        tracing::info!(object = %object.name_any(), namespace = object.namespace(), "{note}");
        publish(
            context,
            &object.object_ref(&()),
            Event {
                type_: EventType::Normal,
                reason: verb.to_owned(),
                note: Some(note),
                action,
                secondary: None,
            },
        )
        .await;
    }
}

/// Tells of each condition that turned, or has another reason than before.
pub async fn conditions(
    context: &Context,
    object: &WebhookService,
    old: &WebhookServiceStatus,
    new: &WebhookServiceStatus,
) {
    for now in &new.conditions {
        let before = old.conditions.iter().find(|before| before.type_ == now.type_);
        let turned = before.is_none_or(|before| (&before.status, &before.reason) != (&now.status, &now.reason));
        // `Available` is told by `Ready`, which repeats its reason; the first finding about a new object is no news.
        let is_degraded = now.type_ == condition::DEGRADED && now.status == "True";
        let is_news =
            now.type_ == condition::READY || is_degraded || (before.is_some() && now.type_ != condition::AVAILABLE);
        if !turned || !is_news {
            continue;
        }
        let is_bad = match now.type_.as_str() {
            condition::READY => now.status == "False" && is_trouble(&now.reason),
            condition::DEGRADED => now.status == "True",
            _ => false,
        };
        tracing::info!(object = %object.name_any(), namespace = object.namespace(), condition = now.type_, status = now.status, reason = now.reason, "{}", now.message);
        let event = Event {
            type_: if is_bad { EventType::Warning } else { EventType::Normal },
            reason: now.reason.clone(),
            note: Some(now.message.chars().take(1000).collect()),
            action: format!("{}Is{}", now.type_, now.status),
            secondary: None,
        };
        publish(context, &object.object_ref(&()), event).await;
    }
}

/// Tells of an object that cannot be read at all.
pub async fn unreadable(context: &Context, object: &Guarded, invalid: &InvalidObject) {
    tracing::warn!(object = %object.name_any(), namespace = object.namespace(), error = %invalid, "object cannot be read");
    let event = Event {
        type_: EventType::Warning,
        reason: "Unreadable".to_owned(),
        note: Some(
            format!("this object is left alone until it is corrected: {invalid}")
                .chars()
                .take(1000)
                .collect(),
        ),
        action: "Read".to_owned(),
        secondary: None,
    };
    publish(context, &object.object_ref(&()), event).await;
}

/// What a person has to do something about, unlike a rollout that takes its time.
fn is_trouble(reason: &str) -> bool {
    !matches!(
        reason,
        "RollingOut"
            | "DeploymentMissing"
            | "MinimumReplicasUnavailable"
            | "ScaledToZero"
            | "LoadBalancerPending"
            | "HTTPRoutePending"
    )
}

async fn publish(context: &Context, object: &ObjectReference, event: Event) {
    let name = object.name.as_deref().unwrap_or_default();
    let request = context.recorder.publish(&event, object);
    if let Err(error) = context.gate.pass(Verb::Event, "Event", name, request).await {
        tracing::warn!(%error, "event could not be written");
    }
}
