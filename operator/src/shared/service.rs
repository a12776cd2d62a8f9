//! The shared cAdvisor's `Service`: headless, since only scrapers use it and they want each node's.

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{CadvisorSettings, shared_meta};
use crate::names;

pub(super) fn build(settings: &CadvisorSettings) -> Service {
    Service {
        metadata: shared_meta(settings),
        spec: Some(ServiceSpec {
            cluster_ip: Some("None".to_owned()),
            selector: Some(names::cadvisor_selector()),
            ports: Some(vec![ServicePort {
                name: Some(names::CADVISOR_PORT_NAME.to_owned()),
                port: names::CADVISOR_PORT,
                protocol: Some("TCP".to_owned()),
                target_port: Some(IntOrString::String(names::CADVISOR_PORT_NAME.to_owned())),
                ..ServicePort::default()
            }]),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    }
}
