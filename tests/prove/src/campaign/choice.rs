//! Which transitions of all there are run, and which of them together. Pure: a seed gives the same again.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use super::case::{Case, Expect};
use super::{Args, cases};
use crate::random::Random;

/// How many transitions of one base a lane takes at a time.
const CHUNK: usize = 12;
/// How many transitions the short form has beside those that give each part of `spec` its turn.
const MORE: usize = 12;

/// All transitions that were asked for.
///
/// # Errors
/// When a property has no generator, or none is of the name that was asked for.
pub fn choose(args: &Args, seed: u64) -> Result<Vec<Case>> {
    let mut all = cases::all(seed)?;
    if let Some(only) = &args.only {
        all.retain(|case| case.path.starts_with(only));
        ensure!(!all.is_empty(), "--only {only}: no property of spec starts with it");
    }
    if args.bounded {
        all = sample(all, seed);
    } else if !args.every && args.only.is_none() {
        all = some_of_each(all, seed);
    }
    Ok(all)
}

/// For each property a value of each kind and expectation, and no other.
fn some_of_each(mut all: Vec<Case>, seed: u64) -> Vec<Case> {
    Random::new(seed).shuffle(&mut all);
    let mut taken = BTreeSet::new();
    all.retain(|case| taken.insert((case.path.clone(), case.kind, case.expect)));
    all
}

/// For each part of `spec` one transition that works and one that does not, and some more.
#[must_use]
pub fn sample(mut all: Vec<Case>, seed: u64) -> Vec<Case> {
    Random::new(seed).shuffle(&mut all);
    let (mut taken, mut more) = (BTreeSet::new(), 0);
    all.retain(|case| {
        let top = case.path.split(['.', '[', '{']).next().unwrap_or_default().to_owned();
        let works = match case.expect {
            Expect::Works => true,
            Expect::Refused | Expect::Shown => false,
            Expect::Either => {
                return {
                    more += 1;
                    more <= MORE
                };
            }
        };
        taken.insert((top, works)) || {
            more += 1;
            more <= MORE
        }
    });
    all
}

/// Transitions of one base together: a lane then stays there.
#[must_use]
pub fn chunks(cases: &mut Vec<Case>) -> Vec<Vec<Case>> {
    let mut chunks: Vec<Vec<Case>> = Vec::new();
    cases.sort_by_cached_key(|case| case.from.to_string());
    for case in cases.drain(..) {
        match chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK && chunk[0].from == case.from => chunk.push(case),
            _ => chunks.push(vec![case]),
        }
    }
    chunks
}
