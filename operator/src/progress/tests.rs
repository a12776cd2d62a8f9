//! When the process is told to be at a standstill, by a clock of the tests' own.
#![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

use super::*;

const AFTER: Duration = Duration::from_mins(2);

fn work(name: &str) -> Work {
    Work::Object {
        namespace: "shop".to_owned(),
        name: name.to_owned(),
    }
}

/// A ledger and the moment so many seconds after its beginning.
fn ledger() -> (Ledger, impl Fn(u64) -> Instant) {
    let start = Instant::now();
    (Ledger::new(start), move |seconds| start + Duration::from_secs(seconds))
}

#[test]
fn who_has_nothing_to_do_stands_still_rightly() {
    let (mut ledger, at) = ledger();
    assert_eq!(ledger.stalled(at(100_000), AFTER), None);
    ledger.due(work("orders"), at(100_000));
    ledger.begin(work("orders"), at(100_001));
    ledger.end(&work("orders"), at(100_002));
    assert_eq!(ledger.stalled(at(200_000), AFTER), None);
}

#[test]
fn what_is_due_and_not_begun_is_a_standstill_unless_something_else_ends() {
    let (mut ledger, at) = ledger();
    ledger.due(work("orders"), at(1000));
    assert_eq!(
        ledger.stalled(at(1119), AFTER),
        None,
        "the quiet before it was due does not count"
    );
    let said = ledger.stalled(at(1120), AFTER).unwrap();
    assert_eq!(
        said,
        "WebhookService shop/orders has been due for 120 s, and nothing has ended for 1120 s"
    );
    ledger.begin(Work::Shared, at(1121));
    ledger.end(&Work::Shared, at(1122));
    assert_eq!(ledger.stalled(at(1241), AFTER), None, "a long queue is no standstill");
    assert!(ledger.stalled(at(1242), AFTER).is_some());
}

#[test]
fn what_is_begun_and_does_not_end_is_a_standstill() {
    let (mut ledger, at) = ledger();
    ledger.begin(Work::Shared, at(10));
    assert_eq!(ledger.stalled(at(129), AFTER), None);
    let said = ledger.stalled(at(130), AFTER).unwrap();
    assert_eq!(said, "the shared cAdvisor has been worked on for 120 s without an end");
    // Its requests run into their deadlines, one after the other.
    for step in 1..20 {
        ledger.last_step = at(10 + 10 * step);
        assert_eq!(ledger.stalled(at(19 + 10 * step), AFTER), None);
    }
}

#[test]
fn one_that_hangs_is_found_among_others_that_move() {
    let (mut ledger, at) = ledger();
    ledger.begin(work("orders"), at(0));
    for second in 1..300 {
        ledger.begin(work("stock"), at(second));
        ledger.end(&work("stock"), at(second));
        assert_eq!(ledger.stalled(at(second), AFTER), None);
    }
    let said = ledger.stalled(at(300), AFTER).unwrap();
    assert!(said.starts_with("WebhookService shop/orders"), "{said}");
    assert_eq!(
        ledger.stalled(at(300), Duration::from_secs(301)),
        None,
        "a longer limit holds for it too"
    );
}

#[test]
fn failures_that_are_tried_again_are_progress() {
    let (mut ledger, at) = ledger();
    let mut now = 0;
    for delay in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300] {
        ledger.begin(work("orders"), at(now));
        ledger.end(&work("orders"), at(now));
        ledger.due(work("orders"), at(now + delay));
        assert_eq!(ledger.stalled(at(now + delay), AFTER), None);
        assert_eq!(ledger.waiting(at(now + delay - 1)), 0, "it is not due yet");
        assert_eq!(ledger.waiting(at(now + delay)), 1);
        now += delay;
    }
    assert!(
        ledger.stalled(at(now + 120), AFTER).is_some(),
        "a retry that is due and does not come"
    );
}

#[test]
fn of_two_times_the_earlier_counts_and_a_start_ends_both() {
    let (mut ledger, at) = ledger();
    ledger.due(work("orders"), at(300));
    ledger.due(work("orders"), at(5));
    ledger.due(work("orders"), at(7));
    assert_eq!((ledger.waiting(at(4)), ledger.waiting(at(5))), (0, 1));
    ledger.begin(work("orders"), at(6));
    assert_eq!(ledger.waiting(at(1000)), 0);
}
