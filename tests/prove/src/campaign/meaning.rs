//! What each text means to people and to Kubernetes: values that are right, wrong, or for the API server to judge; and how
//! to make a right one of any length. A property that is not here has no generator, and the campaign says so.

use super::case::NAME;
use super::meanings_copied::COPIED;
use super::meanings_monitoring::MONITORING;
use super::meanings_own::OWN;

/// How a right text of a given length is made.
#[derive(Clone, Copy, Debug)]
pub enum Fill {
    /// This, then as many `x` as it takes.
    After(&'static str),
    /// A host name below the object's own, in parts of at most 63.
    Host,
    /// There is none: it is a word out of a few, or a number with a unit.
    None,
}

/// What a text means.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// What it is about: paths with at most one `*`.
    pub paths: &'static [&'static str],
    /// Accepted, and in the children.
    pub right: &'static [&'static str],
    /// Refused at admission, or shown.
    pub wrong: &'static [&'static str],
    /// Known only to the API server.
    pub open: &'static [&'static str],
    /// How long ones are made.
    pub fill: Fill,
    /// Whether a child may have narrower bounds than our schema.
    pub is_narrower_below: bool,
}

/// The meaning of the property at `path`.
#[must_use]
pub fn of(path: &str) -> Option<&'static Meaning> {
    OWN.iter()
        .chain(MONITORING)
        .chain(COPIED)
        .find(|meaning| meaning.paths.iter().any(|pattern| matches(pattern, path)))
}

fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((start, end)) => path.len() >= start.len() + end.len() && path.starts_with(start) && path.ends_with(end),
    }
}

impl Fill {
    /// A right text of this length.
    #[must_use]
    pub fn text(self, length: usize) -> Option<String> {
        match self {
            Self::After(start) if start.len() <= length => Some(format!("{start}{}", "x".repeat(length - start.len()))),
            Self::Host if length > NAME.len() + 1 => {
                let mut host = NAME.to_owned();
                while host.len() < length {
                    // A dot has to have something behind it.
                    let part = (length - host.len() - 1).min(if length - host.len() == 65 { 62 } else { 63 });
                    host = format!("{}.{host}", "x".repeat(part.max(1)));
                }
                (host.len() == length).then_some(host)
            }
            Self::After(_) | Self::Host | Self::None => None,
        }
    }

    /// One of several different right texts.
    #[must_use]
    pub fn nth(self, number: usize) -> String {
        match self {
            Self::Host => format!("h{number}.{NAME}.example"),
            Self::After(start) => format!("{start}{number}"),
            Self::None => format!("{number}"),
        }
    }
}

/// Every text is right that is not said to be wrong.
pub(super) const ANY: Meaning = Meaning {
    paths: &[],
    right: &[],
    wrong: &[],
    open: &[],
    fill: Fill::After("x"),
    is_narrower_below: false,
};
