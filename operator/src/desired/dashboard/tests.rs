//! How dashboards are put together, and what each panel asks. Whether Grafana and Prometheus take that is judged in
//! `operator/tests/dashboard`, and with real data in `tests/tests/cluster/dashboard.rs`.

#![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

use std::fmt::Write;

use serde_json::json;

use super::frame::Row;
use super::panel::{Judgement, Panel, unit};
use super::*;
use crate::desired::tests::validated;

fn everything() -> Validated {
    validated(json!({
        "verification": {"scheme": "GitHub", "secretRefs": [{"name": "s", "key": "k"}]},
        "delivery": {"http": {"url": "http://target/"}},
        "monitoring": {"dashboard": {}},
    }))
}

/// Each row with its panels: kind, unit, title, and below them the queries.
fn listed(dashboard: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut list = String::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let title = text(&panel["title"]);
        if panel["type"] == "row" {
            writeln!(list, "{title}").unwrap();
            continue;
        }
        // A heat map's own unit is that of its axis.
        let unit = panel.pointer("/options/yAxis/unit");
        let unit = unit.unwrap_or(&panel["fieldConfig"]["defaults"]["unit"]);
        writeln!(list, "  {title}: {} in {}", text(&panel["type"]), text(unit)).unwrap();
        for target in panel["targets"].as_array().unwrap() {
            writeln!(
                list,
                "    {} = {}",
                text(&target["legendFormat"]),
                text(&target["expr"])
            )
            .unwrap();
        }
    }
    list
}

#[test]
fn every_panel_of_an_object_asks_what_it_asked_before() {
    let found = listed(&of(&everything()));
    assert!(
        found == include_str!("panels.txt"),
        "write this into panels.txt if it is meant:\n{found}"
    );
}

#[test]
fn what_an_object_does_not_do_has_no_row() {
    let rows = |spec: Value| {
        let list = listed(&of(&validated(spec)));
        let rows = list.lines().filter(|line| !line.starts_with(' '));
        rows.map(str::to_owned).collect::<Vec<_>>()
    };
    let always = [
        "Are the receivers up?",
        "How much comes in?",
        "What is refused?",
        "How long do senders wait?",
        "How large are they?",
    ];
    assert_eq!(rows(json!({"monitoring": {"containerMetrics": "None"}})), always);
    let with = |more: &[&'static str]| [&always[..], more].concat();
    let verification = json!({"scheme": "GitHub", "secretRefs": [{"name": "s", "key": "k"}]});
    assert_eq!(
        rows(json!({"monitoring": {"containerMetrics": "None"}, "verification": verification})),
        with(&["Who is believed?"])
    );
    assert_eq!(
        rows(json!({"monitoring": {"containerMetrics": "None"}, "delivery": {"http": {"url": "http://target/"}}})),
        with(&["Does the target take them?"])
    );
    for source in ["CAdvisor", "Kubelet", "Self"] {
        assert_eq!(
            rows(json!({"monitoring": {"containerMetrics": source}})),
            with(&["What do they use?", "What does one webhook cost?"])
        );
    }
}

#[test]
fn a_network_is_shown_where_the_source_knows_it() {
    let shows = |source: &str| {
        listed(&of(&validated(json!({"monitoring": {"containerMetrics": source}})))).contains("container_network_")
    };
    assert_eq!(["CAdvisor", "Kubelet", "Self"].map(shows), [true, true, false]);
}

#[test]
fn the_whole_of_a_small_one() {
    let panels = vec![
        Panel::number("Up", unit::COUNT, Judgement::GoodFrom(1.0), "Says it.").asks("sum(up)", "up"),
        Panel::stack("Graph", unit::SHARE, "Shows it.")
            .asks("a", "{{a}}")
            .asks("b", "b"),
        Panel::heat_map("Map", unit::SECONDS, "Shows more.").asks("c", "{{le}}"),
    ];
    let head = Head {
        uid: "u".to_owned(),
        title: "Small".to_owned(),
        description: "A small one.",
    };
    let rows = vec![
        Row {
            title: "First?",
            panels,
        },
        Row {
            title: "Second?",
            panels: vec![],
        },
    ];
    let variables = [
        frame::choice_of_source(),
        frame::choice_of_all("one", "One", "label_values(x)"),
    ];
    let expected: Value = serde_json::from_str(include_str!("small.json")).unwrap();
    let found = frame::dashboard(head, &variables, rows);
    assert_eq!(
        serde_json::to_string_pretty(&found).unwrap(),
        serde_json::to_string_pretty(&expected).unwrap()
    );
}

#[test]
fn it_begins_with_its_object_and_is_found_by_the_same_link_for_ever() {
    let dashboard = of(&everything());
    let (uid, title) = (&dashboard["uid"], &dashboard["title"]);
    assert_eq!(
        (uid, title),
        (&json!("webhooks-8b4ab6cb2f8b41db"), &json!("Webhooks: shop/orders"))
    );
    let chosen = |name: &str| {
        let variables = dashboard["templating"]["list"].as_array().unwrap().iter();
        let mut variables = variables.filter(|variable| variable["name"] == name);
        variables.next().unwrap()["current"]["value"].clone()
    };
    assert_eq!(
        (chosen("namespace"), chosen("service")),
        (json!("shop"), json!("orders"))
    );
    assert_ne!(super::uid("a-b", "c"), super::uid("a", "b-c"));
}

/// Source: the test suite of Landon Curt Noll's `fnv`.
#[test]
fn the_hash_is_fnv_1a() {
    for (text, hash) in [
        ("", 0xcbf2_9ce4_8422_2325),
        ("a", 0xaf63_dc4c_8601_ec8c),
        ("foobar", 0x8594_4171_f739_67e8),
    ] {
        assert_eq!(fnv1a(text.as_bytes()), hash, "{text}");
    }
}
