//! The `delivery` part of the API: where accepted webhooks are passed on to. Owns its schema and defaults.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule::rule;

/// Where accepted webhooks are passed on to. Their senders are answered 2xx only once the target has.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delivery {
    /// Over HTTP.
    pub http: HttpDelivery,
}

/// Delivery over HTTP: a POST to a URL or a Service.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule("has(self.url) != has(self.ref)", "write where to: url or ref, one of the two")]))]
pub struct HttpDelivery {
    /// The target's URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2048))]
    #[schemars(extend("x-kubernetes-validations" = [
        rule("self.matches('^https?://[!-~]+$') && isURL(self) && url(self).getHostname() != ''", "write the target's URL, for example http://orders.shop.svc/events"),
        rule("!self.matches('^https?://[^/?#]*@')", "a user or password in the URL would end up in logs: leave it out"),
    ]))]
    pub url: Option<String>,

    /// The target, as a Service in this or another namespace, reached over plain HTTP.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<ServiceReference>,

    /// How webhooks are passed on.
    #[serde(default)]
    pub format: DeliveryFormat,

    /// How long one attempt may take in seconds, and never longer than what is left of `limits.requestTimeoutSeconds`.
    #[serde(default = "timeout_seconds")]
    #[schemars(range(min = 1, max = 600))]
    pub timeout_seconds: i32,

    /// How many attempts are made within `limits.requestTimeoutSeconds`, with growing waits between them.
    #[serde(default = "attempts")]
    #[schemars(range(min = 1, max = 20))]
    pub attempts: i32,

    /// Certificate authorities in PEM form that are trusted beside the public ones. The receivers read them when they start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_ref: Option<AuthorityReference>,
}

fn timeout_seconds() -> i32 {
    8
}

fn attempts() -> i32 {
    3
}

/// A Service.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceReference {
    /// The API of the target's kind.
    #[serde(default)]
    pub api_version: ReferenceVersion,

    /// The target's kind.
    #[serde(default)]
    pub kind: ReferenceKind,

    /// The Service's name.
    #[schemars(length(max = 63))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')", "write the name of a Service: a-z, 0-9 and '-'")]))]
    pub name: String,

    /// Its namespace. Default: this object's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 63))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')", "write the name of a namespace: a-z, 0-9 and '-'")]))]
    pub namespace: Option<String>,

    /// Its port.
    #[serde(default = "port")]
    #[schemars(range(min = 1, max = 65535))]
    pub port: i32,

    /// The path at the target.
    #[serde(default = "path")]
    #[schemars(length(max = 1024))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^/[!-~]*$') && !self.contains('#')", "write a path that starts with '/', without spaces and '#', for example /events")]))]
    pub path: String,
}

fn port() -> i32 {
    80
}

fn path() -> String {
    "/".to_owned()
}

/// The API of a target's kind.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReferenceVersion {
    /// Kubernetes' core.
    #[default]
    #[serde(rename = "v1")]
    V1,
}

/// A target's kind.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReferenceKind {
    /// A Service.
    #[default]
    Service,
}

/// How webhooks are passed on.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeliveryFormat {
    /// The same bytes, with the sender's headers that matter.
    #[default]
    Raw,
    /// The same bytes as a `CloudEvent` 1.0 in binary mode.
    CloudEvents,
}

/// One key of a `ConfigMap` or Secret in the same namespace.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthorityReference {
    /// Which of the two.
    #[serde(default)]
    pub kind: AuthorityKind,

    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')", "write the name of a ConfigMap or Secret in this namespace: a-z, 0-9, '-' and '.'")]))]
    pub name: String,

    /// The key in it.
    #[serde(default = "ca_key")]
    #[schemars(length(min = 1, max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[-._a-zA-Z0-9]+$')", "write a key of the ConfigMap or Secret: letters, digits, '-', '_' and '.'")]))]
    pub key: String,
}

fn ca_key() -> String {
    "ca.crt".to_owned()
}

/// What holds certificate authorities.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthorityKind {
    /// A `ConfigMap`.
    #[default]
    ConfigMap,
    /// A Secret.
    Secret,
}
