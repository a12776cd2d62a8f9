//! What a campaign relies on: each property has a base and values, and a seed gives the same again.

#![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

use std::collections::BTreeSet;

use super::case::{Expect, NAME};
use super::choice::{chunks, sample};
use super::{cases, meaning, schema};

#[test]
fn every_property_has_values_that_are_accepted_or_refused() {
    let cases = cases::all(1).unwrap();
    for property in schema::properties().unwrap() {
        let its: Vec<_> = cases.iter().filter(|case| case.path == property.name()).collect();
        assert!(
            its.iter().any(|case| case.expect == Expect::Refused),
            "{}",
            property.name()
        );
        assert!(
            its.iter().any(|case| case.expect != Expect::Refused),
            "{}",
            property.name()
        );
    }
    assert!(cases.len() >= 400, "{}", cases.len());
}

#[test]
fn a_seed_gives_the_same_again_and_another_one_does_not() {
    assert_eq!(cases::all(7).unwrap(), cases::all(7).unwrap());
    assert_ne!(cases::all(7).unwrap(), cases::all(8).unwrap());
}

#[test]
fn a_sample_has_every_part_of_spec_and_chunks_lose_none() {
    let all = cases::all(3).unwrap();
    let mut some = sample(all.clone(), 3);
    let tops: BTreeSet<_> = some
        .iter()
        .map(|case| case.path.split(['.', '[', '{']).next().unwrap())
        .collect();
    let wanted: BTreeSet<_> = schema::properties()
        .unwrap()
        .iter()
        .map(|property| property.path[0].clone())
        .collect();
    assert_eq!(tops, wanted.iter().map(String::as_str).collect());
    let count = some.len();
    assert_eq!(chunks(&mut some).iter().map(Vec::len).sum::<usize>(), count);
}

#[test]
fn a_property_without_a_meaning_has_no_generator() {
    assert!(meaning::of("noSuchProperty").is_none());
    assert_eq!(meaning::of("ingress.host").unwrap().fill.text(253).unwrap().len(), 253);
    assert!(
        meaning::of("ingress.host")
            .unwrap()
            .fill
            .text(253)
            .unwrap()
            .ends_with(NAME)
    );
}
