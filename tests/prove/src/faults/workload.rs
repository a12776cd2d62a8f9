//! What users do in one run: eight workloads, each some steps after each of which everything comes to rest. Knows nothing of faults.

use std::fmt;
use std::str::FromStr;

use anyhow::{Result, bail};
use serde_json::{Value, json};

/// One of the eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Workload {
    /// One object.
    Create,
    /// One receiver, three, one.
    Scale,
    /// Every optional field is set, then the object is paused, then all are unset.
    Fields,
    /// Another path and another port.
    Rename,
    /// One of two objects is deleted.
    Delete,
    /// An object is deleted, and one of its name is made at once.
    Recreate,
    /// Two objects that both want the shared cAdvisor are made at once.
    Race,
    /// The only object is deleted.
    Last,
}

/// All of them.
pub const ALL: [Workload; 8] = [
    Workload::Create,
    Workload::Scale,
    Workload::Fields,
    Workload::Rename,
    Workload::Delete,
    Workload::Recreate,
    Workload::Race,
    Workload::Last,
];

/// One thing that a user does.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Applies an object.
    Apply(&'static str, Value),
    /// Deletes it.
    Delete(&'static str),
}

/// What is done before everything comes to rest.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// One after the other, without waiting.
    InTurn(Vec<Deed>),
    /// At the same time.
    Together(Vec<Deed>),
}

impl Workload {
    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Scale => "scale",
            Self::Fields => "fields",
            Self::Rename => "rename",
            Self::Delete => "delete",
            Self::Recreate => "recreate",
            Self::Race => "race",
            Self::Last => "last",
        }
    }

    /// Its steps.
    #[must_use]
    pub fn steps(self) -> Vec<Step> {
        let orders = |spec| Deed::Apply("orders", spec);
        let alone = |deed| Step::InTurn(vec![deed]);
        match self {
            Self::Create => vec![alone(orders(json!({})))],
            Self::Scale => [1, 3, 1]
                .map(|replicas| alone(orders(json!({"replicas": replicas}))))
                .into(),
            Self::Fields => {
                let mut paused = every_field();
                paused["paused"] = json!(true);
                paused["path"] = json!("/not/yet");
                // Server-side apply makes a null of a map that it empties, and the API server refuses that: something stays.
                let bare = || json!({"replicas": 2});
                [bare(), every_field(), paused, bare()]
                    .map(|spec| alone(orders(spec)))
                    .into()
            }
            Self::Rename => vec![
                alone(orders(json!({"path": "/hooks/old", "service": {"port": 80}}))),
                alone(orders(json!({"path": "/hooks/new", "service": {"port": 8080}}))),
            ],
            Self::Delete => vec![
                Step::Together(vec![orders(json!({})), Deed::Apply("stock", json!({"replicas": 2}))]),
                alone(Deed::Delete("orders")),
            ],
            Self::Recreate => vec![
                // The other one keeps the shared cAdvisor wanted, however long the API server takes between the two.
                Step::Together(vec![orders(json!({"replicas": 2})), Deed::Apply("stock", json!({}))]),
                Step::InTurn(vec![Deed::Delete("orders"), orders(json!({"path": "/again"}))]),
            ],
            Self::Race => vec![Step::Together(vec![orders(json!({})), Deed::Apply("stock", json!({}))])],
            Self::Last => vec![alone(orders(json!({}))), alone(Deed::Delete("orders"))],
        }
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

impl FromStr for Workload {
    type Err = anyhow::Error;

    fn from_str(word: &str) -> Result<Self> {
        let found = ALL.into_iter().find(|workload| workload.word() == word);
        let Some(workload) = found else {
            bail!("{word} is no workload: write one of {}", ALL.map(Self::word).join(", "));
        };
        Ok(workload)
    }
}

/// A spec in which no optional field is left out, but for those that exclude each other and `paused`.
fn every_field() -> Value {
    json!({
        "replicas": 2,
        "image": "registry.example/receiver:1.2",
        "imagePullPolicy": "Always",
        "imagePullSecrets": [{"name": "registry"}],
        "path": "/hooks/orders",
        "service": {"type": "NodePort", "port": 80, "annotations": {"example.org/team": "shop"}},
        "limits": {"maxPayloadBytes": 65536, "maxConcurrentRequests": 64, "requestTimeoutSeconds": 5},
        "verification": {
            "scheme": "Custom", "toleranceSeconds": 60,
            "secretRefs": [{"name": "orders-hooks", "key": "current"}, {"name": "orders-hooks", "key": "previous", "optional": true}],
            "custom": {
                "header": "X-Signature", "algorithm": "HmacSha512", "encoding": "Base64", "prefix": "v1=",
                "signed": "{timestamp}.{body}", "timestampHeader": "X-Timestamp",
                "handshake": {"style": "Meta", "tokenSecretRef": {"name": "orders-hooks", "key": "token"}},
            },
        },
        "delivery": {"http": {
            "ref": {"name": "billing", "namespace": "billing", "port": 8080, "path": "/events"},
            "format": "CloudEvents", "timeoutSeconds": 4, "attempts": 2, "caRef": {"name": "billing-ca", "key": "ca.pem"},
        }},
        "resources": {"requests": {"cpu": "20m", "memory": "48Mi"}, "limits": {"cpu": "1", "memory": "96Mi"}},
        "podTemplate": {
            "labels": {"team": "shop"}, "annotations": {"example.org/note": "hello"}, "nodeSelector": {"disk": "ssd"},
            "tolerations": [{"key": "spot", "operator": "Exists"}],
            "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{
                "weight": 1, "podAffinityTerm": {"topologyKey": "zone", "labelSelector": {"matchLabels": {"team": "shop"}}},
            }]}},
            "topologySpreadConstraints": [{"maxSkew": 2, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}],
            "priorityClassName": "system-cluster-critical", "env": [{"name": "RUST_LOG", "value": "debug"}],
        },
        "autoscaling": {"minReplicas": 2, "maxReplicas": 5, "targetCPUUtilizationPercentage": 50},
        "disruption": {"enabled": true, "minAvailable": 1},
        "networkPolicy": {"enabled": false},
        "ingress": {
            "className": "nginx", "host": "orders.example.org", "tlsSecretName": "orders-tls",
            "annotations": {"cert-manager.io/cluster-issuer": "letsencrypt"},
        },
        "httpRoute": {
            "parentRefs": [{"name": "gateway", "namespace": "gateways", "sectionName": "https"}],
            "hostnames": ["hooks.example.org"], "scheme": "Http",
        },
        "monitoring": {
            "serviceMonitor": {
                "interval": "15s", "scrapeTimeout": "5s", "labels": {"release": "prometheus"},
                "relabelings": [{"targetLabel": "team", "replacement": "shop"}],
                "metricRelabelings": [{"action": "drop", "sourceLabels": ["__name__"], "regex": "go_.*"}],
            },
            "containerMetrics": "None", "port": 9090,
            "dashboard": {"labels": {"grafana_dashboard": "team"}, "folder": "Webhooks"},
            "alerts": {
                "errorRatio": "0.05", "p99Seconds": "0.1", "labels": {"release": "prometheus"}, "alertLabels": {"team": "shop"},
                "runbookUrl": "https://git.example.org/runbooks",
            },
        },
    })
}
