//! The `ServiceMonitor` of the receivers, or none where it is switched off.

use std::collections::BTreeMap;

use super::labelled_meta;
use crate::external::{Endpoint, ServiceMonitor, ServiceMonitorSpec};
use crate::names;
use crate::validate::Validated;

pub(super) fn build(validated: &Validated) -> Option<ServiceMonitor> {
    let settings = &validated.spec.monitoring.service_monitor;
    if !settings.enabled {
        return None;
    }
    let is_apart = validated.spec.monitoring.port.is_some();
    Some(ServiceMonitor {
        metadata: labelled_meta(validated, settings.labels.clone()),
        spec: ServiceMonitorSpec {
            selector: names::matching(names::receiver_labels(&validated.name)),
            namespace_selector: None,
            convert_classic_histograms: settings.native_histograms.then_some(true),
            scrape_classic_histograms: settings.native_histograms.then_some(true),
            endpoints: vec![Endpoint {
                // Behind no Service: senders would reach it there.
                target_port: is_apart.then(|| names::METRICS_PORT_NAME.to_owned()),
                port: (!is_apart).then(|| names::HTTP_PORT_NAME.to_owned()),
                path: "/metrics".to_owned(),
                interval: settings.interval.clone(),
                scrape_timeout: settings.scrape_timeout.clone(),
                relabelings: settings.relabelings.clone(),
                metric_relabelings: settings.metric_relabelings.clone(),
                ..Endpoint::default()
            }],
        },
    })
}

/// By which a Prometheus selects it.
#[must_use]
pub fn labels(validated: &Validated) -> BTreeMap<String, String> {
    let chosen = &validated.spec.monitoring.service_monitor.labels;
    labelled_meta(validated, chosen.clone()).labels.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::desired::tests::{meta, validated};

    #[test]
    fn a_monitor_as_the_spec_says() {
        let spec = json!({"monitoring": {"serviceMonitor": {"interval": "5s", "scrapeTimeout": "2s", "labels": {"release": "stack"}}}});
        let mut metadata = meta();
        metadata["labels"]["release"] = json!("stack");
        assert_eq!(
            serde_json::to_value(super::build(&validated(spec))).unwrap(),
            json!({
                "apiVersion": "monitoring.coreos.com/v1",
                "kind": "ServiceMonitor",
                "metadata": metadata,
                "spec": {
                    "selector": {"matchLabels": meta()["labels"]},
                    "endpoints": [{"port": "http", "path": "/metrics", "interval": "5s", "scrapeTimeout": "2s"}],
                },
            })
        );
    }

    #[test]
    fn rules_are_passed_on_and_a_port_of_its_own_is_the_pods() {
        let rules = json!([{"action": "Drop", "sourceLabels": ["a", "b"], "regex": "x;y", "separator": ";"}, {"targetLabel": "team", "replacement": "a"}]);
        let spec =
            json!({"monitoring": {"port": 9090, "serviceMonitor": {"relabelings": rules, "metricRelabelings": rules}}});
        let built = serde_json::to_value(super::build(&validated(spec))).unwrap();
        assert_eq!(
            built["spec"]["endpoints"],
            json!([{"targetPort": "metrics", "path": "/metrics", "interval": "30s", "relabelings": rules, "metricRelabelings": rules}])
        );
    }

    #[test]
    fn native_histograms_come_beside_the_classic_ones() {
        let spec = |native: bool| json!({"monitoring": {"serviceMonitor": {"nativeHistograms": native}}});
        let built = |native| serde_json::to_value(super::build(&validated(spec(native)))).unwrap();
        let mut expected = built(false);
        expected["spec"]["convertClassicHistogramsToNHCB"] = json!(true);
        expected["spec"]["scrapeClassicHistograms"] = json!(true);
        assert_eq!(built(true), expected);
    }

    #[test]
    fn none_when_switched_off() {
        assert_eq!(
            super::build(&validated(
                json!({"monitoring": {"serviceMonitor": {"enabled": false}}})
            )),
            None
        );
    }
}
