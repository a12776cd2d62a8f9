//! The rules of the definition, evaluated without a cluster: what must be refused by a rule is, with that rule's message, and
//! what must be accepted is. A real API server judges the same tables in `tests/tests/cluster`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;

use kube::CustomResourceExt;
use kube::core::cel::Validator;
use serde::Deserialize;
use serde_json::{Value, json};
use webhook_operator::crd::WebhookService;

#[derive(Deserialize)]
struct Row {
    name: String,
    spec: Value,
    says: String,
}

fn schema() -> Value {
    let definition = WebhookService::crd();
    let schema = definition.spec.versions[0].schema.clone().unwrap();
    serde_json::to_value(schema.open_api_v3_schema.unwrap()).unwrap()
}

/// Every message of a rule anywhere in the schema.
fn messages(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "x-kubernetes-validations" {
                    let rules = value.as_array().unwrap().iter();
                    found.extend(rules.filter_map(|rule| rule["message"].as_str().map(str::to_owned)));
                }
                messages(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| messages(item, found)),
        _ => {}
    }
}

/// What the rules say of an object, the schema's defaults filled in as the API server does it.
fn said(schema: &Value, name: &str, spec: &Value) -> Vec<String> {
    let object = json!({
        "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService",
        "metadata": {"name": name, "namespace": "shop"}, "spec": spec,
    });
    let outcome = Validator::new().validate_with_defaults(schema, &object, None);
    let errors = outcome.err().map(kube::core::cel::ValidationErrors::into_vec);
    errors.into_iter().flatten().map(|error| error.to_string()).collect()
}

#[test]
fn what_a_rule_must_refuse_is_refused_with_its_message() {
    let (schema, mut all) = (schema(), BTreeSet::new());
    messages(&schema, &mut all);
    let rows: Vec<Row> = serde_json::from_str(include_str!("../../tests/tests/cluster/admission.json")).unwrap();
    let mut unseen = all.clone();
    for Row { name, spec, says } in rows {
        // The others are the schema's own: types, ranges and names of fields.
        if !all.iter().any(|message| message.contains(&says)) {
            continue;
        }
        let said = said(&schema, &name, &spec);
        assert!(
            said.iter().any(|one| one.contains(&says)),
            "{spec}: {said:?} lacks {says:?}"
        );
        unseen.retain(|message| !said.iter().any(|one| one.contains(message)));
    }
    assert!(unseen.is_empty(), "no row breaks these rules: {unseen:#?}");
}

#[test]
fn what_must_be_accepted_breaks_no_rule() {
    let schema = schema();
    let specs: Vec<Value> = serde_json::from_str(include_str!("../../tests/tests/cluster/accepted.json")).unwrap();
    assert!(specs.len() >= 60);
    for spec in specs {
        assert_eq!(said(&schema, "orders", &spec), Vec::<String>::new(), "{spec}");
    }
}
