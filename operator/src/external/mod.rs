//! Types of APIs that are not ours and that no crate publishes for this kube. Only the fields that we set or read.

mod http_route;
mod prometheus;
mod prometheus_rule;
mod service_monitor;

pub use http_route::{
    HttpBackendReference, HttpPathMatch, HttpRoute, HttpRouteMatch, HttpRouteRule, HttpRouteSpec, HttpRouteStatus,
    RouteParent, RouteParentStatus,
};
pub use prometheus::{
    Prometheus, PrometheusAgent, PrometheusAgentSpec, PrometheusCondition, PrometheusSpec, PrometheusStatus,
};
pub use prometheus_rule::{PrometheusRule, PrometheusRuleSpec, Rule, RuleGroup};
pub use service_monitor::{
    Binding, BindingCondition, Endpoint, NamespaceSelector, ServiceMonitor, ServiceMonitorSpec, ServiceMonitorStatus,
    TlsConfig,
};
