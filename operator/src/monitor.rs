//! What is kept of a `ServiceMonitor`: what is kept of every child, and what the Prometheus Operator made of it. Pure.

use kube::api::DynamicObject;

use crate::external::{Binding, ServiceMonitorStatus};
use crate::seen::Seen;
use crate::subject::status;

/// One `ServiceMonitor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monitor {
    /// As of every child.
    pub seen: Seen,
    /// What became of it in each Prometheus; empty where the Prometheus Operator does not say.
    pub bindings: Box<[Binding]>,
}

impl Monitor {
    /// What is kept of this `ServiceMonitor`.
    #[must_use]
    pub fn of(object: &DynamicObject) -> Self {
        Self {
            seen: Seen::of(&object.metadata),
            bindings: status::<ServiceMonitorStatus>(object).bindings.into(),
        }
    }
}

impl AsRef<Seen> for Monitor {
    fn as_ref(&self) -> &Seen {
        &self.seen
    }
}
