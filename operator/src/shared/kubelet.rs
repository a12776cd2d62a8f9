//! The `ServiceMonitor` of the kubelets' own cAdvisor, for those who want its series of our receivers and no pod of ours for it.

use super::service_monitor::{copy, drop_labels, drop_of_pods, keep, our_pods};
use super::{CadvisorSettings, Wanted, shared_meta};
use crate::external::{Endpoint, NamespaceSelector, ServiceMonitor, ServiceMonitorSpec, TlsConfig};
use crate::names;

/// Where every pod finds its token. Source: Kubernetes, *Accessing the API from a Pod*.
const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

pub(super) fn build(settings: &CadvisorSettings, wanted: &Wanted) -> ServiceMonitor {
    let mut metadata = shared_meta(settings);
    metadata.name = Some(names::KUBELET.to_owned());
    let (key, value) = names::KUBELET_SELECTOR.split_once('=').unwrap_or_default();
    ServiceMonitor {
        metadata,
        spec: ServiceMonitorSpec {
            selector: names::matching([(key.to_owned(), value.to_owned())].into()),
            namespace_selector: Some(NamespaceSelector {
                match_names: vec![names::KUBELET_NAMESPACE.to_owned()],
            }),
            endpoints: vec![Endpoint {
                port: Some("https-metrics".to_owned()),
                path: "/metrics/cadvisor".to_owned(),
                interval: "15s".to_owned(),
                scheme: Some("https".to_owned()),
                bearer_token_file: Some(TOKEN.to_owned()),
                // Kubelets' certificates are their own in most clusters.
                tls_config: Some(TlsConfig {
                    insecure_skip_verify: true,
                }),
                // The kubelet says whose a series is; the target is a node.
                honor_labels: Some(true),
                honor_timestamps: Some(false),
                // As kube-prometheus names it, whose rules and dashboards ask for it.
                relabelings: vec![copy("__metrics_path__", "metrics_path")],
                metric_relabelings: vec![
                    keep(&["container"], &format!("(?:{})?", names::RECEIVER_CONTAINER)),
                    keep(&["namespace", "pod"], &our_pods(wanted)),
                    drop_of_pods(),
                    drop_labels("id|image"),
                ],
                ..Endpoint::default()
            }],
            ..ServiceMonitorSpec::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::shared::Wanted;
    use crate::shared::tests::{object, settings};

    #[test]
    fn the_kubelets_series_of_our_receivers_alone() {
        let objects = [object("shop", "orders", "Kubelet", false)];
        let built = super::build(
            &settings(),
            &Wanted::by(&objects, crate::crd::ContainerMetrics::Kubelet),
        );
        let spec = serde_json::to_value(built.spec).unwrap();
        assert_eq!(
            spec,
            json!({
                "selector": {"matchLabels": {"k8s-app": "kubelet"}},
                "namespaceSelector": {"matchNames": ["kube-system"]},
                "endpoints": [{
                    "port": "https-metrics", "path": "/metrics/cadvisor", "interval": "15s", "scheme": "https",
                    "bearerTokenFile": "/var/run/secrets/kubernetes.io/serviceaccount/token",
                    "tlsConfig": {"insecureSkipVerify": true}, "honorLabels": true, "honorTimestamps": false,
                    "relabelings": [{"action": "replace", "sourceLabels": ["__metrics_path__"], "regex": "(.+)", "targetLabel": "metrics_path"}],
                    "metricRelabelings": [
                        {"action": "keep", "sourceLabels": ["container"], "regex": "(?:receiver)?"},
                        {"action": "keep", "sourceLabels": ["namespace", "pod"], "regex": "(?:shop;(?:(?:orders)-[a-z0-9]+-[a-z0-9]{5}))"},
                        {"action": "drop", "sourceLabels": ["container", "__name__"], "regex": ";container_[^n].*"},
                        {"action": "labeldrop", "regex": "id|image"},
                    ],
                }],
            })
        );
    }
}
