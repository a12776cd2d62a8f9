//! Tells people what changed, once: an Event on the object and a line in the log. Says what, and sends nothing itself.

use std::collections::BTreeMap;

use kube::Resource;
use kube::ResourceExt;
use kube::core::error_boundary::InvalidObject;
use kube::runtime::events::{Event, EventType};

use crate::apply::Change;
use crate::context::Context;
use crate::crd::{WebhookService, WebhookServiceStatus};
use crate::status::condition;
use crate::watches::Guarded;

/// Tells which children were created, corrected or removed.
pub fn changes(context: &Context, object: &WebhookService, changes: &BTreeMap<&'static str, Change>) {
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
        context.events.tell(
            object.object_ref(&()),
            Event {
                type_: EventType::Normal,
                reason: verb.to_owned(),
                note: Some(note),
                action,
                secondary: None,
            },
        );
    }
}

/// Tells of each condition that turned, or has another reason than before.
pub fn conditions(context: &Context, object: &WebhookService, old: &WebhookServiceStatus, new: &WebhookServiceStatus) {
    for now in &new.conditions {
        let before = old.conditions.iter().find(|before| before.type_ == now.type_);
        let turned = before.is_none_or(|before| (&before.status, &before.reason) != (&now.status, &now.reason));
        // `Available` is told by `Ready`, which repeats its reason; the first finding about a new object is no news, unless it is ready
        // or in trouble.
        let is_ready = now.type_ == condition::READY && (now.status == "True" || is_trouble(&now.reason));
        let is_degraded = now.type_ == condition::DEGRADED && now.status == "True";
        let is_news = is_ready || is_degraded || (before.is_some() && now.type_ != condition::AVAILABLE);
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
        context.events.tell(object.object_ref(&()), event);
    }
}

/// Tells of an object that cannot be read at all.
pub fn unreadable(context: &Context, object: &Guarded, invalid: &InvalidObject) {
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
    context.events.tell(object.object_ref(&()), event);
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
