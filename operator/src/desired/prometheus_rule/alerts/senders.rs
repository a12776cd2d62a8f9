//! Alerts on what senders see: errors, slowness, and webhooks that are refused or not passed on.

use super::SHARE;
use crate::desired::prometheus_rule::budget::errors;
use crate::desired::prometheus_rule::requests::{SLOW_5M, SLOW_30M, UNDELIVERED, UNVERIFIED};
use crate::desired::prometheus_rule::{Alert, Severity, Subject};
use crate::external::Rule;

/// How often the allowed share of errors, over which long and which short window, how bad that is, and when the budget of 30 days
/// is gone. The long window says that it matters, the short one that it still goes on.
/// Source: *The Site Reliability Workbook* (Google, 2018), chapter 5, *Alerting on SLOs*, table 5-8.
const BURNS: [(&str, &str, &str, Severity, &str); 4] = [
    ("14.4", "1h", "5m", Severity::Critical, "50 hours"),
    ("6", "6h", "30m", Severity::Critical, "5 days"),
    ("3", "1d", "2h", Severity::Warning, "10 days"),
    ("1", "3d", "6h", Severity::Warning, "30 days"),
];

pub(super) fn rules(subject: &Subject<'_>) -> Vec<Rule> {
    let spec = &subject.validated.spec;
    let mut rules: Vec<_> = BURNS.into_iter().map(|burn| error_budget(subject, burn)).collect();
    rules.push(latency(subject));
    if spec.verification.is_some() {
        rules.push(signatures(subject, Severity::Warning, "0.1", "15m"));
        // All senders at once: a secret has changed on one side alone.
        rules.push(signatures(subject, Severity::Critical, "0.5", "5m"));
    }
    rules.extend(spec.delivery.as_ref().map(|_| deliveries(subject)));
    rules
}

fn error_budget(subject: &Subject<'_>, burn: (&str, &'static str, &str, Severity, &str)) -> Rule {
    let (factor, long, short, severity, spent) = burn;
    let (title, allowed) = (subject.title(), &subject.settings.error_ratio);
    let pace = match factor {
        "1" => "the pace".to_owned(),
        factor => format!("{factor} times the pace"),
    };
    let over = |window| format!("{} > {factor} * {allowed}", subject.own(&errors(window)));
    subject.alert(Alert {
        name: "WebhookErrorBudgetBurn",
        severity,
        after: Some("2m"),
        expr: format!("{} and {}", over(long), over(short)),
        window: Some(long),
        summary: format!("{title}: {SHARE} of webhooks failed over {long}"),
        description: format!(
            "Over the last {long} and still over the last {short} the receivers answered 5xx at more than {pace} that \
             spec.monitoring.alerts.errorRatio allows ({{{{ {allowed} | humanizePercentage }}}} over 30 days): at this one all that is \
             allowed is spent after {spent}."
        ),
    })
}

fn latency(subject: &Subject<'_>) -> Rule {
    let (title, bound) = (subject.title(), subject.settings.p99_seconds.seconds());
    subject.alert(Alert {
        name: "WebhookLatencyHigh",
        severity: Severity::Warning,
        after: Some("5m"),
        expr: format!("{} > 0.01 and {} > 0.01", subject.own(SLOW_30M), subject.own(SLOW_5M)),
        window: None,
        summary: format!("{title}: {SHARE} of webhooks took longer than {bound} s"),
        description: format!(
            "Over the last 30 minutes and still over the last 5, more than 1% of requests were answered later than \
             spec.monitoring.alerts.p99Seconds ({bound} s) after their headers had come."
        ),
    })
}

fn signatures(subject: &Subject<'_>, severity: Severity, share: &str, after: &'static str) -> Rule {
    let title = subject.title();
    subject.alert(Alert {
        name: "WebhookSignatureFailures",
        severity,
        after: Some(after),
        expr: format!("{} > {share}", subject.own(UNVERIFIED)),
        window: None,
        summary: format!("{title}: {SHARE} of webhooks could not be verified"),
        description: format!(
            "For {after} more than {{{{ {share} | humanizePercentage }}}} of requests were refused with 401, since their signature was \
             missing, too old or made with another secret. Most senders do not send these again."
        ),
    })
}

fn deliveries(subject: &Subject<'_>) -> Rule {
    let title = subject.title();
    subject.alert(Alert {
        name: "WebhookDeliveryFailures",
        severity: Severity::Warning,
        after: Some("10m"),
        expr: format!("{} > 0.05", subject.own(UNDELIVERED)),
        window: None,
        summary: format!("{title}: {SHARE} of webhooks did not reach their target"),
        description:
            "For 10 minutes more than 5% of deliveries to spec.delivery failed after their last attempt. Senders were answered 502, \
             503 or 504, and may send them again."
                .to_owned(),
    })
}
