//! Which namespaces and objects are this operator's to look at: all, a list, or those with certain labels; and of the objects
//! those that carry its id. Decides; watches nothing itself.

use k8s_openapi::NamespaceResourceScope;
use kube::{Api, Client, Resource, ResourceExt};

use crate::cache::Cache;
use crate::names;

/// What the operator is told of its scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeSettings {
    /// These namespaces alone. Empty: all.
    pub namespaces: Vec<String>,
    /// Namespaces with these labels alone, as they come and go. `None`: all of the above.
    pub namespace_selector: Option<String>,
    /// The id that this operator's objects are labelled with. `None`: those without such a label.
    pub controller_id: Option<String>,
}

impl ScopeSettings {
    /// Where objects of one kind may be: one place for all namespaces, or one each.
    #[must_use]
    pub fn places<K>(&self, client: &Client) -> Vec<Api<K>>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        self.places_and(client, None)
    }

    /// The same, and beside a list of namespaces `also`.
    #[must_use]
    pub fn places_and<K>(&self, client: &Client, also: Option<&str>) -> Vec<Api<K>>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        if self.namespaces.is_empty() {
            return vec![Api::all(client.clone())];
        }
        let listed = self.namespaces.iter().map(String::as_str);
        let also = also.filter(|also| !self.namespaces.iter().any(|one| one == also));
        let all = listed.chain(also);
        all.map(|namespace| Api::namespaced(client.clone(), namespace))
            .collect()
    }

    /// The label selector of this operator's objects.
    #[must_use]
    pub fn object_selector(&self) -> String {
        match &self.controller_id {
            Some(id) => format!("{}={id}", names::CONTROLLER_ID),
            None => format!("!{}", names::CONTROLLER_ID),
        }
    }
}

/// The namespaces with the chosen labels, as last seen. `None`: it does not depend on labels.
#[derive(Clone, Default)]
pub struct Chosen(pub Option<Cache<()>>);

impl Chosen {
    /// Whether objects of this namespace are to be looked at.
    #[must_use]
    pub fn has(&self, namespace: &str) -> bool {
        let Self(chosen) = self;
        chosen.as_ref().is_none_or(|chosen| chosen.get("", namespace).is_some())
    }

    /// Whether this object is.
    pub fn covers(&self, object: &impl ResourceExt) -> bool {
        self.has(&object.namespace().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::Service;

    use super::*;

    fn places(namespaces: &[&str], also: Option<&str>) -> Vec<String> {
        let nobody = tower::service_fn(|_: http::Request<kube::client::Body>| async {
            Err::<http::Response<kube::client::Body>, _>(std::io::Error::other("nobody is asked"))
        });
        let client = Client::new(nobody, "default");
        let settings = ScopeSettings {
            namespaces: namespaces.iter().map(ToString::to_string).collect(),
            ..ScopeSettings::default()
        };
        let places = settings.places_and::<Service>(&client, also);
        places.iter().map(|api| api.resource_url().to_owned()).collect()
    }

    #[tokio::test]
    async fn one_place_for_all_or_one_each() {
        assert_eq!(places(&[], Some("x")), ["/api/v1/services"]);
        let (a, b) = ("/api/v1/namespaces/a/services", "/api/v1/namespaces/b/services");
        assert_eq!(places(&["a", "b"], None), [a, b]);
        assert_eq!(places(&["a"], Some("b")), [a, b]);
        assert_eq!(places(&["a", "b"], Some("b")), [a, b]);
    }

    #[test]
    fn an_id_chooses_its_own_and_none_those_without() {
        let mut settings = ScopeSettings::default();
        assert_eq!(settings.object_selector(), "!webhook-operator.dev/controller-id");
        settings.controller_id = Some("blue".to_owned());
        assert_eq!(settings.object_selector(), "webhook-operator.dev/controller-id=blue");
    }
}
