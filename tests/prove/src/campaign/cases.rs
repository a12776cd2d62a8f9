//! Transitions for each property, from what the schema says of it and from its meaning. Pure: a seed gives the same again.

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::bases::{self, Base};
use super::case::{Case, Expect, Kind};
use super::meaning::{self, Fill, Meaning};
use super::place::{get, put};
use super::random::Random;
use super::schema::{self, ITEM, Property};

/// Properties that the schema lets go but a rule of their parent does not.
const DEMANDED: [&str; 2] = ["delivery.http.url", "delivery.http.ref"];

/// A value for a property; `None` takes it out.
pub(super) type Choice = (Kind, Expect, Option<Value>);

/// All transitions of all properties, each in its base's order.
///
/// # Errors
/// When a property has no base or no generator.
pub fn all(seed: u64) -> Result<Vec<Case>> {
    let (bases, mut random) = (bases::all()?, Random::new(seed));
    let mut cases = Vec::new();
    for property in schema::properties()? {
        of(&property, &bases, &mut random, &mut cases)?;
    }
    Ok(cases)
}

fn of(property: &Property, bases: &[Base], random: &mut Random, cases: &mut Vec<Case>) -> Result<()> {
    let name = property.name();
    let (_, base, place) = bases::of(bases, &property.path)?;
    let present = get(&base.spec, &place).cloned().unwrap_or_default();
    let values = Values {
        property,
        name: &name,
        present: &present,
    };
    for (kind, expect, value) in values.all(random)? {
        let mut to = base.spec.clone();
        let shown = value.as_ref().map_or_else(|| "unset".to_owned(), short);
        put(&mut to, &place, value);
        if matches!(expect, Expect::Works | Expect::Either) {
            bases::follow(&name, &mut to);
        }
        let from = if base.works { base.spec.clone() } else { json!({}) };
        let expect = if base.works { expect } else { expect.at_most_either() };
        cases.push(Case {
            path: name.clone(),
            kind,
            expect,
            from,
            to,
            value: shown,
        });
    }
    Ok(())
}

impl Expect {
    /// What a child of a narrower kind leaves of it.
    fn at_most_either(self) -> Self {
        if self == Self::Works { Self::Either } else { self }
    }
}

/// A value in at most 60 letters.
fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 {
        return text;
    }
    let start: String = text.chars().take(48).collect();
    format!("{start}… ({} letters)", text.chars().count())
}

struct Values<'a> {
    property: &'a Property,
    name: &'a str,
    present: &'a Value,
}

impl Values<'_> {
    fn all(&self, random: &mut Random) -> Result<Vec<Choice>> {
        let schema = &self.property.schema;
        let mut values = match schema["type"].as_str() {
            _ if schema["x-kubernetes-int-or-string"] == true => self.amounts()?,
            _ if schema.get("enum").is_some() => self.words(),
            Some("string") => self.texts()?,
            Some("integer") => self.numbers(random),
            Some("boolean") => typed(&[json!(true), json!(false)], &[json!("true"), json!(1)]),
            Some("array") => self.lists()?,
            Some("object") if schema.get("additionalProperties").is_some() => self.maps()?,
            Some("object") => self.objects(),
            other => anyhow::bail!(
                "spec.{} is of type {other:?}: no generator makes such values",
                self.name
            ),
        };
        ensure!(!values.is_empty(), "spec.{}: its generator makes no value", self.name);
        values.push((Kind::Unset, self.unset(), None));
        if schema["nullable"] == true || schema.get("default").is_some() {
            values.push((Kind::Unset, Expect::Either, Some(Value::Null)));
        }
        values.retain(|(_, _, value)| value.as_ref() != Some(self.present));
        if schema.get("type").is_some() {
            self.thin_wrong_types(&mut values, random);
        }
        if self.is_judged_below() {
            // They are many and alike: each takes a few, which another seed chooses otherwise.
            random.shuffle(&mut values);
            let (refused, others): (Vec<_>, Vec<_>) = values
                .into_iter()
                .partition(|(_, expect, _)| *expect == Expect::Refused);
            values = refused.into_iter().take(1).chain(others.into_iter().take(2)).collect();
            for (_, expect, _) in &mut values {
                *expect = expect.at_most_either();
            }
        }
        Ok(values)
    }

    /// One wrong type tells as much as three; another seed chooses another one.
    fn thin_wrong_types(&self, values: &mut Vec<Choice>, random: &mut Random) {
        random.shuffle(values);
        let mut is_first = true;
        let own = self.property.schema["type"].as_str().unwrap_or_default();
        values.retain(|(kind, expect, value)| {
            let wrong = *kind == Kind::Invalid && *expect == Expect::Refused;
            let wrong = wrong && value.as_ref().is_some_and(|value| !is_of(value, own));
            !wrong || std::mem::replace(&mut is_first, false)
        });
    }

    /// Parts of Kubernetes' own types: our schema has their shape, the API server their rules.
    fn is_judged_below(&self) -> bool {
        let parts = [
            "tolerations[]",
            "affinity.",
            "topologySpreadConstraints[]",
            "env[].valueFrom.",
        ];
        parts
            .iter()
            .any(|part| self.name.starts_with(&format!("podTemplate.{part}")))
    }

    fn unset(&self) -> Expect {
        let step = self.property.path.last().map(String::as_str);
        if self.property.required {
            Expect::Refused
        } else if DEMANDED.contains(&self.name) {
            Expect::Shown
        } else if step == Some(ITEM) {
            // The list may need one.
            Expect::Either
        } else {
            Expect::Works
        }
    }

    fn meaning(&self) -> Result<&'static Meaning> {
        let name = self.name;
        meaning::of(name).with_context(|| format!("spec.{name} has no generator: say in meaning.rs what it means"))
    }

    fn words(&self) -> Vec<Choice> {
        let words: Vec<Value> = self.property.schema["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        typed(&words, &[json!("Nonsense"), json!(""), json!(7), json!([])])
    }

    fn texts(&self) -> Result<Vec<Choice>> {
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
            let text = text.or_else(|| (expect == Expect::Refused).then(|| "x".repeat(length.unsigned_abs() as usize)));
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
    fn amounts(&self) -> Result<Vec<Choice>> {
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
                Some(json!("1".repeat(longest.unsigned_abs() as usize + 1))),
            ));
        }
        Ok(values)
    }

    fn numbers(&self, random: &mut Random) -> Vec<Choice> {
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

    fn lists(&self) -> Result<Vec<Choice>> {
        let mut values = typed(&[], &[json!("a"), json!({}), json!([7])]);
        let first = self.present.get(0).cloned().unwrap_or_default();
        let several = |count: i64| -> Result<Value> {
            let items: Result<Vec<Value>> = (0..count.unsigned_abs() as usize)
                .map(|number| self.item(&first, number))
                .collect();
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

    fn maps(&self) -> Result<Vec<Choice>> {
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

    fn objects(&self) -> Vec<Choice> {
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

/// Whether a value is of a type of the schema.
fn is_of(value: &Value, own: &str) -> bool {
    match own {
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => value.is_object(),
    }
}

fn typed(right: &[Value], wrong: &[Value]) -> Vec<Choice> {
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
