//! Whether the receivers' container metrics can be had, from where the object wants them. Pure.

use super::{Finding, Kubelets, Observed};
use crate::crd::ContainerMetrics;
use crate::names;
use crate::rollout::Coverage;
use crate::validate::Validated;

pub(super) fn find(validated: &Validated, observed: &Observed<'_>) -> Finding {
    let wanted = validated.spec.monitoring.container_metrics;
    match wanted {
        ContainerMetrics::None => {
            return Finding::new(false, "SwitchedOff", "spec.monitoring.containerMetrics is None");
        }
        // Nothing shared that could fail.
        ContainerMetrics::OwnCgroup => return own_cgroup(validated, observed),
        ContainerMetrics::CAdvisor | ContainerMetrics::Kubelet => {}
    }
    if let Some(failure) = observed.shared_failure {
        return Finding::new(false, failure.reason, &failure.message);
    }
    match (wanted, observed.cadvisor) {
        (ContainerMetrics::Kubelet, _) => kubelet(observed),
        (_, Some(coverage)) => cadvisor(coverage),
        (_, None) => Finding::new(false, "CadvisorMissing", "the shared cAdvisor is not there yet"),
    }
}

fn own_cgroup(validated: &Validated, observed: &Observed<'_>) -> Finding {
    let unmonitored = if !validated.spec.monitoring.service_monitor.enabled {
        "; spec.monitoring.serviceMonitor.enabled is false: who wants them scrapes the receivers' /metrics"
    } else if !observed.service_monitor_served {
        "; monitoring.coreos.com/v1 is not served: they are scraped once the Prometheus Operator's CRDs are installed"
    } else {
        ""
    };
    Finding::new(
        true,
        "SelfReported",
        format!("the receivers serve their own containers' figures with their metrics{unmonitored}"),
    )
}

fn kubelet(observed: &Observed<'_>) -> Finding {
    if !observed.service_monitor_served {
        return Finding::new(
            false,
            "ServiceMonitorsNotServed",
            "monitoring.coreos.com/v1 is not served: the kubelets are scraped once the Prometheus Operator's CRDs are installed",
        );
    }
    let (selector, namespace) = (names::KUBELET_SELECTOR, names::KUBELET_NAMESPACE);
    match &observed.kubelets {
        Kubelets::Found => Finding::new(
            true,
            "KubeletMonitored",
            "the kubelets' own cAdvisor has a ServiceMonitor for the receivers' series",
        ),
        Kubelets::Missing => Finding::new(
            false,
            "KubeletServiceMissing",
            format!(
                "no Service with {selector} in {namespace}: start the Prometheus Operator with --kubelet-service={namespace}/kubelet, or write containerMetrics: CAdvisor"
            ),
        ),
        Kubelets::Unseen(said) => Finding::new(
            false,
            "Forbidden",
            format!(
                "the kubelets' Service cannot be looked for: {said}: grant the operator list and watch of services in {namespace}, or write containerMetrics: CAdvisor"
            ),
        ),
    }
}

fn cadvisor(coverage: &Coverage) -> Finding {
    let Coverage { wanted, ready, .. } = *coverage;
    let is_current = coverage.observed_generation >= coverage.seen.generation;
    let message = format!("cAdvisor is ready on {ready} of {wanted} nodes");
    if is_current && wanted > 0 && ready >= wanted {
        Finding::new(true, "CadvisorReady", message)
    } else {
        Finding::new(false, "CadvisorNotReady", message)
    }
}
