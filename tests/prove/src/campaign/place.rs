//! One property in a spec: found, set, taken out. Pure.

use serde_json::Value;

use super::schema::{ENTRY, ITEM};

/// A step in one spec.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    Index(usize),
}

/// Where a property is, or would be, in one spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(Vec<Step>);

/// The property's place in a spec that has it, or with `whole` false one that has at least its parent.
#[must_use]
pub fn find(spec: &Value, path: &[String], whole: bool) -> Option<Place> {
    walk(spec, path, whole).map(|mut steps| {
        steps.reverse();
        Place(steps)
    })
}

/// Tries every item of a list: the variants of an object stand side by side in one.
fn walk(value: &Value, path: &[String], whole: bool) -> Option<Vec<Step>> {
    let Some((step, rest)) = path.split_first() else {
        return Some(Vec::new());
    };
    let candidates: Vec<(Step, Option<&Value>)> = match (step.as_str(), value) {
        (ITEM, Value::Array(items)) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (Step::Index(index), Some(item)))
            .collect(),
        (ENTRY, Value::Object(fields)) => fields
            .iter()
            .map(|(key, value)| (Step::Field(key.clone()), Some(value)))
            .collect(),
        (ITEM | ENTRY, _) => Vec::new(),
        (field, Value::Object(fields)) => vec![(Step::Field(field.to_owned()), fields.get(field))],
        _ => Vec::new(),
    };
    candidates.into_iter().find_map(|(step, next)| {
        let mut steps = match next {
            Some(next) => walk(next, rest, whole)?,
            None if rest.is_empty() && !whole => Vec::new(),
            None => return None,
        };
        steps.push(step);
        Some(steps)
    })
}

/// Sets the property, or takes it out.
pub fn put(spec: &mut Value, place: &Place, value: Option<Value>) {
    let Some((last, before)) = place.0.split_last() else {
        return;
    };
    let mut at = spec;
    for step in before {
        let next = match step {
            Step::Field(field) => at.get_mut(field),
            Step::Index(index) => at.get_mut(index),
        };
        let Some(next) = next else { return };
        at = next;
    }
    match (at, last, value) {
        (Value::Object(fields), Step::Field(field), Some(value)) => drop(fields.insert(field.clone(), value)),
        (Value::Object(fields), Step::Field(field), None) => drop(fields.remove(field)),
        (Value::Array(items), Step::Index(index), Some(value)) if *index < items.len() => items[*index] = value,
        (Value::Array(items), Step::Index(index), None) if *index < items.len() => drop(items.remove(*index)),
        _ => {}
    }
}

/// What a spec has there.
#[must_use]
pub fn get<'a>(spec: &'a Value, place: &Place) -> Option<&'a Value> {
    place.0.iter().try_fold(spec, |at, step| match step {
        Step::Field(field) => at.get(field),
        Step::Index(index) => at.get(index),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

    use serde_json::json;

    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_item_that_has_the_property_is_found_set_and_emptied() {
        let mut spec = json!({"env": [{"name": "a"}, {"name": "b", "from": {"x": 1}}], "labels": {"k": "v"}});
        let place = find(&spec, &path("env [] from x"), true).unwrap();
        assert_eq!(get(&spec, &place), Some(&json!(1)));
        put(&mut spec, &place, Some(json!(2)));
        let entry = find(&spec, &path("labels {}"), true).unwrap();
        put(&mut spec, &entry, None);
        assert_eq!(
            spec,
            json!({"env": [{"name": "a"}, {"name": "b", "from": {"x": 2}}], "labels": {}})
        );
        assert_eq!(find(&spec, &path("env [] from y"), true), None);
        assert!(find(&spec, &path("env [] from y"), false).is_some());
        assert_eq!(find(&spec, &path("no such"), false), None);
    }
}
