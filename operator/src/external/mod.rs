//! Types of APIs that are not ours and that no crate publishes for this kube. Only the fields that we set.

mod service_monitor;

pub use service_monitor::{Endpoint, Relabeling, ServiceMonitor, ServiceMonitorSpec};
