//! Turns a stored `WebhookService` into `Validated`: every default resolved, everything that the builders need at hand.
//! Pure. What a user may write is refused at admission by the rules in `crd`; this is for what the API server adds.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::Resource;

use crate::crd::{WebhookService, WebhookServiceSpec};

/// A `WebhookService` that the builders can rely on. They see this and never the raw object.
#[derive(Clone, Debug, PartialEq)]
pub struct Validated {
    /// Its name, which every child carries.
    pub name: String,
    /// Its namespace, which every child lives in.
    pub namespace: String,
    /// The generation of `spec`.
    pub generation: i64,
    /// What every child names as its owner.
    pub owner: OwnerReference,
    /// The receiver's image: the user's, or the operator's default.
    pub image: String,
    /// What the user wrote, defaults filled in by the API server.
    pub spec: WebhookServiceSpec,
}

impl Validated {
    /// Whether an autoscaler chooses how many receivers run.
    #[must_use]
    pub fn is_autoscaled(&self) -> bool {
        self.spec.autoscaling.is_some()
    }

    /// The fewest receivers that run when all is well.
    #[must_use]
    pub fn fewest_receivers(&self) -> i32 {
        let autoscaling = self.spec.autoscaling.as_ref();
        autoscaling.map_or(self.spec.replicas, |settings| settings.min_replicas)
    }
}

/// An object that cannot have come from an API server.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the object has no metadata.{0}")]
pub struct Incomplete(&'static str);

/// Resolves what `object` leaves open; `default_image` stands in where it names none.
///
/// # Errors
/// When the object carries no name, namespace or uid, which every stored object does.
pub fn validate(object: &WebhookService, default_image: &str) -> Result<Validated, Incomplete> {
    let meta = object.meta();
    Ok(Validated {
        name: meta.name.clone().ok_or(Incomplete("name"))?,
        namespace: meta.namespace.clone().ok_or(Incomplete("namespace"))?,
        generation: meta.generation.unwrap_or_default(),
        owner: object.controller_owner_ref(&()).ok_or(Incomplete("uid"))?,
        image: object.spec.image.clone().unwrap_or_else(|| default_image.to_owned()),
        spec: object.spec.clone(),
    })
}
