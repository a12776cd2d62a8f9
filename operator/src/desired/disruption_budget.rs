//! The `PodDisruptionBudget` of the receivers: none where it is switched off or where there is one receiver, which it would
//! nail to its node.

use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::child_meta;
use crate::names;
use crate::validate::Validated;

pub(super) fn build(validated: &Validated) -> Option<PodDisruptionBudget> {
    let settings = &validated.spec.disruption;
    if !settings.enabled || validated.fewest_receivers() < 2 {
        return None;
    }
    let max_unavailable = match &settings.min_available {
        Some(_) => None,
        None => Some(settings.max_unavailable.clone().unwrap_or(IntOrString::Int(1))),
    };
    Some(PodDisruptionBudget {
        metadata: child_meta(validated),
        spec: Some(PodDisruptionBudgetSpec {
            selector: Some(names::matching(names::receiver_selector(&validated.name))),
            min_available: settings.min_available.clone(),
            max_unavailable,
            // A receiver that is not ready serves nobody: it must not keep a node from being drained.
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
        }),
        status: None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::desired::tests::{meta, validated};

    fn spec(object: Value) -> Value {
        serde_json::to_value(super::build(&validated(object))).unwrap()["spec"].take()
    }

    #[test]
    fn one_receiver_may_be_away_unless_the_spec_says_other() {
        let whole = serde_json::to_value(super::build(&validated(json!({})))).unwrap();
        assert_eq!(
            whole,
            json!({
                "apiVersion": "policy/v1",
                "kind": "PodDisruptionBudget",
                "metadata": meta(),
                "spec": {
                    "selector": {"matchLabels": {"app.kubernetes.io/instance": "orders", "app.kubernetes.io/name": "webhook-receiver"}},
                    "maxUnavailable": 1,
                    "unhealthyPodEvictionPolicy": "AlwaysAllow",
                },
            })
        );
        let stay = spec(json!({"replicas": 4, "disruption": {"minAvailable": "75%"}}));
        assert_eq!(
            (&stay["minAvailable"], &stay["maxUnavailable"]),
            (&json!("75%"), &Value::Null)
        );
        assert_eq!(spec(json!({"disruption": {"maxUnavailable": 2}}))["maxUnavailable"], 2);
    }

    #[test]
    fn none_for_one_receiver_and_none_when_switched_off() {
        assert_eq!(super::build(&validated(json!({"replicas": 1}))), None);
        assert_eq!(
            super::build(&validated(json!({"disruption": {"enabled": false}}))),
            None
        );
        let scaled = json!({"replicas": 5, "autoscaling": {"minReplicas": 1, "maxReplicas": 5}});
        assert_eq!(super::build(&validated(scaled)), None);
    }
}
