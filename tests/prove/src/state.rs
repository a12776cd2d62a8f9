//! The whole state that a namespace is in, without what two runs of the same work differ in. What is masked is what Sieve
//! masks (OSDI'22, §4.3), but annotations and conditions are kept: ours are the same in each run.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use e2e::cluster;
use e2e::objects::CHILDREN;
use serde_json::{Value, json};

use crate::kinds;

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
        let (kind, name) = (named("/kind"), named("/metadata/name"));
        let key = format!("{kind}/{name}");
        // Each namespace has one of its own.
        if !kinds::is_given(kind, name) {
            if kind == "ConfigMap" {
                open(&mut object);
            }
            mask(&mut object, &[(namespace, "NAMESPACE")]);
            state.insert(key, object);
        }
    }
    state
}

/// Puts what a `ConfigMap`'s files say in the place of their text, with their names: a dashboard's file is called after its namespace, and
/// its uid is made of that too.
pub fn open(config_map: &mut Value) {
    let Some(files) = config_map.get("data").and_then(Value::as_object) else {
        return;
    };
    let opened = files.iter().map(|(name, text)| {
        let said = text.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        json!({"file": name, "says": said.unwrap_or_else(|| text.clone())})
    });
    config_map["data"] = opened.collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The dashboard of `orders` in this namespace, as its `ConfigMap` has it.
    fn dashboard(namespace: &str, uid: &str) -> Value {
        let text = json!({"uid": uid, "title": format!("Webhooks: {namespace}/orders")}).to_string();
        let file = format!("{namespace}.orders.json");
        json!({"kind": "ConfigMap", "metadata": {"name": "orders"}, "data": {file: text}})
    }

    #[test]
    fn dashboards_of_two_namespaces_are_alike_and_what_every_namespace_has_is_left_out() {
        let given = json!({"kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt"}, "data": {"ca.crt": "a"}});
        let state = |namespace, uid| masked([dashboard(namespace, uid), given.clone()], namespace);
        let (one, other) = (state("shop-1", "webhooks-1"), state("bank-2", "webhooks-2"));
        assert_eq!(one, other);
        let says = json!({"file": "NAMESPACE.orders.json", "says": {"title": "Webhooks: NAMESPACE/orders"}});
        let expected = json!({"kind": "ConfigMap", "metadata": {"name": "orders"}, "data": [says]});
        assert_eq!(one, State::from([("ConfigMap/orders".to_owned(), expected)]));
    }
}
