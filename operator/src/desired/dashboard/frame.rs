//! What every dashboard of ours is made of: panels that say what they show, in rows, laid out from left to right. Knows no metric.
//!
//! Source of each field: the kind `dashboard` that Grafana publishes, as `github.com/grafana/grafana-foundation-sdk/go` 0.0.22 has it.

use serde_json::{Value, json};

use super::panel::Panel;

/// Grafana's grid is so wide.
const WIDTH: u32 = 24;

/// The version of the schema that is written; a newer Grafana brings it up to date when it reads it. Grafana 11 has it.
const SCHEMA: u32 = 39;

/// Panels that answer one question, under its heading.
pub(super) struct Row {
    pub(super) title: &'static str,
    pub(super) panels: Vec<Panel>,
}

/// What tells one dashboard from another.
pub(super) struct Head {
    /// By which links find it, at most 40 characters.
    pub(super) uid: String,
    pub(super) title: String,
    pub(super) description: &'static str,
}

/// A whole dashboard.
pub(super) fn dashboard(head: Head, variables: &[Value], rows: Vec<Row>) -> Value {
    let Head {
        uid,
        title,
        description,
    } = head;
    json!({
        "uid": uid,
        "title": title,
        "description": description,
        "tags": ["webhook-operator"],
        "schemaVersion": SCHEMA,
        "editable": true,
        "graphTooltip": 1,
        "timezone": "browser",
        "time": {"from": "now-1h", "to": "now"},
        "refresh": "30s",
        "annotations": {"list": []},
        "links": [],
        "templating": {"list": variables},
        "panels": laid_out(rows),
    })
}

/// Every panel with its number and its place.
fn laid_out(rows: Vec<Row>) -> Vec<Value> {
    let mut all = Vec::new();
    let mut y = 0;
    for row in rows {
        let id = all.len() + 1;
        all.push(json!({
            "type": "row", "id": id, "title": row.title, "collapsed": false, "panels": [],
            "gridPos": {"x": 0, "y": y, "w": WIDTH, "h": 1},
        }));
        y += 1;
        let (mut x, mut tallest) = (0, 0);
        for panel in row.panels {
            let (width, height) = panel.size();
            if x + width > WIDTH {
                (x, y, tallest) = (0, y + tallest, 0);
            }
            let id = all.len() + 1;
            all.push(panel.at(id, &json!({"x": x, "y": y, "w": width, "h": height})));
            x += width;
            tallest = tallest.max(height);
        }
        y += tallest;
    }
    all
}

/// The Prometheus that every query asks: Grafana's default one, or what the reader chooses.
pub(super) fn data_source() -> Value {
    json!({"type": "prometheus", "uid": "${datasource}"})
}

/// The variable behind [`data_source`].
pub(super) fn choice_of_source() -> Value {
    json!({"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "refresh": 1, "hide": 0})
}

/// A variable whose values Prometheus knows. It begins with `current`, whether or not that has series yet.
pub(super) fn choice(name: &str, label: &str, values: &str, current: &str) -> Value {
    json!({
        "name": name, "label": label, "type": "query", "datasource": data_source(),
        "query": {"query": values, "refId": name}, "definition": values,
        // 2: asked again with each other range of time.
        "refresh": 2, "sort": 1, "hide": 0, "multi": false, "includeAll": false, "regex": "", "options": [],
        "current": {"selected": true, "text": current, "value": current},
    })
}

/// The same, of which all are chosen at first.
pub(super) fn choice_of_all(name: &str, label: &str, values: &str) -> Value {
    let mut choice = choice(name, label, values, "$__all");
    choice["includeAll"] = json!(true);
    choice["allValue"] = json!(".*");
    choice["current"]["text"] = json!("All");
    choice
}
