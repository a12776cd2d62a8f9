//! The parts that queries are made of. They ask for raw series alone: no dashboard waits for anybody's rules. Knows what tells our
//! series from others, and no panel.

use crate::names;

/// What a `ServiceMonitor`'s target says of the receivers of the chosen object.
pub(super) const RECEIVERS: &str = r#"namespace="$namespace",service="$service""#;

/// What all three sources of container metrics say of the chosen object's pods. The variable stands for a name of its own length: of
/// names over 46 letters it matches none.
pub(super) fn pods() -> String {
    format!(r#"namespace="$namespace",pod=~"{}""#, names::receiver_pods("$service"))
}

/// Those series of `metric` that `chosen` matches; with an empty one, all.
pub(super) fn series(metric: &str, chosen: &str) -> String {
    if chosen.is_empty() {
        metric.to_owned()
    } else {
        format!("{metric}{{{chosen}}}")
    }
}

/// How fast counters rise, in a second.
pub(super) fn rate(metric: &str, chosen: &str) -> String {
    format!("rate({}[$__rate_interval])", series(metric, chosen))
}

/// One sum for each value of the labels `by`, or with an empty one, one.
pub(super) fn sum(by: &str, of: &str) -> String {
    if by.is_empty() {
        format!("sum({of})")
    } else {
        format!("sum by ({by}) ({of})")
    }
}

/// The sum of rates.
pub(super) fn sum_rate(by: &str, metric: &str, chosen: &str) -> String {
    sum(by, &rate(metric, chosen))
}

/// How many of a histogram's requests a second were in each bucket, for each value of the labels `by`.
pub(super) fn buckets(by: &str, histogram: &str, chosen: &str) -> String {
    let by = if by.is_empty() {
        "le".to_owned()
    } else {
        format!("{by}, le")
    };
    sum_rate(&by, &format!("{histogram}_bucket"), chosen)
}

/// The time within which this share of a histogram's requests were done.
pub(super) fn quantile(share: &str, by: &str, histogram: &str, chosen: &str) -> String {
    format!("histogram_quantile({share}, {})", buckets(by, histogram, chosen))
}

/// `amount` for each of `count`, and nothing while that is 0.
pub(super) fn per(amount: &str, count: &str) -> String {
    format!("{amount} / ({count} > 0)")
}

/// Matches the receivers' containers among the pods that `chosen` matches, and not the pod's own cgroup or its pause container.
pub(super) fn receiver_containers(chosen: &str) -> String {
    let container = format!(r#"container="{}""#, names::RECEIVER_CONTAINER);
    if chosen.is_empty() {
        container
    } else {
        format!("{chosen},{container}")
    }
}

/// One value for each container. Where a cAdvisor and the kubelets are scraped both, each container has two series, and for a while
/// after a restart one more: a sum would count it twice.
pub(super) fn once(of: &str) -> String {
    format!("max by (namespace, pod, container) ({of})")
}
