//! What is kept of each Prometheus, and whether it takes in an object's `ServiceMonitor`: its selectors, evaluated as the Prometheus
//! Operator evaluates them. Pure.
//! Source: `ResourceSelector.selectObjects` in the Prometheus Operator's `pkg/prometheus/resource_selector.go`.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::ResourceExt;
use kube::api::DynamicObject;
use kube::core::{Expression, Selector, SelectorExt};
use serde::Deserialize;
use serde_json::Value;

use crate::external::{PrometheusSpec, PrometheusStatus};
use crate::names;
use crate::subject::status;

/// The labels of an object.
pub type Labels = BTreeMap<String, String>;

/// A Prometheus or an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scraper {
    /// Its kind, namespace and name, as in `Prometheus monitoring/main`.
    pub title: String,
    namespace: String,
    monitors: Choice,
    namespaces: Choice,
    /// Why it takes in nothing new, if so.
    pub trouble: Option<String>,
}

/// What a selector means.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    /// There is none.
    Absent,
    /// Those with these labels.
    Labelled(Vec<Expression>),
    /// It is no selector.
    Unreadable,
}

/// Where an object's `ServiceMonitor` is.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The labels of the `ServiceMonitor`.
    pub labels: &'a Labels,
    /// Its namespace.
    pub namespace: &'a str,
    /// The namespace's labels; none where we may not see them.
    pub namespace_labels: Option<&'a Labels>,
}

/// Whether a Prometheus takes it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Selected,
    /// It does not: each thing that is amiss, and what to do about it.
    Missed(Vec<String>),
    /// That depends on labels that we may not see.
    Unseen,
}

impl Choice {
    fn of(selector: Option<LabelSelector>) -> Self {
        let Some(selector) = selector else { return Self::Absent };
        Selector::try_from(selector).map_or(Self::Unreadable, |all| Self::Labelled(all.into_iter().collect()))
    }
}

impl Scraper {
    /// What is kept of this `Prometheus`.
    #[must_use]
    pub fn of_prometheus(object: &DynamicObject) -> Self {
        Self::of("Prometheus", object)
    }

    /// What is kept of this `PrometheusAgent`.
    #[must_use]
    pub fn of_agent(object: &DynamicObject) -> Self {
        Self::of("PrometheusAgent", object)
    }

    fn of(kind: &str, object: &DynamicObject) -> Self {
        let namespace = object.namespace().unwrap_or_default();
        let title = format!("{kind} {namespace}/{}", object.name_any());
        let spec = object.data.get("spec").unwrap_or(&Value::Null);
        let (monitors, namespaces, is_paused) = match PrometheusSpec::deserialize(spec) {
            Ok(spec) => (
                Choice::of(spec.service_monitor_selector),
                Choice::of(spec.service_monitor_namespace_selector),
                spec.paused,
            ),
            Err(_) => (Choice::Unreadable, Choice::Unreadable, false),
        };
        Self {
            title,
            namespace,
            monitors,
            namespaces,
            trouble: trouble(is_paused, &status(object)),
        }
    }

    /// Whether it takes in the `ServiceMonitor` there.
    #[must_use]
    pub fn judge(&self, place: Place<'_>) -> Verdict {
        let mut missed = Vec::new();
        let mut is_unseen = false;
        match &self.namespaces {
            Choice::Absent if self.namespace == place.namespace => {}
            Choice::Absent => missed.push(OWN_NAMESPACE.to_owned()),
            Choice::Unreadable => missed.push(unreadable("serviceMonitorNamespaceSelector")),
            Choice::Labelled(all) => match place.namespace_labels {
                Some(labels) => {
                    missed.extend(failing(all, labels).map(|wanted| misses_namespace(wanted, place.namespace, labels)));
                }
                None => is_unseen = !all.is_empty(),
            },
        }
        match &self.monitors {
            Choice::Absent => missed.push(NO_MONITOR.to_owned()),
            Choice::Unreadable => missed.push(unreadable("serviceMonitorSelector")),
            Choice::Labelled(all) => {
                missed.extend(failing(all, place.labels).map(|wanted| misses_monitor(wanted, place.labels)));
            }
        }
        if !missed.is_empty() {
            Verdict::Missed(missed)
        } else if is_unseen {
            Verdict::Unseen
        } else {
            Verdict::Selected
        }
    }
}

/// What a Prometheus without a namespace selector does.
const OWN_NAMESPACE: &str = "looks for ServiceMonitors in its own namespace alone: give it a spec.serviceMonitorNamespaceSelector, {} for all namespaces";

/// What one without a selector does.
const NO_MONITOR: &str = "selects no ServiceMonitor: give it a spec.serviceMonitorSelector, {} for all";

fn unreadable(field: &str) -> String {
    format!("has a spec.{field} that cannot be read: correct it")
}

fn misses_namespace(wanted: &Expression, namespace: &str, labels: &Labels) -> String {
    let has = has(wanted, labels);
    let advice = match wanted {
        Expression::NotIn(..) | Expression::NotEqual(..) => "give the namespace another value",
        Expression::DoesNotExist(_) => "remove that label from the namespace",
        Expression::In(..) | Expression::Equal(..) | Expression::Exists(_) => "label the namespace so",
    };
    format!("looks for ServiceMonitors in namespaces with {wanted}; {namespace} {has}: {advice}")
}

fn misses_monitor(wanted: &Expression, labels: &Labels) -> String {
    let (key, has) = (key(wanted), has(wanted, labels));
    let advice = match wanted {
        _ if names::is_own_label(key) => "the operator itself sets that one, so change the selector",
        Expression::NotIn(..) | Expression::NotEqual(..) => {
            "write another value in spec.monitoring.serviceMonitor.labels"
        }
        Expression::DoesNotExist(_) => "remove it from spec.monitoring.serviceMonitor.labels",
        Expression::In(..) | Expression::Equal(..) | Expression::Exists(_) => {
            "set spec.monitoring.serviceMonitor.labels"
        }
    };
    format!("selects serviceMonitors with {wanted}; this one {has}: {advice}")
}

fn trouble(is_paused: bool, status: &PrometheusStatus) -> Option<String> {
    if is_paused {
        return Some("is paused, so that it takes in nothing new: set its spec.paused to false".to_owned());
    }
    let available = status.conditions.iter().find(|one| one.type_ == "Available");
    match available {
        Some(available) if available.status == "True" || available.status == "Degraded" => None,
        Some(available) if available.message.is_empty() => Some("does not run".to_owned()),
        Some(available) => Some(format!("does not run: {}", available.message)),
        None if status.available_replicas > 0 => None,
        None => Some("has no status: does the Prometheus Operator run?".to_owned()),
    }
}

fn failing<'a>(all: &'a [Expression], labels: &'a Labels) -> impl Iterator<Item = &'a Expression> {
    all.iter().filter(move |wanted| !wanted.matches(labels))
}

fn key(wanted: &Expression) -> &str {
    match wanted {
        Expression::In(key, _)
        | Expression::NotIn(key, _)
        | Expression::Equal(key, _)
        | Expression::NotEqual(key, _)
        | Expression::Exists(key)
        | Expression::DoesNotExist(key) => key,
    }
}

fn has(wanted: &Expression, labels: &Labels) -> String {
    labels.get(key(wanted)).map_or_else(
        || "has no such label".to_owned(),
        |value| format!("has {}={value}", key(wanted)),
    )
}

#[cfg(test)]
mod tests;
