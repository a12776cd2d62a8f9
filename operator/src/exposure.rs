//! Where senders reach an object's receivers, and what is still missing before they do. Pure.

use k8s_openapi::api::core::v1::{LoadBalancerIngress, ServiceStatus};
use kube::api::DynamicObject;

use crate::crd::{ServiceType, UrlScheme};
use crate::external::HttpRouteStatus;
use crate::seen::Controller;
use crate::subject::status;
use crate::validate::Validated;

/// What is not done yet: one word, and a sentence.
pub type Pending = (&'static str, String);

/// What is kept of the receivers' Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front {
    /// Whose it is.
    pub controller: Controller,
    /// The address that the cluster's load balancer gave, as a URL writes it.
    pub balancer: Option<Box<str>>,
}

impl Front {
    /// What is kept of this Service.
    #[must_use]
    pub fn of(service: &DynamicObject) -> Self {
        let balancer = status::<ServiceStatus>(service).load_balancer.unwrap_or_default();
        let mut addresses = balancer.ingress.iter().flatten();
        Self {
            controller: Controller::of(&service.metadata),
            balancer: addresses.find_map(address).map(Into::into),
        }
    }
}

/// What is kept of the receivers' `HTTPRoute`.
#[derive(Clone, Debug, PartialEq)]
pub struct Routed {
    /// Whose it is.
    pub controller: Controller,
    /// What the Gateways' controllers say.
    pub status: HttpRouteStatus,
}

impl Routed {
    /// What is kept of this route.
    #[must_use]
    pub fn of(route: &DynamicObject) -> Self {
        Self {
            controller: Controller::of(&route.metadata),
            status: status(route),
        }
    }
}

fn address(one: &LoadBalancerIngress) -> Option<String> {
    let bracketed = |ip: &String| {
        if ip.contains(':') {
            format!("[{ip}]")
        } else {
            ip.clone()
        }
    };
    one.hostname.clone().or_else(|| one.ip.as_ref().map(bracketed))
}

/// What to give a sender: the host name outside where there is one, else the load balancer's address, else the name inside.
#[must_use]
pub fn url(validated: &Validated, front: Option<&Front>) -> String {
    let spec = &validated.spec;
    if let Some(ingress) = &spec.ingress {
        let scheme = if ingress.tls_secret_name.is_some() {
            "https"
        } else {
            "http"
        };
        return format!("{scheme}://{}{}", ingress.host, spec.path);
    }
    if let Some((route, host)) = spec
        .http_route
        .as_ref()
        .and_then(|one| Some((one, one.hostnames.first()?)))
    {
        let scheme = match route.scheme {
            UrlScheme::Https => "https",
            UrlScheme::Http => "http",
        };
        return format!("{scheme}://{host}{}", spec.path);
    }
    let inside = || format!("{}.{}.svc", validated.name, validated.namespace);
    let host = balancer(validated, front).map_or_else(inside, str::to_owned);
    format!("http://{host}:{}{}", spec.service.port, spec.path)
}

/// What senders outside still wait for.
#[must_use]
pub fn pending(validated: &Validated, front: Option<&Front>, route: Option<&Routed>) -> Option<Pending> {
    let is_balanced = validated.spec.service.type_ == ServiceType::LoadBalancer;
    if is_balanced && balancer(validated, front).is_none() {
        return Some((
            "LoadBalancerPending",
            "the Service has no address yet: the cluster's load balancer gives it one; without one write spec.service.type: ClusterIP".to_owned(),
        ));
    }
    validated.spec.http_route.as_ref()?;
    not_accepted(route)
}

/// The address that the cluster's load balancer gave, where one is asked for.
fn balancer<'a>(validated: &Validated, front: Option<&'a Front>) -> Option<&'a str> {
    let is_balanced = validated.spec.service.type_ == ServiceType::LoadBalancer;
    front.filter(|_| is_balanced)?.balancer.as_deref()
}

