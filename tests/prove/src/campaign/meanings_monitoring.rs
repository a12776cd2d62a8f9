//! The meanings of what is measured, shown and told: a table. See `meaning.rs`.

use super::meaning::{ANY, Fill, Meaning};

/// The properties under `monitoring`, but the labels of children.
pub(super) const MONITORING: &[Meaning] = &[
    Meaning {
        paths: &[
            "monitoring.serviceMonitor.interval",
            "monitoring.serviceMonitor.scrapeTimeout",
        ],
        right: &["1ms", "30s", "5m", "1h"],
        wrong: &["", "0s", "30", "s", "1.5m", "-1s", "1d", " 30s", "1m30s"],
        open: &["99999999999999s"],
        fill: Fill::None,
        ..ANY
    },
    Meaning {
        paths: &["monitoring.alerts.errorRatio"],
        right: &["0.01", "0.069", "0.000001", "0.0500"],
        wrong: &[
            "",
            "0",
            "0.0",
            "0.0691",
            "1",
            "1.0",
            "-0.01",
            ".01",
            "1%",
            "0,01",
            "1e-3",
            "0.0000001",
        ],
        fill: Fill::None,
        ..ANY
    },
    Meaning {
        paths: &["monitoring.alerts.alertLabels"],
        right: &["a", "Team_9", "_a"],
        wrong: &[
            "",
            "9a",
            "a-b",
            "a.b/c",
            "ä",
            "__a",
            "severity",
            "alertname",
            "namespace",
            "service",
            "pod",
            "window",
        ],
        ..ANY
    },
    Meaning {
        paths: &["monitoring.alerts.alertLabels{}"],
        right: &["a", "two words", "ä", "{a}"],
        wrong: &["{{ $value }}", "{{"],
        ..ANY
    },
    Meaning {
        paths: &["monitoring.alerts.runbookUrl"],
        right: &["https://a/", "http://a.example:8080/x/-/y~z", "https://a.example"],
        wrong: &[
            "",
            "a.example",
            "ftp://a/",
            "https://",
            "https://u@a/",
            "https://a/?b",
            "https://a/#b",
            "https://a b/",
            "https://{{ a }}/",
        ],
        open: &["http://a:99999/", "https://a/%zz"],
        fill: Fill::After("https://a/"),
        ..ANY
    },
    Meaning {
        paths: &[
            "monitoring.serviceMonitor.*elabelings[].sourceLabels[]",
            "monitoring.serviceMonitor.*elabelings[].targetLabel",
        ],
        right: &["a", "__address__", "A_9"],
        open: &["", "9a", "with space", "a-b", "${1}_x", "ä"],
        is_narrower_below: true,
        ..ANY
    },
    Meaning {
        paths: &[
            "monitoring.serviceMonitor.*elabelings[].separator",
            "monitoring.serviceMonitor.*elabelings[].regex",
            "monitoring.serviceMonitor.*elabelings[].replacement",
        ],
        right: &[";", "(.+)-(.*)", "$1"],
        open: &["", "(", "\n", "ä"],
        ..ANY
    },
    Meaning {
        paths: &["monitoring.dashboard.folder"],
        right: &["a", "Team A", "A_b.c-9"],
        wrong: &["", " a", "a ", ".a", "a/b", "../a", "a\nb", "ä"],
        ..ANY
    },
];
