//! Our receiver beside the original, which runs for real: the same requests, and after each the same answer and the
//! same counts, but for the differences that are named. A named difference that does not occur is an error too.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test needs and does not get ends it"
)]

mod parity {
    pub(crate) mod differences;
    pub(crate) mod exposition;
    pub(crate) mod original;
    pub(crate) mod requests;
}
#[path = "wire/program.rs"]
mod program;
mod wire;

use std::collections::BTreeSet;
use std::net::SocketAddr;

use parity::differences::{self, Seen};
use parity::exposition::Exposition;
use parity::original::Original;
use parity::requests::{Case, cases};
use program::Program;
use wire::Counts;

#[test]
fn the_same_requests_give_the_same_answers_and_metrics() {
    let original = Original::start();
    let ours = Program::start(&[]);
    let mut names = BTreeSet::new();
    let mut unnamed = Vec::new();
    let (mut before, mut own_before) = (Counts::default(), Counts::default());
    let page = |address| Exposition::read(&wire::get(address, "/metrics").body);
    let own_page = || {
        let mut page = page(ours.address);
        assert!(page.keep(&differences::FAMILIES), "{:?}", page.families);
        page
    };
    names.insert("more-families");
    names.extend(compare_pages(page(original.address), &own_page(), true));
    let cases = cases();
    assert!(cases.len() >= 200, "{}", cases.len());
    for case in &cases {
        let theirs = exchange(original.address, case, &mut before);
        let own = exchange(ours.address, case, &mut own_before);
        match differences::names(case, &theirs, &own) {
            Ok(found) => {
                assert!(
                    case.shows.is_none_or(|name| found.contains(name)),
                    "{case} shows {found:?}"
                );
                names.extend(found);
            }
            Err(aspects) => unnamed.push((aspects, case.to_string(), theirs, own)),
        }
    }
    assert!(unnamed.is_empty(), "differences without a name: {unnamed:#?}");
    names.extend(compare_pages(page(original.address), &own_page(), false));
    let type_of = |address| wire::get(address, "/metrics").header("content-type").map(str::to_owned);
    if type_of(original.address) != type_of(ours.address) {
        assert_eq!(
            type_of(ours.address).unwrap(),
            "text/plain; version=0.0.4; charset=utf-8"
        );
        names.insert("metrics-version");
    }
    let meant = differences::all().map(|(name, _)| name).collect::<BTreeSet<_>>();
    assert_eq!(names, meant, "left: what occurred, right: what is meant");
}

/// Sends one request, and reads what it left in the metrics.
fn exchange(address: SocketAddr, case: &Case, before: &mut Counts) -> Seen {
    let answer = wire::ask(address, &case.bytes());
    let after = Counts::read(address);
    let counts = after.since(*before);
    *before = after;
    Seen {
        status: answer.status,
        allow: answer.header("allow").is_some(),
        body: answer.body,
        counts,
    }
}

/// Compares names, types, helps, labels and bounds; values were compared request by request.
fn compare_pages(mut theirs: Exposition, own: &Exposition, is_start: bool) -> Vec<&'static str> {
    let mut names = Vec::new();
    if theirs.drop_created() {
        names.push("created-series");
    }
    if is_start {
        let of_own = own.series("webhook_requests_total");
        assert_eq!(of_own.len(), 2, "{of_own:?}");
        if theirs.series("webhook_requests_total").is_empty() {
            theirs.adopt("webhook_requests_total", own);
            names.push("series-from-the-start");
        }
    }
    assert_eq!(theirs.families, own.families);
    assert_eq!(theirs.samples, own.samples);
    names
}