/// Why no Gateway serves the route. One that does is enough.
fn not_accepted(route: Option<&Routed>) -> Option<Pending> {
    let status = route.map(|route| &route.status);
    let Some(status) = status.filter(|status| !status.parents.is_empty()) else {
        return Some((
            "HTTPRoutePending",
            "no Gateway controller has looked at the HTTPRoute yet: does the Gateway in spec.httpRoute.parentRefs exist, and does its class have a controller?".to_owned(),
        ));
    };
    let refusal = |type_: &str, conditions: &[crate::crd::Condition]| {
        let refused = conditions
            .iter()
            .find(|one| one.type_ == type_ && one.status != "True")?;
        Some(format!("{} ({})", refused.message, refused.reason))
    };
    let refusals: Vec<_> = status
        .parents
        .iter()
        .map(|parent| refusal("Accepted", &parent.conditions).or_else(|| refusal("ResolvedRefs", &parent.conditions)))
        .collect();
    if refusals.iter().any(Option::is_none) {
        return None;
    }
    let said = refusals.into_iter().flatten().next()?;
    Some((
        "HTTPRouteNotAccepted",
        format!("the Gateway refuses the HTTPRoute: {said}; correct spec.httpRoute, or the Gateway's listeners"),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::desired::tests::validated;

    #[test]
    fn the_name_outside_comes_before_the_one_inside() {
        let route = |scheme: &str| json!({"parentRefs": [{"name": "g"}], "hostnames": ["a.example", "b.example"], "scheme": scheme});
        for (spec, expected) in [
            (json!({}), "http://orders.shop.svc:5000/webhook"),
            (json!({"ingress": {"host": "a.example"}}), "http://a.example/webhook"),
            (
                json!({"path": "/in", "ingress": {"host": "a.example", "tlsSecretName": "t"}}),
                "https://a.example/in",
            ),
            (json!({"httpRoute": route("Https")}), "https://a.example/webhook"),
            (json!({"httpRoute": route("Http")}), "http://a.example/webhook"),
        ] {
            assert_eq!(url(&validated(spec), None), expected);
        }
    }

    #[test]
    fn a_load_balancer_is_waited_for() {
        let object = validated(json!({"service": {"type": "LoadBalancer", "port": 80}}));
        let service = |status: Value| Front::of(&serde_json::from_value(json!({"status": status})).unwrap());
        assert_eq!(pending(&object, None, None).unwrap().0, "LoadBalancerPending");
        assert_eq!(
            url(&object, Some(&service(json!({})))),
            "http://orders.shop.svc:80/webhook"
        );
        for (address, host) in [
            (json!({"ip": "192.0.2.1"}), "192.0.2.1"),
            (json!({"ip": "2001:db8::1"}), "[2001:db8::1]"),
            (json!({"hostname": "lb.example"}), "lb.example"),
        ] {
            let service = service(json!({"loadBalancer": {"ingress": [address]}}));
            assert_eq!(url(&object, Some(&service)), format!("http://{host}:80/webhook"));
            assert_eq!(pending(&object, Some(&service), None), None);
        }
    }

    #[test]
    fn a_route_is_waited_for_until_one_gateway_takes_it() {
        let object = validated(json!({"httpRoute": {"parentRefs": [{"name": "g"}], "hostnames": ["a.example"]}}));
        let condition = |type_: &str, status: &str| json!({"type": type_, "status": status, "reason": "R", "message": "said", "lastTransitionTime": "2026-01-01T00:00:00Z"});
        let parent = |accepted: &str, resolved: &str| json!({"conditions": [condition("Accepted", accepted), condition("ResolvedRefs", resolved)]});
        let route = |parents: Value| {
            let route = serde_json::from_value(json!({
                "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "orders"},
                "spec": {}, "status": {"parents": parents},
            }));
            Routed::of(&route.unwrap())
        };
        let reason = |parents| pending(&object, None, Some(&route(parents))).map(|pending| pending.0);
        assert_eq!(pending(&object, None, None).unwrap().0, "HTTPRoutePending");
        assert_eq!(reason(json!([])), Some("HTTPRoutePending"));
        assert_eq!(reason(json!([parent("False", "True")])), Some("HTTPRouteNotAccepted"));
        assert_eq!(reason(json!([parent("True", "False")])), Some("HTTPRouteNotAccepted"));
        assert_eq!(reason(json!([parent("False", "True"), parent("True", "True")])), None);
        let refused = route(json!([parent("False", "True")]));
        assert!(pending(&object, None, Some(&refused)).unwrap().1.contains("said (R)"));
    }
}
