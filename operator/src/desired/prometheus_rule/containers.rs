//! What is recorded of the receivers' containers, and what a webhook costs of it. The same rules hold for cAdvisor, the kubelets
//! and the receivers' own cgroups.

use super::Subject;
use crate::external::Rule;

/// The memory of a pod's receiver as a share of its limit.
pub(super) const MEMORY: &str = "namespace_service_pod:container_memory_working_set_bytes_per_limit:ratio";

/// The share of periods in which a pod's receiver was throttled.
pub(super) const THROTTLED: &str = "namespace_service_pod:container_cpu_cfs_throttled_periods_per_period:ratio_rate5m";

/// One figure for each container: where cAdvisor and a kubelet are both scraped, both tell of it, and adding up would count it twice.
const ONE: &str = "max by (pod, container)";

pub(super) fn rules(subject: &Subject<'_>) -> Vec<Rule> {
    // All processors together; cAdvisor may be told to name each.
    let cpu = subject.of_containers("container_cpu_usage_seconds_total", ",cpu=\"total\"");
    let cpu = format!("sum({ONE} (rate({cpu}[5m])))");
    let memory = subject.of_containers("container_memory_working_set_bytes", "");
    let limit = subject.of_containers("container_spec_memory_limit_bytes", "");
    let requests = subject.rate("webhook_requests_total", "5m");
    let mut rules = vec![
        subject.record("namespace_service:container_cpu_usage_seconds:rate5m", cpu.clone()),
        subject.record(
            "namespace_service:container_memory_working_set_bytes:sum",
            format!("sum({ONE} ({memory}))"),
        ),
        // Where there is no limit, cAdvisor says 0.
        subject.record(
            "namespace_service:container_spec_memory_limit_bytes:sum",
            format!("sum({ONE} ({limit}) > 0)"),
        ),
        subject.record(
            MEMORY,
            format!("max by (pod) ({memory}) / (max by (pod) ({limit}) > 0)"),
        ),
        subject.record(THROTTLED, throttled(subject)),
    ];
    if subject.source.knows_network() {
        rules.extend(["receive", "transmit"].map(|direction| network(subject, direction)));
    }
    rules.extend([
        // Seconds of CPU time.
        subject.record(
            "namespace_service:container_cpu_usage_seconds_per_request:ratio_rate5m",
            format!("{cpu} / ({requests} > 0)"),
        ),
        // Memory is held and not used up: bytes by webhooks a second are byte seconds for each.
        subject.record(
            "namespace_service:container_memory_working_set_bytes_per_request:ratio_rate5m",
            format!("sum({ONE} ({memory})) / ({requests} > 0)"),
        ),
    ]);
    rules
}

fn throttled(subject: &Subject<'_>) -> String {
    let rate = |metric| format!("max by (pod) (rate({}[5m]))", subject.of_containers(metric, ""));
    let throttled = rate("container_cpu_cfs_throttled_periods_total");
    format!("{throttled} / ({} > 0)", rate("container_cpu_cfs_periods_total"))
}

/// Network series are the pod's: they have no container.
fn network(subject: &Subject<'_>, direction: &str) -> Rule {
    let metric = format!("container_network_{direction}_bytes");
    subject.record(
        &format!("namespace_service:{metric}:rate5m"),
        format!(
            "sum(max by (pod, interface) (rate({metric}_total{{{}}}[5m])))",
            subject.pods
        ),
    )
}
