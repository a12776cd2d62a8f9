//! Two objects that claim the same host and path: the older one has it, as in the Gateway API. Pure.

use std::collections::BTreeSet;

use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;

use crate::crd::{WebhookService, WebhookServiceSpec};

/// How an object's claims stand to those of all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clash {
    /// The host and path that an older object has, and that object's namespace and name.
    pub lost: Option<Lost>,
    /// Younger objects that lose by this one, by namespace and name.
    pub won: Vec<(String, String)>,
}

/// A claim that an older object has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The host and path.
    pub address: String,
    /// Whose they are: `namespace/name`.
    pub owner: String,
}

/// Compares `object` with `others`, among which it may be.
pub fn of<'a>(object: &WebhookService, others: impl IntoIterator<Item = &'a WebhookService>) -> Clash {
    let (mine, mut clash) = (claims(&object.spec), Clash::default());
    if mine.is_empty() {
        return clash;
    }
    let mut oldest = None;
    for other in others {
        let is_other = other.uid() != object.uid() && other.metadata.deletion_timestamp.is_none();
        let theirs = claims(&other.spec);
        let Some((host, path)) = mine.intersection(&theirs).next().filter(|_| is_other) else {
            continue;
        };
        if age(other) > age(object) {
            clash
                .won
                .push((other.namespace().unwrap_or_default(), other.name_any()));
        } else if oldest.as_ref().is_none_or(|oldest| age(other) < *oldest) {
            oldest = Some(age(other));
            clash.lost = Some(Lost {
                address: format!("{host}{path}"),
                owner: format!("{}/{}", other.namespace().unwrap_or_default(), other.name_any()),
            });
        }
    }
    clash
}

/// The hosts that an object wants, each with its path.
#[must_use]
pub fn claims(spec: &WebhookServiceSpec) -> BTreeSet<(&str, &str)> {
    let ingress = spec.ingress.iter().map(|ingress| ingress.host.as_str());
    let routes = spec.http_route.iter().flat_map(|route| &route.hostnames);
    let hosts = ingress.chain(routes.map(String::as_str));
    hosts.map(|host| (host, spec.path.as_str())).collect()
}

/// Smaller is older. The name decides between objects of the same second.
fn age(object: &WebhookService) -> (Option<Timestamp>, String, String) {
    let created = object.metadata.creation_timestamp.as_ref().map(|time| time.0);
    (created, object.namespace().unwrap_or_default(), object.name_any())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[allow(
        clippy::needless_pass_by_value,
        reason = "a call reads better without `&` before `json!`"
    )]
    fn object(name: &str, second: u8, spec: Value) -> WebhookService {
        serde_json::from_value(json!({
            "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService",
            "metadata": {"name": name, "namespace": "shop", "uid": name, "creationTimestamp": format!("2026-01-01T00:00:{second:02}Z")},
            "spec": spec,
        }))
        .unwrap()
    }

    fn ingress(host: &str) -> Value {
        json!({"ingress": {"host": host}})
    }

    #[test]
    fn the_oldest_has_it_and_says_whose_it_is() {
        let old = object("old", 1, ingress("a.example"));
        let route = json!({"httpRoute": {"parentRefs": [{"name": "g"}], "hostnames": ["b.example", "a.example"]}});
        let (young, youngest) = (object("young", 2, route), object("youngest", 3, ingress("a.example")));
        let all = [&youngest, &young, &old];
        assert_eq!(of(&old, all).lost, None);
        let shop = |name: &str| ("shop".to_owned(), name.to_owned());
        assert_eq!(of(&old, all).won, [shop("youngest"), shop("young")]);
        let lost = of(&youngest, all).lost.unwrap();
        assert_eq!(
            (lost.address.as_str(), lost.owner.as_str()),
            ("a.example/webhook", "shop/old")
        );
        assert_eq!(of(&young, all).won, [shop("youngest")]);
    }

    #[test]
    fn the_name_decides_within_a_second() {
        let (a, b) = (object("a", 1, ingress("x")), object("b", 1, ingress("x")));
        assert_eq!(of(&a, [&a, &b]).lost, None);
        assert_eq!(of(&b, [&a, &b]).lost.unwrap().owner, "shop/a");
    }

    #[test]
    fn another_path_another_host_and_an_object_that_goes_are_no_clash() {
        let mine = object("mine", 2, ingress("a.example"));
        let path = object("path", 1, json!({"path": "/in", "ingress": {"host": "a.example"}}));
        let host = object("host", 1, ingress("b.example"));
        let none = object("none", 1, json!({}));
        let mut going = object("going", 1, ingress("a.example"));
        going.metadata.deletion_timestamp = serde_json::from_value(json!("2026-01-01T00:01:00Z")).unwrap();
        assert_eq!(of(&mine, [&mine, &path, &host, &none, &going]), Clash::default());
    }
}
