//! Smaller forms of a case that fails: fewer other properties, a smaller value. Pure.

use serde_json::{Map, Value};

use super::case::Case;
use super::place::{find, get, put};
use super::schema::Path;

/// Cases a little smaller than this one, the most promising first.
#[must_use]
pub fn smaller(case: &Case) -> Vec<Case> {
    let mut found = Vec::new();
    let top = case.path.split(['.', '[', '{']).next().unwrap_or_default();
    for field in case
        .from
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .filter(|field| *field != top)
    {
        let mut less = case.clone();
        for spec in [&mut less.from, &mut less.to] {
            spec.as_object_mut().map(|fields| fields.remove(field));
        }
        found.push(less);
    }
    let path = steps(&case.path);
    if let Some(place) = find(&case.to, &path, true)
        && let Some(value) = get(&case.to, &place)
    {
        for value in halves(value) {
            let mut less = case.clone();
            less.value = value.to_string().chars().take(48).collect();
            put(&mut less.to, &place, Some(value));
            found.push(less);
        }
    }
    found
}

fn halves(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) if text.chars().count() > 1 => {
            let letters: Vec<char> = text.chars().collect();
            let (start, end) = letters.split_at(letters.len() / 2);
            [start, end].map(|half| half.iter().collect::<String>().into()).to_vec()
        }
        Value::Array(items) if items.len() > 1 => {
            let (start, end) = items.split_at(items.len() / 2);
            vec![start.to_vec().into(), end.to_vec().into()]
        }
        Value::Object(fields) => fields
            .keys()
            .map(|field| {
                fields
                    .iter()
                    .filter(move |(key, _)| *key != field)
                    .map(|(key, value)| (key.clone(), value.clone()))
            })
            .map(|rest| Value::Object(rest.collect()))
            .collect(),
        Value::Number(number) => {
            let number = number.as_i64().unwrap_or_default();
            Vec::from_iter((number.abs() > 1).then(|| (number / 2).into()))
        }
        _ => Vec::new(),
    }
}

/// A path from how a person writes it.
fn steps(path: &str) -> Path {
    let apart = path.replace("[]", ".[]").replace("{}", ".{}");
    apart.split('.').map(str::to_owned).collect()
}
