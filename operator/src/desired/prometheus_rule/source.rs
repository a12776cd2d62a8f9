//! What each source of container metrics can say. A rule that its source cannot feed would never hold, and is left out.

use crate::crd::ContainerMetrics;

/// Who tells of the containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The shared cAdvisor.
    CAdvisor,
    /// The kubelets, by our monitor.
    Kubelet,
    /// The receivers themselves.
    OwnCgroup,
    /// Nobody of ours. Where another monitor scrapes the kubelets, as kube-prometheus does, its series serve the same rules.
    Others,
}

impl Source {
    pub(super) fn of(setting: ContainerMetrics) -> Self {
        match setting {
            ContainerMetrics::CAdvisor => Self::CAdvisor,
            ContainerMetrics::Kubelet => Self::Kubelet,
            ContainerMetrics::OwnCgroup => Self::OwnCgroup,
            ContainerMetrics::None => Self::Others,
        }
    }

    /// Whether it counts what goes over the network: a cgroup does not.
    pub(super) fn knows_network(self) -> bool {
        self != Self::OwnCgroup
    }

    /// Whether it has `container_oom_events_total`: our cAdvisor may not read the kernel's log.
    pub(super) fn knows_killed_processes(self) -> bool {
        self != Self::CAdvisor
    }

    /// Whether its series have to be there: nobody promised those of others.
    pub(super) fn is_promised(self) -> bool {
        self != Self::Others
    }
}
