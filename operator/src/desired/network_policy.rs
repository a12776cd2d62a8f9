//! The `NetworkPolicy` of the receivers: webhooks from anywhere, metrics from inside the cluster, nothing else in. What a
//! receiver itself may reach is left open: only the user knows where deliveries go.

use k8s_openapi::api::networking::v1::{
    NetworkPolicy, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::child_meta;
use crate::names;
use crate::validate::Validated;

pub(super) fn build(validated: &Validated) -> Option<NetworkPolicy> {
    if !validated.spec.network_policy.enabled {
        return None;
    }
    let mut rules = vec![rule(names::HTTP_PORT_NAME, None)];
    if validated.spec.monitoring.port.is_some() {
        // An empty selector is every pod of every namespace, and nobody outside. The kubelet's probes pass by themselves.
        let cluster = NetworkPolicyPeer {
            namespace_selector: Some(LabelSelector::default()),
            ..NetworkPolicyPeer::default()
        };
        rules.push(rule(names::METRICS_PORT_NAME, Some(vec![cluster])));
    }
    Some(NetworkPolicy {
        metadata: child_meta(validated),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(names::matching(names::receiver_selector(&validated.name))),
            policy_types: Some(vec!["Ingress".to_owned()]),
            ingress: Some(rules),
            egress: None,
        }),
    })
}

fn rule(port: &str, from: Option<Vec<NetworkPolicyPeer>>) -> NetworkPolicyIngressRule {
    NetworkPolicyIngressRule {
        from,
        ports: Some(vec![NetworkPolicyPort {
            port: Some(IntOrString::String(port.to_owned())),
            protocol: Some("TCP".to_owned()),
            end_port: None,
        }]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::desired::tests::{meta, validated};

    #[test]
    fn webhooks_from_anywhere_and_metrics_from_the_cluster() {
        let webhooks = json!({"ports": [{"port": "http", "protocol": "TCP"}]});
        let metrics = json!({"ports": [{"port": "metrics", "protocol": "TCP"}], "from": [{"namespaceSelector": {}}]});
        let policy = |rules| {
            json!({
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": meta(),
                "spec": {
                    "podSelector": {"matchLabels": {"app.kubernetes.io/instance": "orders", "app.kubernetes.io/name": "webhook-receiver"}},
                    "policyTypes": ["Ingress"],
                    "ingress": rules,
                },
            })
        };
        let built = |spec| serde_json::to_value(super::build(&validated(spec))).unwrap();
        assert_eq!(built(json!({})), policy(json!([webhooks])));
        assert_eq!(
            built(json!({"monitoring": {"port": 9090}})),
            policy(json!([webhooks, metrics]))
        );
        assert_eq!(
            super::build(&validated(json!({"networkPolicy": {"enabled": false}}))),
            None
        );
    }
}
