//! Which share of webhooks ended in an error of ours, over the windows that the alerts on the error budget compare.

use super::Subject;
use crate::external::Rule;

/// The reasons for which a webhook is answered 5xx: too much at once, a target that did not take it, a fault of the receiver. They
/// spend the budget, whoever is behind the receivers: its sender did all right and was not served. What is answered 4xx (no
/// JSON, no signature, too large, too slow, broken off) does not: anybody may send that, and no budget could be kept.
const OURS: &str = "reason=~\"overloaded|undelivered|other\"";

/// The recorded share over a window.
pub(super) fn errors(window: &str) -> String {
    format!("namespace_service:webhook_errors_per_request:ratio_rate{window}")
}

pub(super) fn rules(subject: &Subject<'_>) -> Vec<Rule> {
    ["5m", "30m", "1h", "2h", "6h"]
        .map(|window| share(subject, window))
        .into()
}

pub(super) fn rules_of_days(subject: &Subject<'_>) -> Vec<Rule> {
    ["1d", "3d"].map(|window| share(subject, window)).into()
}

/// Of webhooks that could be served: what was refused for its sender's sake is on neither side, or a stranger's nonsense would
/// hide that nobody else is served. Without any there is no share.
fn share(subject: &Subject<'_>, window: &str) -> Rule {
    let failed = subject.own_with("webhook_rejections_total", OURS);
    let failed = format!("sum(rate({failed}[{window}]))");
    let taken = subject.own_with("webhook_requests_total", "status=\"success\"");
    let taken = format!("sum(rate({taken}[{window}]))");
    subject.record(&errors(window), format!("{failed} / ({failed} + {taken} > 0)"))
}
