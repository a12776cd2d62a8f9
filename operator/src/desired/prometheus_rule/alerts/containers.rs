//! Alerts on what the receivers' containers use.

use super::SHARE;
use super::receivers::START;
use crate::desired::prometheus_rule::containers::{MEMORY, THROTTLED};
use crate::desired::prometheus_rule::{Alert, Severity, Subject};
use crate::external::Rule;

pub(super) fn rules(subject: &Subject<'_>) -> Vec<Rule> {
    vec![throttled(subject), memory_high(subject), out_of_memory(subject)]
}

fn throttled(subject: &Subject<'_>) -> Rule {
    let title = subject.title();
    subject.alert(Alert {
        name: "WebhookReceiverThrottled",
        severity: Severity::Warning,
        after: Some("15m"),
        expr: format!("{} > 0.25", subject.own(THROTTLED)),
        window: None,
        summary: format!("{title}: {{{{ $labels.pod }}}} was throttled in {SHARE} of its CPU periods"),
        description:
            "For 15 minutes the receiver used up spec.resources.limits.cpu in more than a quarter of the periods in which it ran, and \
             its requests waited."
                .to_owned(),
    })
}

fn memory_high(subject: &Subject<'_>) -> Rule {
    let title = subject.title();
    subject.alert(Alert {
        name: "WebhookReceiverMemoryHigh",
        severity: Severity::Warning,
        after: Some("15m"),
        expr: format!("{} > 0.9", subject.own(MEMORY)),
        window: None,
        summary: format!("{title}: {{{{ $labels.pod }}}} uses {SHARE} of its memory limit"),
        description:
            "For 15 minutes the receiver has used more than 90% of spec.resources.limits.memory. At the limit the kernel kills it."
                .to_owned(),
    })
}

/// A process that is killed takes its container's counters with it, so most sources cannot say that it was. What they can: that it
/// began anew, and how full its memory was before. kube-state-metrics, where it runs, knows the reason.
fn out_of_memory(subject: &Subject<'_>) -> Rule {
    let title = subject.title();
    let memory = format!("max by (pod) (max_over_time({}[15m])) > 0.9", subject.own(MEMORY));
    let reason = subject.of_containers(
        "kube_pod_container_status_last_terminated_reason",
        ",reason=\"OOMKilled\"",
    );
    let restarted = format!("max by (pod) (changes({}[15m])) > 0", subject.own(START));
    let ended = format!("({memory} or max by (pod) ({reason}) > 0) and on (pod) ({restarted})");
    // Processes that the receiver itself started, and outlived: those of an image of the user's own.
    let killed = subject.source.knows_killed_processes().then(|| {
        let events = subject.of_containers("container_oom_events_total", "");
        format!(" or clamp_max(max by (pod) (increase({events}[15m])) > 0, 1)")
    });
    subject.alert(Alert {
        name: "WebhookReceiverOutOfMemory",
        severity: Severity::Warning,
        after: None,
        expr: format!("{ended}{}", killed.unwrap_or_default()),
        window: None,
        summary: format!("{title}: a process of {{{{ $labels.pod }}}} ended after {SHARE} of its memory limit was used"),
        description:
            "Within the last 15 minutes the receiver's memory was full and a process of its container ended: most likely the kernel \
             killed it. What it had in work was not answered."
                .to_owned(),
    })
}
