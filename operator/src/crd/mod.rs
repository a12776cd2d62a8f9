//! The `WebhookService` API: what a user may write, with its defaults, its rules and the words `kubectl explain` shows.
//! Owns the schema that `crds/` is generated from; knows nothing of how a field is served.

mod alerts;
mod dashboard;
mod delivery;
mod exposure;
mod limits;
mod monitoring;
mod pod_template;
mod resources;
mod rule;
mod scaling;
mod service;
mod status;
mod verification;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use alerts::{AlertLabel, Alerts, Bound};
pub use dashboard::Dashboard;
pub use delivery::{AuthorityKind, AuthorityReference, Delivery, DeliveryFormat, HttpDelivery, ServiceReference};
pub use exposure::{HttpRoute, Ingress, NetworkPolicySettings, ParentReference, UrlScheme};
pub use limits::Limits;
pub use monitoring::{ContainerMetrics, Monitoring, Relabeling, ServiceMonitorSettings};
pub use pod_template::PodTemplate;
pub use resources::{ResourceAmounts, Resources};
use rule::rule;
pub use scaling::{Autoscaling, Disruption};
pub use service::{ServiceSettings, ServiceType};
pub use status::{Condition, WebhookServiceStatus};
pub use verification::{Algorithm, Custom, Encoding, Handshake, HandshakeStyle, Scheme, SecretKey, Verification};

/// A webhook endpoint: receivers, their Service, and what a Prometheus needs to watch them.
#[derive(CustomResource, JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[kube(
    group = "webhook-operator.dev",
    version = "v1alpha1",
    kind = "WebhookService",
    plural = "webhookservices",
    shortname = "whs",
    category = "webhooks",
    namespaced,
    status = "WebhookServiceStatus",
    derive = "PartialEq",
    doc = "A webhook endpoint: receivers, their Service, and what a Prometheus needs to watch them.",
    scale(
        spec_replicas_path = ".spec.replicas",
        status_replicas_path = ".status.replicas",
        label_selector_path = ".status.selector"
    ),
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "Replicas", type_ = "integer", json_path = ".status.readyReplicas"),
    printcolumn(name = "URL", type_ = "string", json_path = ".status.url"),
    printcolumn(
        name = "Monitored",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Monitored\")].status"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].reason",
        priority = 1
    ),
    printcolumn(name = "Image", type_ = "string", json_path = ".status.image", priority = 1),
    validation = (
        "self.metadata.name.size() <= 63 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
        "metadata.name also names the Service: write at most 63 of a-z, 0-9 and '-', starting with a letter and ending with a letter or digit"
    )
)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule("!has(self.resources.limits.memory) || quantity(string(self.resources.limits.memory)).asApproximateFloat() >= double(self.limits.maxPayloadBytes) * 8.0 + 33554432.0", "resources.limits.memory is too small for limits.maxPayloadBytes: write at least 8 times maxPayloadBytes and 32Mi, or lower maxPayloadBytes"), rule("!has(self.autoscaling) || has(self.resources.requests.cpu)", "autoscaling measures against resources.requests.cpu, which is not set: write one, for example 50m"), rule("!self.disruption.enabled || !has(self.disruption.minAvailable) || string(self.disruption.minAvailable) == self.disruption.minAvailable || (has(self.autoscaling) ? self.autoscaling.minReplicas : self.replicas) <= 1 || int(self.disruption.minAvailable) < (has(self.autoscaling) ? self.autoscaling.minReplicas : self.replicas)", "disruption.minAvailable leaves no receiver that may be away, so no node could be drained: write less than replicas (with autoscaling: less than minReplicas), or a maxUnavailable"), rule("!has(self.monitoring.alerts) || double(self.monitoring.alerts.p99Seconds) < double(self.limits.requestTimeoutSeconds)", "monitoring.alerts.p99Seconds is not shorter than limits.requestTimeoutSeconds, so no request could be too slow: write a shorter one, for example 0.5, or a longer requestTimeoutSeconds")]))]
pub struct WebhookServiceSpec {
    /// How many receivers run. Written by the scale subresource, so `kubectl scale` works.
    #[schemars(range(min = 0, max = 1000))]
    pub replicas: i32,

    /// The receiver's image. Default: the one the operator was installed with. Any image that keeps the receiver's
    /// contract will do: it reads `WEBHOOK_*` variables and serves webhooks, `/metrics`, `/healthz` and `/readyz` on port 5000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512))]
    #[schemars(extend("x-kubernetes-validations" = [rule("!self.contains('://') && self.matches('^[a-zA-Z0-9][a-zA-Z0-9._:/@-]*$')", "write an image reference such as registry.example/receiver:1.2, without spaces or a scheme, or leave image out")]))]
    pub image: Option<String>,

    /// When the kubelet pulls the image.
    pub image_pull_policy: ImagePullPolicy,

    /// Secrets by which the image is pulled, in this namespace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub image_pull_secrets: Vec<ImagePullSecret>,

    /// The path that takes webhooks, matched exactly.
    #[schemars(length(max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^/[A-Za-z0-9._~/-]*$')", "write a path that starts with '/' and holds only letters, digits and . _ ~ / -, for example /webhook"), rule("!(self in ['/metrics', '/healthz', '/readyz'])", "/metrics, /healthz and /readyz are the receiver's own: write another path, for example /webhook")]))]
    pub path: String,

    /// The Service in front of the receivers.
    pub service: ServiceSettings,

    /// What a request may cost.
    pub limits: Limits,

    /// How senders prove who they are. Absent: everybody is believed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,

    /// Where accepted webhooks are passed on to. Absent: they are counted, timed and answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,

    /// What each receiver asks of its node and may use at most.
    pub resources: Resources,

    /// What is added to the receivers' pods.
    pub pod_template: PodTemplate,

    /// Absent: `replicas` says how many receivers run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autoscaling: Option<Autoscaling>,

    /// How many receivers may be away while nodes are drained.
    pub disruption: Disruption,

    /// Who may open connections to the receivers.
    pub network_policy: NetworkPolicySettings,

    /// A host name for senders outside, by an `Ingress`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<Ingress>,

    /// Host names for senders outside, by the Gateway API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_route: Option<HttpRoute>,

    /// What a Prometheus gets to see.
    pub monitoring: Monitoring,

    /// True: nothing of this object is created, corrected or removed until it is false again. Its status is kept up.
    pub paused: bool,
}

impl Default for WebhookServiceSpec {
    fn default() -> Self {
        Self {
            replicas: 2,
            image: None,
            image_pull_policy: ImagePullPolicy::default(),
            image_pull_secrets: Vec::new(),
            path: "/webhook".to_owned(),
            service: ServiceSettings::default(),
            limits: Limits::default(),
            verification: None,
            delivery: None,
            resources: Resources::default(),
            pod_template: PodTemplate::default(),
            autoscaling: None,
            disruption: Disruption::default(),
            network_policy: NetworkPolicySettings::default(),
            ingress: None,
            http_route: None,
            monitoring: Monitoring::default(),
            paused: false,
        }
    }
}

/// A Secret of type `kubernetes.io/dockerconfigjson`.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ImagePullSecret {
    /// The Secret's name.
    #[schemars(length(min = 1, max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')", "write the name of a Secret in this namespace")]))]
    pub name: String,
}

/// When the kubelet pulls an image, as in a pod.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImagePullPolicy {
    /// When the node does not have it.
    #[default]
    IfNotPresent,
    /// At every start.
    Always,
    /// Never: it must be on the node.
    Never,
}
