//! The `Service` in front of the receivers.

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::child_meta;
use crate::crd::ServiceType;
use crate::names;
use crate::validate::Validated;

pub(super) fn build(validated: &Validated) -> Service {
    let settings = &validated.spec.service;
    let mut metadata = child_meta(validated);
    if !settings.annotations.is_empty() {
        metadata.annotations = Some(settings.annotations.clone());
    }
    Service {
        metadata,
        spec: Some(ServiceSpec {
            type_: Some(type_name(settings.type_).to_owned()),
            selector: Some(names::receiver_selector(&validated.name)),
            ports: Some(vec![ServicePort {
                name: Some(names::HTTP_PORT_NAME.to_owned()),
                port: settings.port,
                protocol: Some("TCP".to_owned()),
                target_port: Some(IntOrString::String(names::HTTP_PORT_NAME.to_owned())),
                ..ServicePort::default()
            }]),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    }
}

fn type_name(type_: ServiceType) -> &'static str {
    match type_ {
        ServiceType::ClusterIP => "ClusterIP",
        ServiceType::NodePort => "NodePort",
        ServiceType::LoadBalancer => "LoadBalancer",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::desired::tests::{meta, validated};

    #[test]
    fn a_service_as_the_spec_says() {
        let spec = json!({"service": {"type": "NodePort", "port": 80, "annotations": {"team": "a"}}});
        let mut metadata = meta();
        metadata["annotations"] = json!({"team": "a"});
        assert_eq!(
            serde_json::to_value(super::build(&validated(spec))).unwrap(),
            json!({
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": metadata,
                "spec": {
                    "type": "NodePort",
                    "selector": {"app.kubernetes.io/instance": "orders", "app.kubernetes.io/name": "webhook-receiver"},
                    "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"}],
                },
            })
        );
    }
}
