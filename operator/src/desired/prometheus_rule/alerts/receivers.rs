//! Alerts on whether receivers are there and Prometheus sees them.

use crate::desired::prometheus_rule::{Alert, Severity, Subject};
use crate::external::Rule;

/// When the receiver's process began.
pub(super) const START: &str = "process_start_time_seconds";

pub(super) fn rules(subject: &Subject<'_>) -> Vec<Rule> {
    let mut rules = vec![service_down(subject), receiver_down(subject), restarting(subject)];
    // Where none is to run, none is missing.
    if subject.validated.fewest_receivers() > 0 {
        rules.push(metrics_absent(subject));
        if subject.source.is_promised() {
            rules.push(container_metrics_absent(subject));
        }
    }
    rules
}

/// One figure for each receiver, were it scraped twice.
fn up(subject: &Subject<'_>) -> String {
    format!("max by (pod) ({})", subject.own("up"))
}

fn service_down(subject: &Subject<'_>) -> Rule {
    let (title, up) = (subject.title(), up(subject));
    subject.alert(Alert {
        name: "WebhookServiceDown",
        severity: Severity::Critical,
        after: Some("5m"),
        expr: format!("count({up} == 0) == count({up})"),
        window: None,
        summary: format!("{title}: none of {{{{ $value }}}} receivers answers"),
        description: "For 5 minutes no receiver has answered Prometheus. Senders are most likely not answered either."
            .to_owned(),
    })
}

fn receiver_down(subject: &Subject<'_>) -> Rule {
    let (title, up) = (subject.title(), up(subject));
    subject.alert(Alert {
        name: "WebhookReceiverDown",
        severity: Severity::Warning,
        after: Some("10m"),
        // With all of them down another alert says so.
        expr: format!("({up} == 0) and on () (max({}) == 1)", subject.own("up")),
        window: None,
        summary: format!("{title}: {{{{ $labels.pod }}}} does not answer"),
        description: "For 10 minutes this receiver has not answered Prometheus, while others have.".to_owned(),
    })
}

fn restarting(subject: &Subject<'_>) -> Rule {
    let title = subject.title();
    subject.alert(Alert {
        name: "WebhookReceiverRestarting",
        severity: Severity::Warning,
        after: None,
        expr: format!("max by (pod) (changes({}[30m])) > 1", subject.own(START)),
        window: None,
        summary: format!("{title}: {{{{ $labels.pod }}}} began anew {{{{ $value }}}} times in 30 minutes"),
        description:
            "The receiver's container ended and was started again, more than once. What it had in work was not answered.".to_owned(),
    })
}

fn metrics_absent(subject: &Subject<'_>) -> Rule {
    let title = subject.title();
    let (requests, up) = (subject.own("webhook_requests_total"), subject.own("up"));
    subject.alert(Alert {
        name: "WebhookMetricsAbsent",
        severity: Severity::Critical,
        after: Some("10m"),
        // Targets that do not answer have an alert of their own. The sum leaves no label of the selector's.
        expr: format!("absent(sum({requests})) unless on () (max({up}) == 0)"),
        window: None,
        summary: format!("{title}: Prometheus has no metrics of its receivers"),
        description:
            "For 10 minutes Prometheus has had no webhook_requests_total of this WebhookService: no receiver runs, or none is scraped. \
             No other alert on it can fire."
                .to_owned(),
    })
}

fn container_metrics_absent(subject: &Subject<'_>) -> Rule {
    let title = subject.title();
    let memory = subject.of_containers("container_memory_working_set_bytes", "");
    subject.alert(Alert {
        name: "WebhookContainerMetricsAbsent",
        severity: Severity::Warning,
        after: Some("15m"),
        expr: format!("absent(sum({memory})) and on () (max({}) == 1)", subject.own("up")),
        window: None,
        summary: format!("{title}: Prometheus has no metrics of its containers"),
        description:
            "For 15 minutes receivers have answered Prometheus, and nobody has told of their containers' memory. Alerts on memory and \
             throttling cannot fire."
                .to_owned(),
    })
}
