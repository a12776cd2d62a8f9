//! The values that one property takes, by its type in the schema and its meaning. Pure.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::case::{Expect, Kind};
use super::cases::{Choice, Values};
use super::meaning::{self, Fill, Meaning};
use super::schema::ITEM;
use crate::random::Random;

impl Values<'_> {
    fn meaning(&self) -> Result<&'static Meaning> {
        let name = self.name;
        meaning::of(name).with_context(|| format!("spec.{name} has no generator: say in meaning.rs what it means"))
    }

    pub(super) fn words(&self) -> Vec<Choice> {
        let words: Vec<Value> = self.property.schema["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        typed(&words, &[json!("Nonsense"), json!(""), json!(7), json!([])])
    }

    pub(super) fn texts(&self) -> Result<Vec<Choice>> {
        let meaning = self.meaning()?;
        let mut values = by_meaning(meaning, |text| vec![json!(text)]);
        values.extend(typed(&[], &[json!(7), json!({}), json!([])]));
        let at_bound = if meaning.is_narrower_below {
            Expect::Either
        } else {
            Expect::Works
        };
        let mut sized = |length: i64, expect| {
            let text = usize::try_from(length)
                .ok()
                .and_then(|length| meaning.fill.text(length));
            // Where no right text has that length, a wrong one serves to be refused.
            let text = text.or_else(|| (expect == Expect::Refused).then(|| "x".repeat(count_of(length))));
            values.extend(text.map(|text| (Kind::Boundary, expect, Some(json!(text)))));
        };
        if let Some(longest) = self.property.bound("maxLength") {
            sized(longest, at_bound);
            sized(longest + 1, Expect::Refused);
        } else {
            sized(64, Expect::Either);
            sized(1000, Expect::Either);
        }
        if let Some(shortest) = self.property.bound("minLength") {
            sized(shortest, at_bound);
            values.push((Kind::Boundary, Expect::Refused, Some(json!(""))));
        }
        values.dedup();
        Ok(values)
    }

    /// Quantities, counts and percentages: numbers and texts.
    pub(super) fn amounts(&self) -> Result<Vec<Choice>> {
        let both = |text: &str| {
            let number = text.parse::<i64>().ok().map(|number| json!(number));
            [Some(json!(text)), number].into_iter().flatten().collect()
        };
        let is_count = self.name.starts_with("disruption.");
        let mut values = by_meaning(self.meaning()?, |text| {
            let both: Vec<Value> = both(text);
            // A count in quotes is no percentage.
            if is_count && both.len() == 2 {
                both[1..].to_vec()
            } else {
                both
            }
        });
        values.extend(typed(&[], &[json!(true), json!({}), json!(1.5)]));
        if let Some(longest) = self.property.bound("maxLength") {
            values.push((
                Kind::Boundary,
                Expect::Shown,
                Some(json!("1".repeat(count_of(longest) + 1))),
            ));
        }
        Ok(values)
    }

    pub(super) fn numbers(&self, random: &mut Random) -> Vec<Choice> {
        let bounds = (self.property.bound("minimum"), self.property.bound("maximum"));
        let mut values = typed(&[], &[json!("7"), json!(1.5), json!(true), json!([])]);
        let mut at = |number: i64, expect| values.push((Kind::Boundary, expect, Some(json!(number))));
        if let Some(least) = bounds.0 {
            at(least, Expect::Works);
            at(least - 1, Expect::Refused);
        }
        if let Some(most) = bounds.1 {
            at(most, Expect::Works);
            at(most + 1, Expect::Refused);
        }
        if let (Some(least), Some(most)) = bounds {
            let number = Some(random.within(least + 1, most - 1)).filter(|number| *number != 5000);
            values.extend(number.map(|number| (Kind::Semantic, Expect::Works, Some(json!(number)))));
        } else {
            for number in [-1, 0, 1, 100, 101, i64::from(i32::MAX), i64::from(i32::MAX) + 1] {
                values.push((Kind::Boundary, Expect::Either, Some(json!(number))));
            }
        }
        if self.name == "monitoring.port" {
            values.push((Kind::Semantic, Expect::Shown, Some(json!(5000))));
        }
        values
    }

    pub(super) fn lists(&self) -> Result<Vec<Choice>> {
        let mut values = typed(&[], &[json!("a"), json!({}), json!([7])]);
        let first = self.present.get(0).cloned().unwrap_or_default();
        let several = |count: i64| -> Result<Value> {
            let items: Result<Vec<Value>> = (0..count_of(count)).map(|number| self.item(&first, number)).collect();
            items.map(Value::Array)
        };
        let none = if self.property.bound("minItems").is_some() {
            Expect::Refused
        } else {
            Expect::Works
        };
        values.push((Kind::Boundary, none, Some(json!([]))));
        values.push((Kind::Semantic, Expect::Works, Some(several(1)?)));
        if let Some(most) = self.property.bound("maxItems") {
            values.push((Kind::Boundary, Expect::Works, Some(several(most)?)));
            values.push((Kind::Boundary, Expect::Refused, Some(several(most + 1)?)));
        } else {
            values.push((Kind::Boundary, Expect::Either, Some(several(20)?)));
        }
        let keyed = self.property.schema["x-kubernetes-list-type"] == "map";
        let twice = if keyed { Expect::Refused } else { Expect::Either };
        values.push((Kind::Invalid, twice, Some(json!([first, first]))));
        Ok(values)
    }

    /// The `number`th of several items that differ where they have to.
    fn item(&self, first: &Value, number: usize) -> Result<Value> {
        let Value::Object(fields) = first else {
            let path = format!("{}{ITEM}", self.name);
            let meaning = meaning::of(&path)
                .with_context(|| format!("spec.{path} has no generator: say in meaning.rs what it means"))?;
            return Ok(json!(meaning.fill.nth(number)));
        };
        let varies = ["name", "topologyKey", "targetLabel", "key"];
        let mut item = fields.clone();
        if let Some(field) = varies
            .into_iter()
            .find(|field| fields.get(*field).is_some_and(Value::is_string))
        {
            item.insert(field.to_owned(), json!(Fill::After("x").nth(number)));
        }
        Ok(Value::Object(item))
    }

    pub(super) fn maps(&self) -> Result<Vec<Choice>> {
        let mut values = typed(&[], &[json!("a"), json!([]), json!({"a": 7}), json!({"a": {}})]);
        let keys = |text: &str| vec![json!({text: "a"})];
        values.extend(by_meaning(self.meaning()?, keys));
        let several = |count: i64| {
            let entries: Map<String, Value> = (0..count).map(|number| (format!("k{number}"), json!("a"))).collect();
            Some(Value::Object(entries))
        };
        values.push((Kind::Boundary, Expect::Works, Some(json!({}))));
        if let Some(most) = self.property.bound("maxProperties") {
            values.push((Kind::Boundary, Expect::Works, several(most)));
            values.push((Kind::Boundary, Expect::Refused, several(most + 1)));
        } else {
            values.push((Kind::Boundary, Expect::Either, several(100)));
        }
        Ok(values)
    }

    pub(super) fn objects(&self) -> Vec<Choice> {
        let needs = self.property.schema["required"]
            .as_array()
            .is_some_and(|required| !required.is_empty());
        let empty = if needs { Expect::Refused } else { Expect::Either };
        let mut values = typed(&[], &[json!("a"), json!([]), json!(true)]);
        values.push((Kind::Boundary, empty, Some(json!({}))));
        if let Value::Object(fields) = self.present {
            let mut more = fields.clone();
            more.insert("noSuchField".to_owned(), json!(1));
            values.push((Kind::Invalid, Expect::Refused, Some(Value::Object(more))));
            let required: Vec<_> = self.property.schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .collect();
            let mut least = fields.clone();
            least.retain(|field, _| required.iter().any(|required| *required == field));
            values.push((Kind::Semantic, Expect::Either, Some(Value::Object(least))));
        }
        values
    }
}

/// A bound of the schema as a number of things.
fn count_of(bound: i64) -> usize {
    usize::try_from(bound).unwrap_or_default()
}

/// Values of the right type, and of others.
pub(super) fn typed(right: &[Value], wrong: &[Value]) -> Vec<Choice> {
    let right = right
        .iter()
        .map(|value| (Kind::Semantic, Expect::Works, Some(value.clone())));
    let wrong = wrong
        .iter()
        .map(|value| (Kind::Invalid, Expect::Refused, Some(value.clone())));
    right.chain(wrong).collect()
}

fn by_meaning(meaning: &Meaning, make: impl Fn(&str) -> Vec<Value>) -> Vec<Choice> {
    let chosen = [
        (Kind::Semantic, Expect::Works, meaning.right),
        (Kind::Invalid, Expect::Shown, meaning.wrong),
        (Kind::Semantic, Expect::Either, meaning.open),
    ];
    let mut values = Vec::new();
    for (kind, expect, texts) in chosen {
        for value in texts.iter().flat_map(|text| make(text)) {
            values.push((kind, expect, Some(value)));
        }
    }
    values
}
