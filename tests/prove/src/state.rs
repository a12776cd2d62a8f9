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
            mask(&mut object, &[(namespace, "NAMESPACE")]);
            state.insert(key, object);
        }
    }
    state
}

/// Takes out of an object what each run has anew; `names` are the run's own, and what they are called instead.
pub fn mask(value: &mut Value, names: &[(&str, &str)]) {
    match value {
        Value::Object(fields) => {
            fields.retain(|field, _| !CHOSEN.contains(&field.as_str()));
            // By kind: how a child looked when it was sent, its uid included.
            if let Some(Value::Object(records)) = fields.get_mut("applied") {
                records.values_mut().for_each(|record| *record = Value::from("CHOSEN"));
            }
            fields.values_mut().for_each(|value| mask(value, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, names)),
        Value::String(text) => {
            for (name, instead) in names {
                if text.contains(name) {
                    *text = text.replace(name, instead);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Which field of which object: `Kind/name.field[0].field`.
    pub at: String,
    /// What is there, and what is not.
    pub text: String,
}

/// In what two states differ, a line each; empty when in nothing.
#[must_use]
pub fn differences(expected: &State, found: &State) -> Vec<String> {
    let all = differing_fields(expected, found).into_iter();
    all.map(|one| format!("{} {}", one.at, one.text)).collect()
}

/// In what two states differ, field by field.
#[must_use]
pub fn differing_fields(expected: &State, found: &State) -> Vec<Difference> {
    let mut all = Vec::new();
    let mut note = |key: &str, text: &str| {
        all.push(Difference {
            at: key.to_owned(),
            text: text.to_owned(),
        });
    };
    for key in expected.keys().filter(|key| !found.contains_key(*key)) {
        note(key, "is missing");
    }
    for key in found.keys().filter(|key| !expected.contains_key(*key)) {
        note(key, "is too many");
    }
    for (key, wanted) in expected {
        if let Some(there) = found.get(key) {
            differ(key, wanted, there, &mut all);
        }
    }
    all
}

fn differ(at: &str, wanted: &Value, there: &Value, all: &mut Vec<Difference>) {
    match (wanted, there) {
        (Value::Object(wanted), Value::Object(there)) => {
            let fields: std::collections::BTreeSet<_> = wanted.keys().chain(there.keys()).collect();
            for field in fields {
                let of = |object: &serde_json::Map<String, Value>| object.get(field).cloned().unwrap_or_default();
                differ(&format!("{at}.{field}"), &of(wanted), &of(there), all);
            }
        }
        (Value::Array(wanted), Value::Array(there)) if wanted.len() == there.len() => {
            for (place, (wanted, there)) in wanted.iter().zip(there).enumerate() {
                differ(&format!("{at}[{place}]"), wanted, there, all);
            }
        }
        _ if wanted != there => all.push(Difference {
            at: at.to_owned(),
            text: format!("is {there}, not {wanted}"),
        }),
        _ => {}
    }
}
