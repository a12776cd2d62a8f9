//! The whole state that a namespace is in, without what two runs of the same work differ in. What is masked is what Sieve
//! masks (OSDI'22, §4.3), but annotations and conditions are kept: ours are the same in each run.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use e2e::cluster;
use e2e::objects::CHILDREN;
use serde_json::Value;

/// Every object of a namespace that is ours, by `Kind/name`.
pub type State = BTreeMap<String, Value>;

/// What the API server, or the clock, chooses anew in each run.
const CHOSEN: [&str; 12] = [
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "namespace",
    "lastTransitionTime",
    "lastUpdateTime",
    "observedGeneration",
    "clusterIP",
    "clusterIPs",
    "webhook-operator.dev/controller-id",
];

/// The state of a namespace now: its `WebhookServices`, all kinds of children, and the `DaemonSets` of a shared namespace.
///
/// # Errors
/// When the API server does not answer.
pub async fn of(namespace: &str) -> Result<State> {
    let kinds = format!("webhookservices,daemonsets,{CHILDREN}");
    let list = cluster::kubectl(&["-n", namespace, "get", &kinds, "-o", "json"]).await?;
    let list: Value = serde_json::from_str(&list)?;
    let objects = list["items"].as_array().context("no items")?;
    Ok(masked(objects.iter().cloned(), namespace))
}

/// The state that these objects of a namespace make.
pub fn masked(objects: impl IntoIterator<Item = Value>, namespace: &str) -> State {
    let mut state = State::new();
    for mut object in objects {
        let named = |field: &str| object.pointer(field).and_then(Value::as_str).unwrap_or_default();
        let key = format!("{}/{}", named("/kind"), named("/metadata/name"));
        // Each namespace has one of its own.
        if key != "ServiceAccount/default" {
            mask(&mut object, namespace);
            state.insert(key, object);
        }
    }
    state
}

fn mask(value: &mut Value, namespace: &str) {
    match value {
        Value::Object(fields) => {
            fields.retain(|field, _| !CHOSEN.contains(&field.as_str()));
            fields.values_mut().for_each(|value| mask(value, namespace));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, namespace)),
        Value::String(text) => *text = text.replace(namespace, "NAMESPACE"),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// In what two states differ, an object a line; empty when in nothing.
#[must_use]
pub fn differences(expected: &State, found: &State) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, wanted) in expected {
        match found.get(key) {
            None => lines.push(format!("{key} is missing")),
            Some(there) => differ(key, wanted, there, &mut lines),
        }
    }
    let more = found.keys().filter(|key| !expected.contains_key(*key));
    lines.extend(more.map(|key| format!("{key} is too many")));
    lines
}

fn differ(at: &str, wanted: &Value, there: &Value, lines: &mut Vec<String>) {
    match (wanted, there) {
        (Value::Object(wanted), Value::Object(there)) => {
            let fields: std::collections::BTreeSet<_> = wanted.keys().chain(there.keys()).collect();
            for field in fields {
                let of = |object: &serde_json::Map<String, Value>| object.get(field).cloned().unwrap_or_default();
                differ(&format!("{at}.{field}"), &of(wanted), &of(there), lines);
            }
        }
        _ if wanted != there => lines.push(format!("{at} is {there}, not {wanted}")),
        _ => {}
    }
}
