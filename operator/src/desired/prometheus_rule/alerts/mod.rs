//! When somebody is told. Each alert has a page of its name in `docs/runbooks`, which says what to do.

mod containers;
mod receivers;
mod senders;

use super::Subject;
use crate::external::Rule;

/// The value of an alert as a share, in a template.
const SHARE: &str = "{{ $value | humanizePercentage }}";

pub(super) fn rules(subject: &Subject<'_>) -> Vec<Rule> {
    let mut rules = senders::rules(subject);
    rules.extend(receivers::rules(subject));
    rules.extend(containers::rules(subject));
    rules
}
