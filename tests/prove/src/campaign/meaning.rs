//! What each text means to people and to Kubernetes: values that are right, wrong, or for the API server to judge; and how
//! to make a right one of any length. A property that is not here has no generator, and the campaign says so.

use super::case::NAME;

/// How a right text of a given length is made.
#[derive(Clone, Copy, Debug)]
pub enum Fill {
    /// This, then as many `x` as it takes.
    After(&'static str),
    /// A host name below the object's own, in parts of at most 63.
    Host,
    /// There is none: it is a word out of a few, or a number with a unit.
    None,
}

/// What a text means.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// What it is about: paths with at most one `*`.
    paths: &'static [&'static str],
    /// Accepted, and in the children.
    pub right: &'static [&'static str],
    /// Refused at admission, or shown.
    pub wrong: &'static [&'static str],
    /// Known only to the API server.
    pub open: &'static [&'static str],
    /// How long ones are made.
    pub fill: Fill,
    /// Whether a child may have narrower bounds than our schema.
    pub is_narrower_below: bool,
}

/// The meaning of the property at `path`.
#[must_use]
pub fn of(path: &str) -> Option<&'static Meaning> {
    MEANINGS
        .iter()
        .find(|meaning| meaning.paths.iter().any(|pattern| matches(pattern, path)))
}

fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((start, end)) => path.len() >= start.len() + end.len() && path.starts_with(start) && path.ends_with(end),
    }
}

impl Fill {
    /// A right text of this length.
    #[must_use]
    pub fn text(self, length: usize) -> Option<String> {
        match self {
            Self::After(start) if start.len() <= length => Some(format!("{start}{}", "x".repeat(length - start.len()))),
            Self::Host if length > NAME.len() + 1 => {
                let mut host = NAME.to_owned();
                while host.len() < length {
                    // A dot has to have something behind it.
                    let part = (length - host.len() - 1).min(if length - host.len() == 65 { 62 } else { 63 });
                    host = format!("{}.{host}", "x".repeat(part.max(1)));
                }
                (host.len() == length).then_some(host)
            }
            Self::After(_) | Self::Host | Self::None => None,
        }
    }

    /// One of several different right texts.
    #[must_use]
    pub fn nth(self, number: usize) -> String {
        match self {
            Self::Host => format!("h{number}.{NAME}.example"),
            Self::After(start) => format!("{start}{number}"),
            Self::None => format!("{number}"),
        }
    }
}

const ANY: Meaning = Meaning {
    paths: &[],
    right: &[],
    wrong: &[],
    open: &[],
    fill: Fill::After("x"),
    is_narrower_below: false,
};

/// What keys and values of labels cannot be.
const NO_LABEL: &[&str] = &["with space", "-a", "a/b/c"];

