//! One panel: how a number, a graph and a heat map are drawn. Knows no metric, and not where the panel stands.

use serde_json::{Value, json};

use super::frame::data_source;
use super::query::quantile;

/// Units, by Grafana's own names for them. Source: `packages/grafana-data/src/valueFormats/categories.ts`.
pub(super) mod unit {
    pub(in super::super) const COUNT: &str = "short";
    pub(in super::super) const SHARE: &str = "percentunit";
    pub(in super::super) const SECONDS: &str = "s";
    pub(in super::super) const BYTES: &str = "bytes";
    pub(in super::super) const BYTES_PER_SECOND: &str = "binBps";
    pub(in super::super) const REQUESTS_PER_SECOND: &str = "reqps";
    pub(in super::super) const OPERATIONS_PER_SECOND: &str = "ops";
}

/// How it is drawn.
#[derive(Clone, Copy)]
enum Shape {
    /// The present value; with this one or more it is no good, or only then.
    Number(Judgement),
    /// Lines over time.
    Graph,
    /// Areas over time, one upon the other.
    Stack,
    /// How many there are of each bucket over time.
    HeatMap,
}

/// When a number is in order.
#[derive(Clone, Copy)]
pub(super) enum Judgement {
    /// It is never wrong.
    Plain,
    /// From this on.
    GoodFrom(f64),
    /// Below this.
    BadFrom(f64),
}

/// What is asked, and what a series of the answer is called.
struct Query {
    expression: String,
    legend: &'static str,
}

/// One panel.
pub(super) struct Panel {
    shape: Shape,
    title: &'static str,
    description: &'static str,
    unit: &'static str,
    queries: Vec<Query>,
}

impl Panel {
    fn new(shape: Shape, title: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self {
            shape,
            title,
            description,
            unit,
            queries: vec![],
        }
    }

    pub(super) fn number(
        title: &'static str,
        unit: &'static str,
        judgement: Judgement,
        description: &'static str,
    ) -> Self {
        Self::new(Shape::Number(judgement), title, unit, description)
    }

    pub(super) fn graph(title: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self::new(Shape::Graph, title, unit, description)
    }

    pub(super) fn stack(title: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self::new(Shape::Stack, title, unit, description)
    }

    pub(super) fn heat_map(title: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self::new(Shape::HeatMap, title, unit, description)
    }

    /// Asks this too.
    pub(super) fn asks(mut self, expression: impl Into<String>, legend: &'static str) -> Self {
        self.queries.push(Query {
            expression: expression.into(),
            legend,
        });
        self
    }

    /// Asks how long half of a histogram's requests took, and 99 of 100.
    pub(super) fn asks_percentiles(self, histogram: &str, chosen: &str) -> Self {
        self.asks(quantile("0.5", "", histogram, chosen), "p50")
            .asks(quantile("0.99", "", histogram, chosen), "p99")
    }

    /// Width and height, in the grid's units.
    pub(super) fn size(&self) -> (u32, u32) {
        match self.shape {
            Shape::Number(_) => (6, 4),
            Shape::Graph | Shape::Stack | Shape::HeatMap => (12, 8),
        }
    }

    /// As Grafana has it, under this number in this place.
    pub(super) fn at(&self, id: usize, place: &Value) -> Value {
        json!({
            "id": id,
            "type": self.type_(),
            "title": self.title,
            "description": self.description,
            "datasource": data_source(),
            "gridPos": place,
            "fieldConfig": {"defaults": self.field(), "overrides": []},
            "options": self.options(),
            "targets": ('A'..).zip(&self.queries).map(|(letter, query)| self.target(letter, query)).collect::<Vec<_>>(),
        })
    }

    fn type_(&self) -> &'static str {
        match self.shape {
            Shape::Number(_) => "stat",
            Shape::Graph | Shape::Stack => "timeseries",
            Shape::HeatMap => "heatmap",
        }
    }

    fn target(&self, letter: char, query: &Query) -> Value {
        let (is_number, is_heat) = (
            matches!(self.shape, Shape::Number(_)),
            matches!(self.shape, Shape::HeatMap),
        );
        json!({
            "refId": letter.to_string(),
            "datasource": data_source(),
            "editorMode": "code",
            "expr": query.expression,
            "legendFormat": query.legend,
            "format": if is_heat { "heatmap" } else { "time_series" },
            "range": !is_number,
            "instant": is_number,
        })
    }

    fn field(&self) -> Value {
        match self.shape {
            Shape::Number(judgement) => {
                json!({"unit": self.unit, "color": {"mode": "thresholds"}, "thresholds": judgement.thresholds()})
            }
            Shape::Graph => {
                json!({"unit": self.unit, "min": 0, "custom": {"lineWidth": 1, "fillOpacity": 0, "showPoints": "auto"}})
            }
            Shape::Stack => json!({
                "unit": self.unit, "min": 0,
                "custom": {"lineWidth": 1, "fillOpacity": 30, "showPoints": "auto", "stacking": {"mode": "normal", "group": "A"}},
            }),
            Shape::HeatMap => json!({"unit": "short"}),
        }
    }

    fn options(&self) -> Value {
        match self.shape {
            Shape::Number(_) => json!({
                "graphMode": "none", "colorMode": "value", "justifyMode": "auto", "textMode": "auto", "orientation": "auto",
                "wideLayout": true, "showPercentChange": false, "percentChangeColorMode": "standard",
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": false},
            }),
            Shape::Graph | Shape::Stack => json!({
                "legend": {"displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": []},
                "tooltip": {"mode": "multi", "sort": "desc"},
            }),
            Shape::HeatMap => json!({
                "calculate": false, "cellGap": 1, "showValue": "never", "rowsFrame": {"layout": "auto"},
                "filterValues": {"le": 1e-9},
                "color": {"mode": "scheme", "scheme": "Oranges", "fill": "dark-orange", "scale": "exponential", "exponent": 0.5, "steps": 64, "reverse": false},
                "yAxis": {"axisPlacement": "left", "unit": self.unit, "reverse": false},
                "legend": {"show": true}, "exemplars": {"color": "rgba(255,0,255,0.7)"},
                "tooltip": {"mode": "single", "yHistogram": false, "showColorScale": false},
            }),
        }
    }
}

impl Judgement {
    fn thresholds(self) -> Value {
        // The first step is what lies below all others, and has no value.
        let step = |color: &str, value: Option<f64>| json!({"color": color, "value": value});
        let steps = match self {
            Self::Plain => vec![step("text", None)],
            Self::GoodFrom(least) => vec![step("red", None), step("green", Some(least))],
            Self::BadFrom(least) => vec![step("green", None), step("red", Some(least))],
        };
        json!({"mode": "absolute", "steps": steps})
    }
}
