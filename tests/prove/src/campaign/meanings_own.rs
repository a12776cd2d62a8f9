//! The meanings of the properties that the receivers and their Service have: a table. See `meaning.rs`.

use super::meaning::{ANY, Fill, Meaning};

/// Our own properties.
pub(super) const OWN: &[Meaning] = &[
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
        open: &["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.w0000000-00-00000.example"],
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
];
