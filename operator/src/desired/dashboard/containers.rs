//! The row that says what the receivers' containers use of what they may. Names, units and labels are cAdvisor's, which the kubelet and
//! the receivers' own figures share.

use super::frame::Row;
use super::panel::{Panel, unit};
use super::query::{once, pods, rate, receiver_containers, series, sum};
use crate::crd::ContainerMetrics;

pub(super) fn row(source: ContainerMetrics) -> Row {
    let chosen = receiver_containers(&pods());
    let mut panels = vec![
        cpu(&chosen),
        throttling(&chosen),
        memory(&chosen),
        share_of_memory(&chosen),
    ];
    // A container's own cgroup knows nothing of its pod's network.
    if source != ContainerMetrics::OwnCgroup {
        panels.push(network());
    }
    panels.push(restarts(&chosen));
    Row {
        title: "What do they use?",
        panels,
    }
}

fn cpu(chosen: &str) -> Panel {
    let used = once(&rate("container_cpu_usage_seconds_total", chosen));
    let (quota, period) = (
        once(&series("container_spec_cpu_quota", chosen)),
        once(&series("container_spec_cpu_period", chosen)),
    );
    Panel::graph(
        "CPU",
        unit::COUNT,
        "Processors in use by each receiver, and how many each may use, where resources.limits.cpu says it.",
    )
    .asks(sum("pod", &used), "{{pod}}")
    .asks(format!("max({quota} / {period})"), "limit")
}

fn throttling(chosen: &str) -> Panel {
    let throttled = sum("pod", &once(&rate("container_cpu_cfs_throttled_periods_total", chosen)));
    let periods = sum("pod", &once(&rate("container_cpu_cfs_periods_total", chosen)));
    Panel::graph(
        "Throttling",
        unit::SHARE,
        "In how many of its periods a receiver ran out of its CPU limit and had to stop. Without a limit there is none, and no series.",
    )
    .asks(super::query::per(&throttled, &periods), "{{pod}}")
}

fn memory(chosen: &str) -> Panel {
    let used = once(&series("container_memory_working_set_bytes", chosen));
    let limit = once(&series("container_spec_memory_limit_bytes", chosen));
    Panel::graph(
        "Memory",
        unit::BYTES,
        "What each receiver holds, without files that were not touched lately; and how much each may hold.",
    )
    .asks(sum("pod", &used), "{{pod}}")
    // Where nobody set one, cAdvisor says 0.
    .asks(format!("max({limit} > 0)"), "limit")
}

fn share_of_memory(chosen: &str) -> Panel {
    let used = once(&series("container_memory_working_set_bytes", chosen));
    let limit = once(&series("container_spec_memory_limit_bytes", chosen));
    Panel::graph(
        "Memory of the limit",
        unit::SHARE,
        "The share of its limit that each receiver holds. At 100 % the kernel kills it.",
    )
    .asks(sum("pod", &super::query::per(&used, &limit)), "{{pod}}")
}

/// Its series are the pod's, and have no container.
fn network() -> Panel {
    let both = |metric: &str| {
        let interfaces = format!("max by (namespace, pod, interface) ({})", rate(metric, &pods()));
        sum("", &interfaces)
    };
    Panel::graph(
        "Network",
        unit::BYTES_PER_SECOND,
        "What all receivers together get and send.",
    )
    .asks(both("container_network_receive_bytes_total"), "received")
    .asks(both("container_network_transmit_bytes_total"), "sent")
}

/// A new container's CPU time begins at 0: as a series of its own with a cAdvisor, as a fall of the same one with the container's own.
fn restarts(chosen: &str) -> Panel {
    let used = once(&series("container_cpu_usage_seconds_total", chosen));
    Panel::graph(
        "Restarts by receiver",
        unit::COUNT,
        "How often each receiver's container began anew in the last 15 minutes, as its CPU time shows.",
    )
    .asks(sum("pod", &format!("resets(({used})[15m:])")), "{{pod}}")
}
