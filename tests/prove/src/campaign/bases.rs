//! The specs that a campaign starts from: together they hold every property, each beside what its rules ask for. Pure.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::place::{Place, find, put};
use super::schema::{Path, name};

/// A spec to start from.
#[derive(Deserialize, Clone, Debug)]
pub struct Base {
    /// Whether all its children are accepted. Some properties have no use in a receiver's pod.
    pub works: bool,
    /// With [`super::case::NAME`] where the object's name is to be.
    pub spec: Value,
}

/// All of them.
///
/// # Errors
/// When the file is no JSON.
pub fn all() -> Result<Vec<Base>> {
    serde_json::from_str(include_str!("bases.json")).context("bases.json")
}

/// The first base that has the property, and its place in it.
///
/// # Errors
/// When none has it: a new property needs a place in `bases.json`.
pub fn of<'a>(bases: &'a [Base], path: &Path) -> Result<(usize, &'a Base, Place)> {
    let found = bases
        .iter()
        .enumerate()
        .find_map(|(index, base)| Some((index, base, find(&base.spec, path, true)?)));
    found.with_context(|| format!("no base has spec.{}: write one into bases.json", name(path)))
}

/// Changes what the rules across properties ask for once `path` has its new value in `spec`.
pub fn follow(path: &str, spec: &mut Value) {
    for (at, value) in demands(path, spec) {
        let steps: Path = at.split('.').map(str::to_owned).collect();
        if let Some(place) = find(spec, &steps, false) {
            put(spec, &place, value);
        }
    }
}

/// What else has to be set, or with `None` taken out.
fn demands(path: &str, spec: &Value) -> Vec<(&'static str, Option<Value>)> {
    let now = |at: &str| spec.pointer(&format!("/verification/{at}"));
    let is = |at: &str, text: &str| now(at).is_some_and(|value| value == text);
    let (scheme, custom, signed) = (
        "verification.scheme",
        "verification.custom",
        "verification.custom.signed",
    );
    let (time, token) = (
        "verification.custom.timestampHeader",
        "verification.custom.handshake.tokenSecretRef",
    );
    match path {
        "autoscaling.maxReplicas" => vec![("autoscaling.minReplicas", Some(json!(1)))],
        "autoscaling.minReplicas" => vec![("autoscaling.maxReplicas", Some(json!(1000)))],
        "verification.scheme" if is("scheme", "Custom") => {
            vec![(custom, Some(json!({"header": "X-Signature"})))]
        }
        "verification.custom" if now("custom").is_none() => vec![(scheme, Some(json!("GitHub")))],
        "verification.custom.algorithm" if is("custom/algorithm", "Token") => vec![(signed, None), (time, None)],
        "verification.custom.signed" => {
            let text = now("custom/signed").and_then(Value::as_str).unwrap_or_default();
            vec![(time, text.contains("{timestamp}").then(|| json!("X-Time")))]
        }
        "verification.custom.timestampHeader" if now("custom/timestampHeader").is_none() => vec![(signed, None)],
        "verification.custom.handshake.style" if is("custom/handshake/style", "X") => vec![(token, None)],
        "verification.custom.handshake.tokenSecretRef" if now("custom/handshake/tokenSecretRef").is_none() => {
            vec![("verification.custom.handshake.style", Some(json!("X")))]
        }
        _ => Vec::new(),
    }
}
