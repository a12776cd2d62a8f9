//! Every property that the definition lets a user write, found in its own schema. Pure; knows no property by name.

use anyhow::{Context, Result};
use kube::CustomResourceExt;
use serde_json::Value;
use webhook_operator::crd::WebhookService;

/// A step from `spec` to a property: a field's name, [`ITEM`] or [`ENTRY`].
pub type Path = Vec<String>;

/// Any item of a list.
pub const ITEM: &str = "[]";
/// The value of any key of a map.
pub const ENTRY: &str = "{}";

/// One property of `spec`.
#[derive(Clone, Debug)]
pub struct Property {
    /// Where it is.
    pub path: Path,
    /// What the definition says of it.
    pub schema: Value,
    /// Whether its parent cannot do without it.
    pub required: bool,
}

impl Property {
    /// Its path as a person writes it, for example `httpRoute.hostnames[]`.
    #[must_use]
    pub fn name(&self) -> String {
        name(&self.path)
    }

    /// A number that the schema gives, for example `maxLength`.
    #[must_use]
    pub fn bound(&self, key: &str) -> Option<i64> {
        let bound = self.schema.get(key)?;
        bound
            .as_i64()
            .or_else(|| bound.to_string().parse::<f64>().ok().map(whole))
    }
}

/// A path as a person writes it.
#[must_use]
pub fn name(path: &Path) -> String {
    let mut name = String::new();
    for step in path {
        if !name.is_empty() && step != ITEM && step != ENTRY {
            name.push('.');
        }
        name.push_str(step);
    }
    name
}

#[allow(clippy::cast_possible_truncation, reason = "the schema writes whole numbers as 1.0")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// All properties, in the schema's order.
///
/// # Errors
/// When the definition has no `spec`.
pub fn properties() -> Result<Vec<Property>> {
    let definition = serde_json::to_value(WebhookService::crd())?;
    let spec = definition
        .pointer("/spec/versions/0/schema/openAPIV3Schema/properties/spec")
        .context("the definition has no spec")?;
    let mut found = Vec::new();
    below(&Path::new(), spec, &mut found);
    Ok(found)
}

fn below(path: &Path, schema: &Value, found: &mut Vec<Property>) {
    let required: Vec<_> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let fields = schema["properties"].as_object().into_iter().flatten();
    let fields = fields.map(|(field, schema)| (field.as_str(), schema, required.contains(&field.as_str())));
    let item = schema.get("items").map(|items| (ITEM, items, false));
    let entry = schema.get("additionalProperties").map(|values| (ENTRY, values, false));
    for (step, schema, required) in fields.chain(item).chain(entry) {
        let path: Path = path.iter().cloned().chain([step.to_owned()]).collect();
        found.push(Property {
            path: path.clone(),
            schema: schema.clone(),
            required,
        });
        below(&path, schema, found);
    }
}
