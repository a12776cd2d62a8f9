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
    /// The namespaces that are looked at, and beside a list of them `also`; `None` stands for all.
    #[must_use]
    pub fn places(&self, also: Option<&str>) -> Vec<Option<String>> {
        if self.namespaces.is_empty() {
            return vec![None];
        }
        let listed = self.namespaces.iter().map(String::as_str);
        let also = also.filter(|also| !self.namespaces.iter().any(|one| one == also));
        listed.chain(also).map(|namespace| Some(namespace.to_owned())).collect()
    }

    /// The same, to ask for objects of one kind.
    #[must_use]
    pub fn apis<K>(&self, client: &Client) -> Vec<Api<K>>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        let places = self.places(None).into_iter();
        let api = |namespace: Option<String>| match namespace {
            Some(namespace) => Api::namespaced(client.clone(), &namespace),
            None => Api::all(client.clone()),
        };
        places.map(api).collect()
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
    use super::*;

    fn places(namespaces: &[&str], also: Option<&str>) -> Vec<Option<String>> {
        let settings = ScopeSettings {
            namespaces: namespaces.iter().map(ToString::to_string).collect(),
            ..ScopeSettings::default()
        };
        settings.places(also)
    }

    #[test]
    fn one_place_for_all_or_one_each() {
        assert_eq!(places(&[], Some("x")), [None]);
        let (a, b) = (Some("a".to_owned()), Some("b".to_owned()));
        assert_eq!(places(&["a", "b"], None), [a.clone(), b.clone()]);
        assert_eq!(places(&["a"], Some("b")), [a.clone(), b.clone()]);
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
