//! The meanings of what is copied into children: maps, and Kubernetes' own types, judged by the API server. A table. See `meaning.rs`.

use super::meaning::{ANY, Fill, Meaning};

/// What keys and values of labels cannot be.
const NO_LABEL: &[&str] = &["with space", "-a", "a/b/c"];

/// What is in pods and other children as it is.
pub(super) const COPIED: &[Meaning] = &[
    // Keys of maps.
    Meaning {
        paths: &[
            "podTemplate.labels",
            "monitoring.serviceMonitor.labels",
            "monitoring.dashboard.labels",
            "monitoring.alerts.labels",
        ],
        right: &["a", "example.org/a-b", "A_b.c"],
        wrong: &[
            "app.kubernetes.io/name",
            "app.kubernetes.io/x",
            "with space",
            "-a",
            "a/b/c",
            "",
        ],
        open: &["kubernetes.io/x", "/a"],
        ..ANY
    },
    Meaning {
        paths: &["podTemplate.nodeSelector", "*.matchLabels"],
        right: &["a", "example.org/a-b"],
        open: &["with space", "-a", "a/b/c", ""],
        ..ANY
    },
    Meaning {
        paths: &["podTemplate.annotations", "service.annotations", "ingress.annotations"],
        right: &["a", "example.org/a-b", "kubectl.kubernetes.io/restartedAt"],
        wrong: &["with space", "a/b/c", ""],
        open: &[
            "deployment.kubernetes.io/revision",
            "container.apparmor.security.beta.kubernetes.io/receiver",
            "service.kubernetes.io/headless",
            "kubernetes.io/ingress.class",
        ],
        ..ANY
    },
    // Values of maps.
    Meaning {
        paths: &[
            "podTemplate.labels{}",
            "monitoring.serviceMonitor.labels{}",
            "monitoring.dashboard.labels{}",
            "monitoring.alerts.labels{}",
            "podTemplate.nodeSelector{}",
            "*.matchLabels{}",
        ],
        right: &["", "a", "A_b.c-9"],
        wrong: NO_LABEL,
        ..ANY
    },
    Meaning {
        paths: &[
            "podTemplate.annotations{}",
            "service.annotations{}",
            "ingress.annotations{}",
            "podTemplate.env[].value",
        ],
        right: &["", "a", "two\nlines", "ä", "{\"a\": 1}", "$(POD) $$"],
        ..ANY
    },
    // Kubernetes' own types, which the API server judges in the child.
    Meaning {
        paths: &["podTemplate.env[].name"],
        right: &["A", "a.b-c_9"],
        wrong: &["", "WEBHOOK_LISTEN", "a=b", "POD"],
        open: &["9a", "with space", "ä"],
        ..ANY
    },
    Meaning {
        paths: &["podTemplate.env[].valueFrom.resourceFieldRef.divisor"],
        right: &["1", "1m"],
        open: &["0", "-1", "2", "1x", ""],
        fill: Fill::None,
        ..ANY
    },
    Meaning {
        paths: &["podTemplate.env[].valueFrom.fieldRef.fieldPath"],
        right: &["metadata.namespace", "status.podIP", "metadata.labels['team']"],
        wrong: &["", "spec.nonsense"],
        open: &["metadata.labels"],
        fill: Fill::None,
        ..ANY
    },
    Meaning {
        paths: &["podTemplate.env[].valueFrom.resourceFieldRef.resource"],
        right: &["requests.cpu", "limits.cpu"],
        wrong: &["", "nonsense"],
        open: &["limits.memory"],
        fill: Fill::None,
        ..ANY
    },
    Meaning {
        paths: &["podTemplate.env[].valueFrom.*"],
        open: &["", "a", "a/b", "..", "with space"],
        is_narrower_below: true,
        ..ANY
    },
    Meaning {
        paths: &["*.operator"],
        wrong: &["Nonsense"],
        open: &[
            "Exists",
            "DoesNotExist",
            "NotIn",
            "In",
            "Gt",
            "Lt",
            "Equal",
            "",
            "exists",
        ],
        fill: Fill::None,
        is_narrower_below: true,
        ..ANY
    },
    Meaning {
        paths: &[
            "podTemplate.tolerations[].effect",
            "podTemplate.topologySpreadConstraints[].whenUnsatisfiable",
            "podTemplate.topologySpreadConstraints[].node*",
        ],
        wrong: &["Nonsense"],
        open: &[
            "NoSchedule",
            "PreferNoSchedule",
            "NoExecute",
            "DoNotSchedule",
            "ScheduleAnyway",
            "Honor",
            "Ignore",
            "",
        ],
        fill: Fill::None,
        is_narrower_below: true,
        ..ANY
    },
    Meaning {
        paths: &[
            "podTemplate.tolerations[].*",
            "podTemplate.topologySpreadConstraints[].*",
            "podTemplate.affinity.*",
        ],
        open: &["", "a", "example.org/a", "with space", "-a", "a/b/c"],
        is_narrower_below: true,
        ..ANY
    },
];
