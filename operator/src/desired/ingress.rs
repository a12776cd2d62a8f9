//! The `Ingress` of the receivers, where the object asks for one.

use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec,
    IngressTLS, ServiceBackendPort,
};

use super::child_meta;
use crate::names;
use crate::validate::Validated;

pub(super) fn build(validated: &Validated) -> Option<Ingress> {
    let settings = validated.spec.ingress.as_ref()?;
    let mut metadata = child_meta(validated);
    if !settings.annotations.is_empty() {
        metadata.annotations = Some(settings.annotations.clone());
    }
    let receivers = IngressBackend {
        service: Some(IngressServiceBackend {
            name: validated.name.clone(),
            port: Some(ServiceBackendPort {
                name: Some(names::HTTP_PORT_NAME.to_owned()),
                number: None,
            }),
        }),
        resource: None,
    };
    let path = HTTPIngressPath {
        path: Some(validated.spec.path.clone()),
        path_type: "Exact".to_owned(),
        backend: receivers,
    };
    Some(Ingress {
        metadata,
        spec: Some(IngressSpec {
            ingress_class_name: settings.class_name.clone(),
            rules: Some(vec![IngressRule {
                host: Some(settings.host.clone()),
                http: Some(HTTPIngressRuleValue { paths: vec![path] }),
            }]),
            tls: settings.tls_secret_name.as_ref().map(|secret| {
                vec![IngressTLS {
                    hosts: Some(vec![settings.host.clone()]),
                    secret_name: Some(secret.clone()),
                }]
            }),
            default_backend: None,
        }),
        status: None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::desired::tests::{meta, validated};

    #[test]
    fn an_ingress_as_the_spec_says() {
        let ingress = json!({"className": "nginx", "host": "hooks.example.org", "tlsSecretName": "tls", "annotations": {"a": "b"}});
        let mut metadata = meta();
        metadata["annotations"] = json!({"a": "b"});
        let backend = json!({"service": {"name": "orders", "port": {"name": "http"}}});
        assert_eq!(
            serde_json::to_value(super::build(&validated(json!({"path": "/in", "ingress": ingress})))).unwrap(),
            json!({
                "apiVersion": "networking.k8s.io/v1",
                "kind": "Ingress",
                "metadata": metadata,
                "spec": {
                    "ingressClassName": "nginx",
                    "rules": [{"host": "hooks.example.org", "http": {"paths": [{"path": "/in", "pathType": "Exact", "backend": backend}]}}],
                    "tls": [{"hosts": ["hooks.example.org"], "secretName": "tls"}],
                },
            })
        );
        assert_eq!(super::build(&validated(json!({}))), None);
    }
}
