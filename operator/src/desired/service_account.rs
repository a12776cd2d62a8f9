//! The receivers' `ServiceAccount`. It is theirs alone and has no rights: a receiver never calls the API server.

use k8s_openapi::api::core::v1::ServiceAccount;

use super::child_meta;
use crate::validate::Validated;

pub(super) fn build(validated: &Validated) -> ServiceAccount {
    ServiceAccount {
        metadata: child_meta(validated),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    }
}
