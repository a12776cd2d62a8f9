//! Every dashboard is one by Grafana's own schema, can be read by people, and asks for nothing that nobody exposes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod metrics;
mod model;

use std::collections::BTreeSet;

use model::{Dashboard, Drawn, GridPos, Panel};
use serde_json::{Value, json};
use webhook_operator::crd::WebhookService;
use webhook_operator::desired::dashboard::fleet;
use webhook_operator::{desired, validate};

/// The dashboard of an object with this spec, as the `ConfigMap` has it.
fn of(spec: &Value) -> String {
    let object: WebhookService = serde_json::from_value(json!({
        "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService",
        "metadata": {"name": "orders", "namespace": "shop", "uid": "u-1"}, "spec": spec,
    }))
    .unwrap();
    let validated = validate::validate(&object, "receiver:1").unwrap();
    let files = desired::build(&validated).dashboard.unwrap().data.unwrap();
    files.into_values().next().unwrap()
}

/// The fleet's, and those of objects of every kind: with each source of container metrics, with and without verification and delivery.
fn all() -> Vec<String> {
    let mut all = vec![fleet().to_string()];
    for source in ["CAdvisor", "Kubelet", "Self", "None"] {
        for (verifies, delivers) in [(false, false), (true, false), (false, true), (true, true)] {
            let mut spec = json!({"monitoring": {"dashboard": {}, "containerMetrics": source}});
            if verifies {
                spec["verification"] = json!({"scheme": "GitHub", "secretRefs": [{"name": "s", "key": "k"}]});
            }
            if delivers {
                spec["delivery"] = json!({"http": {"url": "http://target/"}});
            }
            all.push(of(&spec));
        }
    }
    all
}

/// What a drawn panel is judged by, whatever its type.
struct Seen<'a> {
    words: [&'a str; 3],
    sources: Vec<&'a str>,
    expressions: Vec<&'a str>,
    letters: BTreeSet<&'a str>,
}

fn seen<O>(panel: &Drawn<O>) -> Seen<'_> {
    let targets = &panel.targets;
    let own = [panel.datasource.uid.as_str()].into_iter();
    Seen {
        words: [&panel.title, &panel.description, &panel.field_config.defaults.unit],
        sources: own
            .chain(targets.iter().map(|target| target.datasource.uid.as_str()))
            .collect(),
        expressions: targets.iter().map(|target| target.expr.as_str()).collect(),
        letters: targets.iter().map(|target| target.ref_id.as_str()).collect(),
    }
}

fn drawn(panel: &Panel) -> Option<Seen<'_>> {
    match panel {
        Panel::Row(_) => None,
        Panel::Stat(panel) => Some(seen(panel)),
        Panel::TimeSeries(panel) => Some(seen(panel)),
        Panel::HeatMap(panel) => Some(seen(panel)),
    }
}

fn place(panel: &Panel) -> (u32, &GridPos) {
    match panel {
        Panel::Row(panel) => (panel.id, &panel.grid_pos),
        Panel::Stat(panel) => (panel.id, &panel.grid_pos),
        Panel::TimeSeries(panel) => (panel.id, &panel.grid_pos),
        Panel::HeatMap(panel) => (panel.id, &panel.grid_pos),
    }
}

#[test]
fn grafana_knows_every_field_and_every_word() {
    for text in all() {
        let dashboard: Dashboard = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!((8..=40).contains(&dashboard.uid.len()), "{}", dashboard.uid);
        let first = dashboard.templating.list.first().unwrap();
        assert_eq!(
            (first.name.as_str(), first.r#type),
            ("datasource", model::VariableType::Datasource)
        );
    }
}

#[test]
fn panels_have_numbers_of_their_own_and_lie_beside_each_other() {
    for text in all() {
        let dashboard: Dashboard = serde_json::from_str(&text).unwrap();
        let places: Vec<_> = dashboard.panels.iter().map(place).collect();
        let numbers: BTreeSet<_> = places.iter().map(|(id, _)| id).collect();
        assert_eq!(numbers.len(), places.len());
        for (nth, (_, one)) in places.iter().enumerate() {
            assert!(one.x + one.w <= 24 && one.w > 0 && one.h > 0, "{one:?}");
            for (_, other) in &places[..nth] {
                let apart = one.x >= other.x + other.w
                    || other.x >= one.x + one.w
                    || one.y >= other.y + other.h
                    || other.y >= one.y + one.h;
                assert!(apart, "{one:?} lies upon {other:?}");
            }
        }
    }
}

#[test]
fn every_panel_says_what_it_shows_in_which_unit_and_asks_the_chosen_prometheus() {
    for text in all() {
        let dashboard: Dashboard = serde_json::from_str(&text).unwrap();
        let panels: Vec<_> = dashboard.panels.iter().filter_map(drawn).collect();
        assert!(panels.len() > 8);
        for panel in &panels {
            let Seen {
                words,
                sources,
                expressions,
                letters,
            } = panel;
            assert!(words.iter().all(|word| !word.is_empty()), "{words:?}");
            assert!(sources.iter().all(|source| *source == "${datasource}"), "{words:?}");
            assert!(!expressions.is_empty() && expressions.iter().all(|one| !one.is_empty()));
            assert_eq!(letters.len(), expressions.len(), "{words:?}");
        }
        let titles: BTreeSet<_> = panels.iter().map(|panel| panel.words[0]).collect();
        assert_eq!(titles.len(), panels.len(), "two panels have one title");
    }
}

#[test]
fn no_query_asks_for_what_nobody_exposes() {
    let exposed = metrics::exposed();
    for text in all() {
        let dashboard: Dashboard = serde_json::from_str(&text).unwrap();
        for panel in dashboard.panels.iter().filter_map(drawn) {
            for expression in panel.expressions {
                let names = metrics::named_in(expression);
                assert!(!names.is_empty(), "{expression}");
                let unknown: Vec<_> = names.difference(&exposed).collect();
                assert!(unknown.is_empty(), "{expression}: nobody exposes {unknown:?}");
            }
        }
    }
}

#[test]
fn what_a_container_tells_of_itself_suffices_where_it_is_the_source() {
    let own = metrics::of_own_container();
    let dashboard: Dashboard = serde_json::from_str(&of(
        &json!({"monitoring": {"dashboard": {}, "containerMetrics": "Self"}}),
    ))
    .unwrap();
    let expressions = dashboard
        .panels
        .iter()
        .filter_map(drawn)
        .flat_map(|panel| panel.expressions);
    let asked: BTreeSet<_> = expressions
        .flat_map(metrics::named_in)
        .filter(|name| name.starts_with("container_"))
        .collect();
    assert!(asked.len() >= 7, "{asked:?}");
    let unknown: Vec<_> = asked.difference(&own).collect();
    assert!(unknown.is_empty(), "it does not tell {unknown:?}");
}

#[test]
fn the_chart_has_the_dashboard_that_the_program_prints() {
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_webhook-operator"))
        .arg("dashboard")
        .output()
        .unwrap();
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../charts/webhook-operator/dashboards/fleet.json"
    );
    let committed = std::fs::read_to_string(file).unwrap();
    assert!(
        committed == String::from_utf8(printed.stdout).unwrap(),
        "the chart's dashboard is stale: run `make crds`"
    );
}
