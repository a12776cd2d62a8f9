//! The shared cAdvisor's `ServiceMonitor`: it turns cAdvisor's labels into `namespace`, `pod` and `container`, and keeps
//! the series of our receivers alone.

use std::collections::BTreeSet;

use super::{CadvisorSettings, Wanted, shared_meta};
use crate::crd::Relabeling;
use crate::external::{Endpoint, ServiceMonitor, ServiceMonitorSpec};
use crate::names;

const NAMESPACE: &str = "container_label_io_kubernetes_pod_namespace";
const POD: &str = "container_label_io_kubernetes_pod_name";
const CONTAINER: &str = "container_label_io_kubernetes_container_name";

pub(super) fn build(settings: &CadvisorSettings, wanted: &Wanted) -> ServiceMonitor {
    ServiceMonitor {
        metadata: shared_meta(settings),
        spec: ServiceMonitorSpec {
            selector: names::matching(names::cadvisor_selector()),
            namespace_selector: None,
            endpoints: vec![Endpoint {
                port: Some(names::CADVISOR_PORT_NAME.to_owned()),
                path: "/metrics".to_owned(),
                interval: "15s".to_owned(),
                // A restarted container would else count twice until its old samples' own times are 5 minutes old.
                honor_timestamps: Some(false),
                relabelings: target_rules(),
                metric_relabelings: sample_rules(wanted),
                ..Endpoint::default()
            }],
            ..ServiceMonitorSpec::default()
        },
    }
}

/// The target is a node; cAdvisor's own pod must not lend its name to series about other pods.
fn target_rules() -> Vec<Relabeling> {
    vec![
        copy("__meta_kubernetes_pod_node_name", "node"),
        copy("__meta_kubernetes_pod_node_name", "instance"),
        drop_labels("pod|container|namespace|service|endpoint"),
    ]
}

fn sample_rules(wanted: &Wanted) -> Vec<Relabeling> {
    vec![
        // Cheap, and leaves few samples for the next rule. Network series have no container: they are the pod's.
        keep(&[CONTAINER], &format!("(?:{})?", names::RECEIVER_CONTAINER)),
        keep(&[NAMESPACE, POD], &our_pods(wanted)),
        copy(NAMESPACE, "namespace"),
        copy(POD, "pod"),
        copy(CONTAINER, "container"),
        drop_of_pods(),
        // `name`, the container's id, stays: it keeps a restarted container's series apart.
        drop_labels("container_label_io_kubernetes_.*|id|image|boot_id"),
    ]
}

/// Drops what a pod's own cgroup and its pause container use, which would count its containers twice. Network series have no
/// container: they are the pod's, and stay.
pub(super) fn drop_of_pods() -> Relabeling {
    Relabeling {
        action: Some("drop".to_owned()),
        source_labels: vec!["container".to_owned(), "__name__".to_owned()],
        // RE2 has no "not": names that do not start with container_n…
        regex: Some(";container_[^n].*".to_owned()),
        ..Relabeling::default()
    }
}

/// Matches `namespace;pod` for the pods of the Deployments of those who want metrics, and no other pod.
pub(super) fn our_pods(wanted: &Wanted) -> String {
    let by_namespace = wanted.0.iter();
    let by_namespace = by_namespace.map(|(namespace, names)| format!("{namespace};(?:{})", pods_of(names)));
    format!("(?:{})", by_namespace.collect::<Vec<_>>().join("|"))
}

/// Of all but the longest names the ends are alike: written once, they make the rule a third as long.
fn pods_of(names: &BTreeSet<String>) -> String {
    let end = names::receiver_pods("");
    let pods = names.iter().map(|name| names::receiver_pods(name));
    let (alike, mut all): (Vec<_>, Vec<_>) = pods.partition(|pods| pods.ends_with(&end));
    let starts: Vec<_> = alike.iter().filter_map(|pods| pods.strip_suffix(&end)).collect();
    if !starts.is_empty() {
        all.insert(0, format!("(?:{}){end}", starts.join("|")));
    }
    all.join("|")
}

pub(super) fn keep(source: &[&str], regex: &str) -> Relabeling {
    Relabeling {
        action: Some("keep".to_owned()),
        source_labels: source.iter().map(|&label| label.to_owned()).collect(),
        regex: Some(regex.to_owned()),
        ..Relabeling::default()
    }
}

pub(super) fn copy(from: &str, to: &str) -> Relabeling {
    Relabeling {
        action: Some("replace".to_owned()),
        source_labels: vec![from.to_owned()],
        regex: Some("(.+)".to_owned()),
        target_label: Some(to.to_owned()),
        ..Relabeling::default()
    }
}

pub(super) fn drop_labels(regex: &str) -> Relabeling {
    Relabeling {
        action: Some("labeldrop".to_owned()),
        regex: Some(regex.to_owned()),
        ..Relabeling::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::tests::object;

    #[test]
    fn the_pods_of_those_who_want_metrics_by_namespace() {
        let objects = [
            object("a", "x", "CAdvisor", false),
            object("a", "y", "CAdvisor", false),
            object("b", "x", "CAdvisor", false),
        ];
        assert_eq!(
            our_pods(&Wanted::by(&objects, crate::crd::ContainerMetrics::CAdvisor)),
            "(?:a;(?:(?:x|y)-[a-z0-9]+-[a-z0-9]{5})|b;(?:(?:x)-[a-z0-9]+-[a-z0-9]{5}))"
        );
        let long = "l".repeat(60);
        let objects = [
            object("a", "x", "CAdvisor", false),
            object("a", &long, "CAdvisor", false),
        ];
        let short = "l".repeat(58);
        // A long name is cut off in its pods'.
        assert_eq!(
            our_pods(&Wanted::by(&objects, crate::crd::ContainerMetrics::CAdvisor)),
            format!("(?:a;(?:(?:x)-[a-z0-9]+-[a-z0-9]{{5}}|{short}[a-z0-9]{{5}}))")
        );
    }
}
