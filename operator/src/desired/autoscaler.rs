//! The `HorizontalPodAutoscaler` of the receivers, where the object asks for one.

use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec, MetricTarget,
    ResourceMetricSource,
};

use super::child_meta;
use crate::validate::Validated;

pub(super) fn build(validated: &Validated) -> Option<HorizontalPodAutoscaler> {
    let settings = validated.spec.autoscaling.as_ref()?;
    let cpu = ResourceMetricSource {
        name: "cpu".to_owned(),
        target: MetricTarget {
            type_: "Utilization".to_owned(),
            average_utilization: Some(settings.target_cpu_utilization_percentage),
            ..MetricTarget::default()
        },
    };
    Some(HorizontalPodAutoscaler {
        metadata: child_meta(validated),
        spec: HorizontalPodAutoscalerSpec {
            // The Deployment and not our object: its scale would write a spec that a user or a GitOps tool owns.
            scale_target_ref: CrossVersionObjectReference {
                api_version: Some("apps/v1".to_owned()),
                kind: "Deployment".to_owned(),
                name: validated.name.clone(),
            },
            min_replicas: Some(settings.min_replicas),
            max_replicas: settings.max_replicas,
            metrics: Some(vec![MetricSpec {
                type_: "Resource".to_owned(),
                resource: Some(cpu),
                ..MetricSpec::default()
            }]),
            behavior: None,
        },
        status: None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::desired::tests::{meta, validated};

    #[test]
    fn an_autoscaler_as_the_spec_says() {
        let spec = json!({"autoscaling": {"maxReplicas": 5}});
        assert_eq!(
            serde_json::to_value(super::build(&validated(spec))).unwrap(),
            json!({
                "apiVersion": "autoscaling/v2",
                "kind": "HorizontalPodAutoscaler",
                "metadata": meta(),
                "spec": {
                    "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "orders"},
                    "minReplicas": 2,
                    "maxReplicas": 5,
                    "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}],
                },
            })
        );
        assert_eq!(super::build(&validated(json!({}))), None);
    }
}
