//! Tells whether an object is still as it was, from its metadata alone. Pure. What leaves the process may be computed otherwise
//! by another build of it: then it differs, which costs a write and harms nothing.

use std::hash::{DefaultHasher, Hash, Hasher};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

/// One state of an object. Where the API server counts generations, a change of status alone makes no difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The state that this metadata shows.
    #[must_use]
    pub fn of(meta: &ObjectMeta) -> Self {
        let mut hasher = DefaultHasher::new();
        meta.uid.hash(&mut hasher);
        match meta.generation {
            Some(generation) if generation > 0 => {
                generation.hash(&mut hasher);
                meta.labels.hash(&mut hasher);
                for (key, value) in meta.annotations.iter().flatten() {
                    // The Deployment controller's own notes come after every change and mean none.
                    if !key.starts_with("deployment.kubernetes.io/") {
                        (key, value).hash(&mut hasher);
                    }
                }
                for owner in meta.owner_references.iter().flatten() {
                    (&owner.uid, owner.controller).hash(&mut hasher);
                }
                meta.deletion_timestamp.is_some().hash(&mut hasher);
            }
            _ => meta.resource_version.hash(&mut hasher),
        }
        Self(hasher.finish())
    }
}

/// One number, as text, for what was wanted and how it looked then.
#[must_use]
pub fn digest(wanted: u64, looks: &Fingerprint) -> String {
    let mut hasher = DefaultHasher::new();
    (wanted, looks).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// A hash of what is wanted, to compare with an earlier one.
#[must_use]
pub fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(generation: Option<i64>, version: &str) -> ObjectMeta {
        ObjectMeta {
            generation,
            resource_version: Some(version.to_owned()),
            ..ObjectMeta::default()
        }
    }

    #[test]
    fn a_change_of_status_alone_is_none_where_generations_are_counted() {
        assert_eq!(
            Fingerprint::of(&meta(Some(1), "5")),
            Fingerprint::of(&meta(Some(1), "6"))
        );
        assert_ne!(
            Fingerprint::of(&meta(Some(1), "5")),
            Fingerprint::of(&meta(Some(2), "5"))
        );
        assert_ne!(Fingerprint::of(&meta(None, "5")), Fingerprint::of(&meta(None, "6")));
    }

    #[test]
    fn a_label_is_a_change() {
        let mut edited = meta(Some(1), "5");
        edited.labels = Some([("a".to_owned(), "b".to_owned())].into());
        assert_ne!(Fingerprint::of(&edited), Fingerprint::of(&meta(Some(1), "5")));
    }
}
