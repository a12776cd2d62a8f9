//! Tells people what changed, once: an Event on the object and a line in the log. Says what, and sends nothing itself.

use std::collections::BTreeMap;

use kube::Resource;
use kube::ResourceExt;
use kube::core::error_boundary::InvalidObject;
use kube::runtime::events::{Event, EventType};

use crate::apply::Change;
use crate::context::Context;
use crate::crd::{Condition, WebhookService, WebhookServiceStatus};
use crate::status::condition;
use crate::watches::Guarded;

/// Tells which children were created, corrected or removed. The first children of a new object are what everybody expects.
pub fn changes(
    context: &Context,
    object: &WebhookService,
    old: &WebhookServiceStatus,
    changes: &BTreeMap<&'static str, Change>,
) {
    let is_new = old.observed_generation.is_none();
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
        if is_new && change == Change::Created {
            continue;
        }
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
        let Some(is_bad) = news(before, now) else { continue };
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

/// Whether a condition says what people are told, and if so whether it is bad. What comes up, rolls out and goes down as it should is no news:
/// the status says it, and Events would be a fifth of what a new object costs the API server.
fn news(before: Option<&Condition>, now: &Condition) -> Option<bool> {
    if before.is_some_and(|before| (&before.status, &before.reason) == (&now.status, &now.reason)) {
        return None;
    }
    let (was, is) = (before.map(|before| before.status.as_str()), now.status.as_str());
    let was_in_trouble = before.is_some_and(|before| is_trouble(&before.reason));
    let is_in_trouble = is == "False" && is_trouble(&now.reason);
    match now.type_.as_str() {
        // `Ready` repeats its reason.
        condition::AVAILABLE => None,
        condition::READY => (is_in_trouble || (was == Some("False") && was_in_trouble)).then_some(is_in_trouble),
        condition::DEGRADED => (is == "True" || was.is_some()).then_some(is == "True"),
        // One that does not answer for a while would be told of once for each object.
        condition::MONITORED => (was == Some("True") && is == "False").then_some(true),
        _ => was.is_some().then_some(false),
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

    use super::*;

    #[test]
    fn only_trouble_and_its_end_are_told() {
        let said = |type_: &str, (status, reason): (&str, &str)| Condition {
            type_: type_.to_owned(),
            status: status.to_owned(),
            reason: reason.to_owned(),
            message: String::new(),
            observed_generation: None,
            last_transition_time: Time(Timestamp::UNIX_EPOCH),
        };
        let (ready, rolling, full) = (("True", "Ready"), ("False", "RollingOut"), ("False", "FailedCreate"));
        let (good, bad) = (Some(false), Some(true));
        for (type_, before, now, expected) in [
            ("Ready", None, rolling, None),
            ("Ready", Some(rolling), ready, None),
            ("Ready", Some(ready), rolling, None),
            ("Ready", None, ready, None),
            ("Ready", None, full, bad),
            ("Ready", Some(rolling), full, bad),
            ("Ready", Some(full), full, None),
            ("Ready", Some(full), rolling, good),
            ("Ready", Some(full), ready, good),
            ("Available", Some(full), ready, None),
            ("Degraded", None, ("False", "Complete"), None),
            ("Degraded", None, ("True", "Conflict"), bad),
            ("Degraded", Some(("True", "Conflict")), ("False", "Complete"), good),
            ("Monitored", None, ("False", "NotScraped"), None),
            ("Monitored", Some(("False", "NotScraped")), ("True", "Scraped"), None),
            (
                "Monitored",
                Some(("True", "Scraped")),
                ("Unknown", "PrometheusUnanswering"),
                None,
            ),
            ("Monitored", Some(("True", "Scraped")), ("False", "TargetsDown"), bad),
            ("Paused", None, ("False", "Active"), None),
            ("Paused", Some(("False", "Active")), ("True", "SpecPaused"), good),
        ] {
            let before = before.map(|before| said(type_, before));
            assert_eq!(
                news(before.as_ref(), &said(type_, now)),
                expected,
                "{type_} {before:?} {now:?}"
            );
        }
    }
}
