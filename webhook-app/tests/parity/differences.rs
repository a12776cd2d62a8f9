//! Every way in which we mean to differ from the original, and why. Runs nothing.

use std::collections::BTreeSet;

use super::requests::Case;
use crate::wire::Counts;

/// What one receiver made of one request.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) allow: bool,
    pub(crate) body: String,
    pub(crate) counts: Counts,
}

/// What two receivers can differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aspect {
    Status,
    Body,
    Counts,
    Bytes,
}
use Aspect::{Body, Bytes, Counts as Counted, Status};

type Applies = fn(&Case, theirs: &Seen, own: &Seen) -> bool;

/// One difference between answers: its name, why we mean it, what it touches, and when it applies.
struct Difference(&'static str, &'static str, &'static [Aspect], Applies);

/// The families of the original.
pub(crate) const FAMILIES: [&str; 3] = [
    "webhook_requests_total",
    "webhook_processing_time_seconds",
    "webhook_payload_size_bytes",
];

/// Differences between the pages of metrics, found by the test itself.
const OF_PAGES: [(&str, &str); 4] = [
    (
        "more-families",
        "families of our own beside the original's, for what the original does not do",
    ),
    (
        "created-series",
        "no *_created series: Prometheus' text format has no use for them",
    ),
    (
        "series-from-the-start",
        "both values of status exist at 0: a rate sees the first error",
    ),
    (
        "metrics-version",
        "the content type names version 0.0.4 of the format, which scrapers negotiate by",
    ),
];

const OF_ANSWERS: [Difference; 12] = [
    Difference(
        "status-4xx",
        "a sender's fault answers 4xx and says what it is: senders retry the original's 500 for days",
        &[Status, Body],
        |_, theirs, own| theirs.status == 500 && (400..500).contains(&own.status) && is_error(own),
    ),
    Difference(
        "raw-bytes",
        "the bytes received are counted, not those of the value written anew",
        &[Bytes],
        |case, theirs, own| is_taken(theirs) && is_taken(own) && own.counts.bytes == case.length(),
    ),
    Difference(
        "no-newline",
        "the body ends with the JSON, as the contract's `{\"status\":\"success\"}` does",
        &[Body],
        |_, theirs, own| is_taken(theirs) && is_taken(own) && theirs.body == format!("{}\n", own.body),
    ),
    Difference(
        "wrong-method-counted",
        "a request on the webhook path that is no POST is an error too",
        &[Counted],
        |case, theirs, own| {
            case.path == "/webhook" && case.method != "POST" && is_uncounted(theirs) && is_error_once(own)
        },
    ),
    Difference(
        "errors-are-json",
        "404 and 405 say what is wrong as JSON, not as a page",
        &[Body],
        |_, theirs, own| {
            [404, 405].contains(&own.status) && theirs.body.starts_with("<!doctype html>") && is_error(own)
        },
    ),
    Difference(
        "options",
        "OPTIONS is refused like other methods: no browser calls a webhook",
        &[Status, Body],
        |case, theirs, own| case.method == "OPTIONS" && (theirs.status, own.status) == (200, 405) && own.allow,
    ),
    Difference(
        "health",
        "/healthz and /readyz are for the kubelet",
        &[Status, Body],
        |case, theirs, own| ["/healthz", "/readyz"].contains(&case.path) && (theirs.status, own.status) == (404, 200),
    ),
    Difference(
        "not-a-number",
        "NaN and Infinity are no JSON (RFC 8259 §6), though Python takes them",
        &[Status, Body, Counted, Bytes],
        |case, theirs, own| case.shows == Some("not-a-number") && is_refused_by_us_alone(theirs, own, 400),
    ),
    Difference(
        "other-encoding",
        "JSON between systems is UTF-8 without a byte order mark (RFC 8259 §8.1)",
        &[Status, Body, Counted, Bytes],
        |case, theirs, own| case.shows == Some("other-encoding") && is_refused_by_us_alone(theirs, own, 400),
    ),
    Difference(
        "payload-limit",
        "a body over the limit is refused: the original takes what memory holds",
        &[Status, Body, Counted, Bytes],
        |case, theirs, own| case.shows == Some("payload-limit") && is_refused_by_us_alone(theirs, own, 413),
    ),
    Difference(
        "long-integers",
        "integers of over 4300 digits are JSON, though Python refuses them",
        &[Status, Body, Counted, Bytes],
        |case, theirs, own| case.shows == Some("long-integers") && is_taken_by_us_alone(theirs, own),
    ),
    Difference(
        "deep-nesting",
        "nesting is JSON at any depth, and costs no stack here; Python's recursion ends",
        &[Status, Body, Counted, Bytes],
        |case, theirs, own| case.shows == Some("deep-nesting") && is_taken_by_us_alone(theirs, own),
    ),
];

/// All names and reasons.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    let of_answers = OF_ANSWERS.iter().map(|difference| (difference.0, difference.1));
    OF_PAGES.into_iter().chain(of_answers)
}

/// The names of the differences between two results.
///
/// # Errors
/// What differs without a name.
pub(crate) fn names(case: &Case, theirs: &Seen, own: &Seen) -> Result<BTreeSet<&'static str>, Vec<Aspect>> {
    let without_bytes = |seen: &Seen| Counts {
        bytes: 0,
        ..seen.counts
    };
    let differs = |aspect: &Aspect| match aspect {
        Status => theirs.status != own.status,
        Body => theirs.body != own.body,
        Counted => without_bytes(theirs) != without_bytes(own),
        Bytes => theirs.counts.bytes != own.counts.bytes,
    };
    let mut names = BTreeSet::new();
    let mut unnamed = Vec::new();
    for aspect in [Status, Body, Counted, Bytes].into_iter().filter(differs) {
        let mut of_aspect = OF_ANSWERS.iter().filter(|difference| difference.2.contains(&aspect));
        match of_aspect.find(|difference| (difference.3)(case, theirs, own)) {
            Some(difference) => _ = names.insert(difference.0),
            None => unnamed.push(aspect),
        }
    }
    if unnamed.is_empty() { Ok(names) } else { Err(unnamed) }
}

fn is_error(seen: &Seen) -> bool {
    let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap_or_default();
    body["error"].is_string()
}

fn is_taken(seen: &Seen) -> bool {
    let counts = seen.counts;
    seen.status == 200 && (counts.success, counts.error, counts.timed) == (1, 0, 1)
}

fn is_error_once(seen: &Seen) -> bool {
    let counts = seen.counts;
    (counts.success, counts.error, counts.timed, counts.bytes) == (0, 1, 1, 0)
}

fn is_uncounted(seen: &Seen) -> bool {
    seen.counts == Counts::default()
}

fn is_refused_by_us_alone(theirs: &Seen, own: &Seen, status: u16) -> bool {
    is_taken(theirs) && own.status == status && is_error(own) && is_error_once(own)
}

fn is_taken_by_us_alone(theirs: &Seen, own: &Seen) -> bool {
    theirs.status == 500 && is_error_once(theirs) && is_taken(own)
}
