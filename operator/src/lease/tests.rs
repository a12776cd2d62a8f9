//! What a candidate may do after what it has seen, in tables.
#![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

use serde_json::json;

use super::*;

fn lease(version: &str, holder: Option<&str>, duration: Option<i32>) -> Lease {
    serde_json::from_value(json!({
        "metadata": {"name": "webhook-operator", "resourceVersion": version},
        // By a clock that is years away from ours.
        "spec": {"holderIdentity": holder, "leaseDurationSeconds": duration, "renewTime": "1999-12-31T23:59:59.000000Z", "leaseTransitions": 3},
    }))
    .unwrap()
}

fn held(holder: &str) -> Verdict {
    Verdict::Held {
        holder: holder.to_owned(),
    }
}

/// What is read, in milliseconds after the start, and what it lets the candidate do.
type Looks<'a> = &'a [(u64, Option<Lease>, Verdict)];

fn walk(case: &str, looks: Looks<'_>) {
    let start = Instant::now();
    let mut candidate = Candidate::new("me");
    for (at, found, expected) in looks {
        let verdict = candidate.look(found.as_ref(), start + Duration::from_millis(*at));
        assert_eq!(verdict, *expected, "{case}, at {at} ms");
    }
}

#[test]
fn a_lease_that_nobody_holds_is_free() {
    walk("none there", &[(0, None, Verdict::Free)]);
    walk("let go", &[(0, Some(lease("1", None, Some(10))), Verdict::Free)]);
    walk(
        "let go, as old clients write it",
        &[(0, Some(lease("1", Some(""), Some(1))), Verdict::Free)],
    );
    walk("no spec", &[(0, Some(Lease::default()), Verdict::Free)]);
}

#[test]
fn another_s_lease_is_free_only_when_it_stood_still_for_its_duration_before_our_eyes() {
    let same = || Some(lease("1", Some("other"), Some(10)));
    walk(
        "stands still",
        &[
            (0, same(), held("other")),
            (9_999, same(), held("other")),
            (10_000, same(), Verdict::Free),
        ],
    );
    walk(
        "renewed",
        &[
            (0, same(), held("other")),
            (9_000, Some(lease("2", Some("other"), Some(10))), held("other")),
            (18_999, Some(lease("2", Some("other"), Some(10))), held("other")),
            (19_000, Some(lease("2", Some("other"), Some(10))), Verdict::Free),
        ],
    );
    walk(
        "its own duration counts, not ours",
        &[
            (0, Some(lease("1", Some("other"), Some(30))), held("other")),
            (29_999, Some(lease("1", Some("other"), Some(30))), held("other")),
            (30_000, Some(lease("1", Some("other"), Some(30))), Verdict::Free),
        ],
    );
    walk(
        "no duration, or none that can be",
        &[
            (0, Some(lease("1", Some("other"), None)), held("other")),
            (12_000, Some(lease("1", Some("other"), None)), Verdict::Free),
            (13_000, Some(lease("2", Some("other"), Some(-1))), held("other")),
            (25_000, Some(lease("2", Some("other"), Some(-1))), Verdict::Free),
        ],
    );
}

#[test]
fn what_another_lets_go_is_free_at_once_and_what_is_deleted_under_it_is_not() {
    let other = || Some(lease("1", Some("other"), Some(10)));
    walk(
        "let go",
        &[
            (0, other(), held("other")),
            (500, Some(lease("2", None, Some(10))), Verdict::Free),
        ],
    );
    walk(
        "deleted",
        &[
            (0, other(), held("other")),
            (9_999, None, held("other")),
            (10_000, None, Verdict::Free),
        ],
    );
}

#[test]
fn a_claim_of_ours_that_got_no_answer_is_known_again() {
    walk(
        "ours",
        &[
            (0, None, Verdict::Free),
            (500, Some(lease("7", Some("me"), Some(10))), Verdict::Ours),
        ],
    );
}

#[test]
fn the_holder_stops_before_anybody_may_begin() {
    let sent = Instant::now();
    // The earliest moment at which another can have seen the claim is the one at which it was sent.
    let mut other = Candidate::new("other");
    let claim = claimed(None, "webhook-operator", "me", Timestamp::UNIX_EPOCH);
    let _ = other.look(Some(&claim), sent);
    let mut at = sent;
    while other.look(Some(&claim), at) != Verdict::Free {
        at += Duration::from_millis(1);
    }
    assert_eq!(at - holds_until(sent), MARGIN);
}

#[test]
fn a_claim_keeps_what_it_found_and_counts_changes_of_the_holder_only() {
    let found = lease("5", Some("other"), Some(10));
    let claim = claimed(Some(&found), "webhook-operator", "me", Timestamp::UNIX_EPOCH);
    assert_eq!(
        claim.metadata, found.metadata,
        "the version that makes one of two claims fail"
    );
    let spec = claim.spec.clone().unwrap();
    assert_eq!(
        (
            spec.holder_identity.as_deref(),
            spec.lease_transitions,
            spec.lease_duration_seconds
        ),
        (Some("me"), Some(4), Some(12)),
    );
    let again = claimed(Some(&claim), "webhook-operator", "me", Timestamp::UNIX_EPOCH);
    assert_eq!(again.spec.unwrap().lease_transitions, Some(4));
    assert_eq!(holder(&released(claim)), None);
}
