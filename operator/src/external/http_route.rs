//! The Gateway API's `HTTPRoute`, as far as we write and read it.
//! Source: `gateway.networking.k8s.io_httproutes.yaml` of the Gateway API 1.4, standard channel.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::CustomResource;
use serde::{Deserialize, Serialize};

/// Which requests that reach a Gateway go where.
#[derive(CustomResource, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[kube(
    group = "gateway.networking.k8s.io",
    version = "v1",
    kind = "HTTPRoute",
    root = "HttpRoute",
    plural = "httproutes",
    namespaced,
    schema = "disabled",
    status = "HttpRouteStatus",
    derive = "PartialEq"
)]
#[serde(rename_all = "camelCase")]
pub struct HttpRouteSpec {
    /// The Gateways.
    #[serde(default)]
    pub parent_refs: Vec<RouteParent>,
    /// The host names.
    #[serde(default)]
    pub hostnames: Vec<String>,
    /// What is matched, and where it goes.
    #[serde(default)]
    pub rules: Vec<HttpRouteRule>,
}

/// A Gateway, or one of its listeners.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct RouteParent {
    /// The Gateway's name.
    pub name: String,
    /// Its namespace. `None`: the route's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The listener's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section_name: Option<String>,
}

/// Matches, and where what they match goes.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct HttpRouteRule {
    /// One of them must hold.
    #[serde(default)]
    pub matches: Vec<HttpRouteMatch>,
    /// The Services.
    #[serde(default)]
    pub backend_refs: Vec<HttpBackendReference>,
}

/// What a request must be like.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct HttpRouteMatch {
    /// Its path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<HttpPathMatch>,
}

/// A path to compare with.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct HttpPathMatch {
    /// How it is compared: `Exact`.
    #[serde(rename = "type")]
    pub type_: String,
    /// The path.
    pub value: String,
}

/// A Service in the route's namespace.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct HttpBackendReference {
    /// Its name.
    pub name: String,
    /// Its port.
    pub port: i32,
}

/// What the Gateways' controllers say.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct HttpRouteStatus {
    /// One entry per Gateway and controller.
    #[serde(default)]
    pub parents: Vec<RouteParentStatus>,
}

/// What one controller says of one Gateway.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct RouteParentStatus {
    /// `Accepted` and `ResolvedRefs`.
    #[serde(default)]
    pub conditions: Vec<Condition>,
}
