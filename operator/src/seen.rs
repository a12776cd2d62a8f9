//! What is kept of an object that is a child of ours, or stands where one is wanted: whose it is, and whether it is still as it was.
//! Pure.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube::Resource;

use crate::crd::WebhookService;
use crate::fingerprint::Fingerprint;
use crate::names;

/// One object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its uid.
    pub uid: Box<str>,
    /// By which a change of it is noticed.
    pub looks: Fingerprint,
    /// The generation of its spec, 0 where none are counted.
    pub generation: i64,
    /// Whether it carries the label of what we keep.
    pub is_labelled: bool,
    /// Its controller.
    pub controller: Controller,
}

/// What an object names as its controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Controller {
    /// Nothing.
    None,
    /// A `WebhookService` of the object's own name, and its uid.
    Namesake(Box<str>),
    /// Something else, by kind and name.
    Stranger(Box<str>),
}

impl Seen {
    /// What is kept of the object with this metadata.
    #[must_use]
    pub fn of(meta: &ObjectMeta) -> Self {
        Self {
            uid: meta.uid.as_deref().unwrap_or_default().into(),
            looks: Fingerprint::of(meta),
            generation: meta.generation.unwrap_or_default(),
            is_labelled: meta.labels.as_ref().is_some_and(names::is_managed),
            controller: Controller::of(meta),
        }
    }
}

impl AsRef<Seen> for Seen {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Controller {
    /// Whether it is the `WebhookService` with this uid.
    #[must_use]
    pub fn is(&self, uid: &str) -> bool {
        matches!(self, Self::Namesake(found) if **found == *uid)
    }

    /// The controller of the object with this metadata.
    #[must_use]
    pub fn of(meta: &ObjectMeta) -> Self {
        let mut owners = meta.owner_references.iter().flatten();
        match owners.find(|owner| owner.controller == Some(true)) {
            None => Self::None,
            Some(owner) if is_namesake(owner, meta) => Self::Namesake(owner.uid.as_str().into()),
            Some(owner) => Self::Stranger(format!("{} {}", owner.kind, owner.name).into()),
        }
    }
}

fn is_namesake(owner: &OwnerReference, meta: &ObjectMeta) -> bool {
    owner.kind == WebhookService::kind(&()) && Some(&owner.name) == meta.name.as_ref()
}