const MEANINGS: &[Meaning] = &[
    Meaning {
        paths: &["ingress.host", "httpRoute.hostnames[]"],
        right: &["w0000000-00-00000", "a-b.w0000000-00-00000.example.org"],
        wrong: &[
            "*.w0000000-00-00000.example",
            "UPPER.example",
            "https://a.example",
            "a.example:80",
            "a..b",
            "-a.example",
            "a b",
        ],
        fill: Fill::Host,
        // One part of a name has at most 63 letters, which our rule leaves to the API server.
        open: &[
            "1.2.3.4",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.example",
        ],
        ..ANY
    },
    Meaning {
        paths: &[
            "ingress.className",
            "ingress.tlsSecretName",
            "imagePullSecrets[].name",
            "podTemplate.priorityClassName",
            "httpRoute.parentRefs[].name",
            "httpRoute.parentRefs[].sectionName",
        ],
        right: &["a", "a-b.c", "0"],
        wrong: &["", "A", "a_b", "-a", "a-", "a b", "a/b"],
        open: &["a..b", "a.-b"],
        is_narrower_below: true,
        ..ANY
    },
    Meaning {
        paths: &[
            "delivery.http.ref.name",
            "delivery.http.ref.namespace",
            "httpRoute.parentRefs[].namespace",
        ],
        right: &["a", "a-b", "b9"],
        wrong: &["A", "a_b", "-a", "a-", "a b", "a/b", "ä"],
        open: &["9a", "a.b"],
        ..ANY
    },
    Meaning {
        paths: &["delivery.http.ref.path"],
        right: &["/", "/a/b?c=d&e=%20", "/~(x)"],
        wrong: &["", "a", "/a b", "/a#b", "/ä"],
        fill: Fill::After("/"),
        ..ANY
    },
    Meaning {
        paths: &["delivery.http.url"],
        right: &[
            "http://a/",
            "https://a.example:8443/x?y=z",
            "http://[::1]:80/",
            "http://10.0.0.1",
        ],
        wrong: &[
            "",
            "ftp://a/",
            "a.example",
            "http://",
            "http://u:p@a/",
            "http://a b/",
            "https:///x",
        ],
        open: &["http://a/#b", "http://a:99999/", "HTTP://a/"],
        fill: Fill::After("http://a/"),
        ..ANY
    },
    Meaning {
        paths: &[
            "delivery.http.caRef.name",
            "verification.secretRefs[].name",
            "verification.custom.handshake.tokenSecretRef.name",
        ],
        right: &["a", "a-b.c", "0"],
        wrong: &["", "A", "a_b", "-a", "a b", "a/b"],
        open: &["a..b"],
        is_narrower_below: true,
        ..ANY
    },
    Meaning {
        paths: &[
            "delivery.http.caRef.key",
            "verification.secretRefs[].key",
            "verification.custom.handshake.tokenSecretRef.key",
        ],
        right: &["a", "A_b-c.d", "0"],
        wrong: &["", "a b", "a/b"],
        // The API server takes these keys in no ConfigMap, but our rule is no wider than it is short.
        open: &[".", "..", "..a"],
        is_narrower_below: true,
        ..ANY
    },
    Meaning {
        paths: &["image"],
        right: &[
            "a",
            "registry.example:5000/a/b:1.2@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        ],
        wrong: &["", " ", "a b", "https://a/b", "-a", "a\tb"],
        open: &["a:", "A/B", "a@b"],
        ..ANY
    },
    Meaning {
        paths: &["path"],
        right: &["/", "/a/b.c~d_e-f", "/a/"],
        wrong: &[
            "", "a", "/a b", "/a?b", "/a#b", "/metrics", "/healthz", "/readyz", "/ä", "/%20",
        ],
        open: &["//", "/../x"],
        fill: Fill::After("/"),
        ..ANY
    },
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
        paths: &["verification.custom.header", "verification.custom.timestampHeader"],
        right: &["X-Sig", "a", "X_9"],
        wrong: &["", "X Sig", "X:", "Ä", "a\nb"],
        ..ANY
    },
    Meaning {
        paths: &["verification.custom.prefix"],
        right: &["", "sha256=", "v1 , ~"],
        wrong: &["ä", "a\nb", "\t"],
        ..ANY
    },
    Meaning {
        paths: &["verification.custom.signed"],
        right: &[
            "{body}",
            "{timestamp}{body}",
            "{header:X-Id}.{timestamp}.{body}",
            "v0:{body}:ä",
        ],
        wrong: &[
            "",
            "body",
            "{body}{body}",
            "{nonsense}{body}",
            "{timestamp}",
            "{{body}}",
        ],
        fill: Fill::After("{body}"),
        ..ANY
    },
    Meaning {
        paths: &["resources.requests.memory"],
        right: &["1", "100k", "32Mi", "64Gi", "0"],
        wrong: &["", "-1", "1x", "one", "1 Gi", "1e3", "65Gi", "1Ei"],
        open: &["0.5", "1m"],
        fill: Fill::None,
        ..ANY
    },
    Meaning {
        paths: &["resources.requests.cpu"],
        right: &["1m", "1", "0.5", "100m", "32", "0"],
        wrong: &["", "-1", "1x", "one", "1 Gi", "1e3", "65Gi", "100k", "1Ei"],
        open: &["0.0001", "1.5"],
        fill: Fill::None,
        ..ANY
    },
    Meaning {
        paths: &["resources.limits.cpu"],
        right: &["100m", "1", "1.5", "1000"],
        wrong: &["", "-1", "1x", "99m", "0", "1e3"],
        open: &["0.10001", "9999T"],
        fill: Fill::None,
        ..ANY
    },
    Meaning {
        paths: &["resources.limits.memory"],
        right: &["64Mi", "67108864", "128Mi", "1G", "2Ti"],
        wrong: &["", "-1", "1x", "0", "1Mi", "63Mi", "1e9"],
        open: &["0.1Gi", "67108864001m", "9999Ti"],
        fill: Fill::None,
        ..ANY
    },
    Meaning {
        paths: &["disruption.minAvailable"],
        right: &["1", "999", "0%", "50%", "99%"],
        wrong: &["0", "-1", "100%", "1000", "abc", "", "5.5%"],
        open: &["01%"],
        fill: Fill::None,
        ..ANY
    },
    Meaning {
        paths: &["disruption.maxUnavailable"],
        right: &["1", "4", "7", "1%", "100%"],
        wrong: &["0", "-1", "0%", "101%", "abc", ""],
        open: &["9999"],
        fill: Fill::None,
        ..ANY
    },
    // Keys of maps.
    Meaning {
        paths: &["podTemplate.labels", "monitoring.serviceMonitor.labels"],
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
