//! The `ingress`, `httpRoute` and `networkPolicy` parts of the API: who can reach the receivers, and by which name.
//! Owns their schema and defaults.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule::rule;

/// What a DNS name looks like, without a wildcard: senders are given it.
const HOST: &str = "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')";
const HOST_SAYS: &str =
    "write a host name in small letters, without scheme, port, path or wildcard, for example hooks.example.org";
const NAME: &str = "self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')";
const NAME_SAYS: &str = "write a name of a-z, 0-9, '-' and '.', starting and ending with a letter or digit";

/// An `Ingress` that leads `host` and `spec.path` to the receivers.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule("!has(self.className) || !has(self.annotations) || !('kubernetes.io/ingress.class' in self.annotations)", "the annotation kubernetes.io/ingress.class is the old form of className: leave it out")]))]
pub struct Ingress {
    /// The `IngressClass` whose controller serves it. Default: the cluster's default class.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule(NAME, NAME_SAYS)]))]
    pub class_name: Option<String>,

    /// The host name that senders use. No two objects can have the same host and path.
    #[schemars(length(min = 1, max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule(HOST, HOST_SAYS)]))]
    pub host: String,

    /// The Secret with the certificate of `host`, in this namespace. Absent: senders use http.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule(NAME, NAME_SAYS)]))]
    pub tls_secret_name: Option<String>,

    /// Annotations of the `Ingress`, for example cert-manager's `cert-manager.io/cluster-issuer`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 64))]
    pub annotations: BTreeMap<String, String>,
}

/// An `HTTPRoute` that leads `hostnames` and `spec.path` to the receivers. It waits where the Gateway API is not served yet.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HttpRoute {
    /// The Gateways that serve it.
    #[schemars(length(min = 1, max = 8))]
    pub parent_refs: Vec<ParentReference>,

    /// The host names that senders use; the first is in `status.url`. No two objects can have the same host and path.
    #[schemars(length(min = 1, max = 16), inner(length(min = 1, max = 253)))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.all(one, one.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'))", HOST_SAYS), rule("self.all(one, self.exists_one(other, other == one))", "each host name once: leave the second out")]))]
    pub hostnames: Vec<String>,

    /// What senders use to reach the Gateway, for `status.url` alone: often TLS ends before it.
    #[serde(default)]
    pub scheme: UrlScheme,
}

/// A Gateway, or one of its listeners.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParentReference {
    /// The Gateway's name.
    #[schemars(length(min = 1, max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule(NAME, NAME_SAYS)]))]
    pub name: String,

    /// The Gateway's namespace. Default: this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    #[schemars(extend("x-kubernetes-validations" = [rule(NAME, NAME_SAYS)]))]
    pub namespace: Option<String>,

    /// The name of one listener. Default: all that take the route.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule(NAME, NAME_SAYS)]))]
    pub section_name: Option<String>,
}

/// The beginning of a URL.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UrlScheme {
    /// `https://`
    #[default]
    Https,
    /// `http://`
    Http,
}

/// Who may open connections to the receivers, where the cluster's network enforces it.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NetworkPolicySettings {
    /// True: the webhook port from anywhere, `monitoring.port` from pods of this cluster, nothing else in. False: no
    /// `NetworkPolicy`, and one made earlier is removed.
    pub enabled: bool,
}

impl Default for NetworkPolicySettings {
    fn default() -> Self {
        Self { enabled: true }
    }
}
