//! Transitions for each property, from what the schema says of it and from its meaning. Pure: a seed gives the same again.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::bases::{self, Base};
use super::case::{Case, Expect, Kind};
use super::place::{get, put};
use super::schema::{self, ITEM, Property};
use super::values::typed;
use crate::random::Random;

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

/// A property and what its base has there.
pub(super) struct Values<'a> {
    pub(super) property: &'a Property,
    pub(super) name: &'a str,
    pub(super) present: &'a Value,
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
