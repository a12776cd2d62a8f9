//! What no container of ours may do, whatever it is for. Pure.

use k8s_openapi::api::core::v1::{Capabilities, SeccompProfile, SecurityContext};

/// Whom containers run as: nobody that a node knows, as distroless images have it. Also the group, where nothing else is needed.
pub const USER: i64 = 65_532;

/// A container without privilege, capability or a writable root.
/// Source: the Kubernetes Pod Security Standards, level *restricted*.
#[must_use]
pub fn container() -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        read_only_root_filesystem: Some(true),
        capabilities: Some(Capabilities {
            drop: Some(vec!["ALL".to_owned()]),
            add: None,
        }),
        ..SecurityContext::default()
    }
}

/// The container runtime's own filter of system calls.
#[must_use]
pub fn seccomp() -> SeccompProfile {
    SeccompProfile {
        type_: "RuntimeDefault".to_owned(),
        localhost_profile: None,
    }
}
