//! Whole objects: that of a plain `WebhookService` and that of one which leaves nothing out; and which rules are left out when.
//! What the rules mean is tested by promtool, in `tests/tests/promtool`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json, to_value};

use crate::desired::tests::{meta, validated};
use crate::external::Rule;

fn everything() -> Value {
    json!({
        "verification": {"scheme": "GitHub", "secretRefs": [{"name": "hooks", "key": "current"}]},
        "delivery": {"http": {"url": "http://target.example/"}},
        "monitoring": {"containerMetrics": "Self", "alerts": {
            "errorRatio": "0.05", "p99Seconds": "1", "labels": {"release": "stack"}, "alertLabels": {"team": "shop"},
            "runbookUrl": "https://git.example.org/webhook-operator/docs/runbooks/",
        }},
    })
}

fn whole(metadata: &Value, spec: &str) -> Value {
    let spec: Value = serde_saphyr::from_str(spec).unwrap();
    json!({"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": metadata, "spec": spec})
}

#[test]
fn a_plain_object_has_all_that_needs_nothing_more() {
    let built = to_value(super::build(&validated(json!({"monitoring": {"alerts": {}}})))).unwrap();
    assert_eq!(built, whole(&meta(), include_str!("tests/plain.yaml")));
}

#[test]
fn an_object_that_leaves_nothing_out_has_all_that_there_is() {
    let mut metadata = meta();
    metadata["labels"]["release"] = json!("stack");
    let built = to_value(super::build(&validated(everything()))).unwrap();
    assert_eq!(built, whole(&metadata, include_str!("tests/everything.yaml")));
}

#[test]
fn none_where_none_is_asked_for() {
    assert_eq!(super::build(&validated(json!({}))), None);
}

fn rules(spec: Value) -> Vec<Rule> {
    let groups = super::build(&validated(spec)).unwrap().spec.groups;
    groups.into_iter().flat_map(|group| group.rules).collect()
}

fn names(spec: Value) -> BTreeSet<String> {
    let rules = rules(spec).into_iter();
    rules.filter_map(|rule| rule.alert.or(rule.record)).collect()
}

#[test]
fn each_source_has_the_rules_that_it_can_feed() {
    let of = |source: &str| json!({"monitoring": {"containerMetrics": source, "alerts": {}}});
    let by_cadvisor = names(of("CAdvisor"));
    let missing = |source: &str| -> Vec<_> { by_cadvisor.difference(&names(of(source))).cloned().collect() };
    assert_eq!(missing("Kubelet"), Vec::<String>::new());
    assert_eq!(
        missing("Self"),
        [
            "namespace_service:container_network_receive_bytes:rate5m",
            "namespace_service:container_network_transmit_bytes:rate5m",
        ]
    );
    // Nobody promised that somebody else scrapes the kubelets.
    assert_eq!(missing("None"), ["WebhookContainerMetricsAbsent"]);
    for (source, counts) in [("CAdvisor", false), ("Kubelet", true), ("Self", true), ("None", true)] {
        let rules = rules(of(source));
        let killed = rules
            .iter()
            .any(|rule| rule.expr.contains("container_oom_events_total"));
        assert_eq!(killed, counts, "{source}");
    }
}

#[test]
fn where_no_receiver_is_to_run_none_is_missed() {
    let of = |replicas: i32, autoscaling: Value| json!({"replicas": replicas, "autoscaling": autoscaling, "monitoring": {"alerts": {}}});
    let running = names(of(1, Value::Null));
    let left: Vec<_> = running.difference(&names(of(0, Value::Null))).cloned().collect();
    assert_eq!(left, ["WebhookContainerMetricsAbsent", "WebhookMetricsAbsent"]);
    assert_eq!(names(of(0, json!({"maxReplicas": 3}))), running);
}

#[test]
fn every_alert_has_a_page_and_every_page_an_alert() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/runbooks");
    let files = std::fs::read_dir(&pages).unwrap().map(|file| file.unwrap().path());
    let pages: BTreeSet<_> = files
        .map(|page| {
            let name = page.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&page).unwrap();
            assert!(text.starts_with(&format!("# {name}\n")), "{}", page.display());
            for part in ["## What it means", "## How to check", "## What to do"] {
                assert!(
                    text.contains(&format!("\n{part}\n")),
                    "{} lacks {part:?}",
                    page.display()
                );
            }
            name
        })
        .collect();
    let alerts: BTreeSet<_> = rules(everything()).into_iter().filter_map(|rule| rule.alert).collect();
    assert_eq!(alerts, pages);
}
