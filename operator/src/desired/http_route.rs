//! The `HTTPRoute` of the receivers, where the object asks for one.

use super::child_meta;
use crate::external::{
    HttpBackendReference, HttpPathMatch, HttpRoute, HttpRouteMatch, HttpRouteRule, HttpRouteSpec, RouteParent,
};
use crate::validate::Validated;

pub(super) fn build(validated: &Validated) -> Option<HttpRoute> {
    let settings = validated.spec.http_route.as_ref()?;
    let parents = settings.parent_refs.iter().map(|parent| RouteParent {
        name: parent.name.clone(),
        namespace: parent.namespace.clone(),
        section_name: parent.section_name.clone(),
    });
    let path = HttpPathMatch {
        type_: "Exact".to_owned(),
        value: validated.spec.path.clone(),
    };
    let receivers = HttpBackendReference {
        name: validated.name.clone(),
        port: validated.spec.service.port,
    };
    Some(HttpRoute {
        metadata: child_meta(validated),
        spec: HttpRouteSpec {
            parent_refs: parents.collect(),
            hostnames: settings.hostnames.clone(),
            rules: vec![HttpRouteRule {
                matches: vec![HttpRouteMatch { path: Some(path) }],
                backend_refs: vec![receivers],
            }],
        },
        status: None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::desired::tests::{meta, validated};

    #[test]
    fn a_route_as_the_spec_says() {
        let parents = json!([{"name": "gateway", "namespace": "infra", "sectionName": "web"}, {"name": "inner"}]);
        let route = json!({"parentRefs": parents, "hostnames": ["hooks.example.org"]});
        assert_eq!(
            serde_json::to_value(super::build(&validated(
                json!({"service": {"port": 80}, "httpRoute": route})
            )))
            .unwrap(),
            json!({
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": "HTTPRoute",
                "metadata": meta(),
                "spec": {
                    "parentRefs": parents,
                    "hostnames": ["hooks.example.org"],
                    "rules": [{
                        "matches": [{"path": {"type": "Exact", "value": "/webhook"}}],
                        "backendRefs": [{"name": "orders", "port": 80}],
                    }],
                },
            })
        );
        assert_eq!(super::build(&validated(json!({}))), None);
    }
}
