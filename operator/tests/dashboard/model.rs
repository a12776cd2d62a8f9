//! Grafana's schema of a dashboard, as far as ours use it, closed: a field that it does not have, a word that it does not know and a required
//! field that is missing are errors. Written after the kind `dashboard` and the options of the panels as Grafana publishes them:
//! `github.com/grafana/grafana-foundation-sdk/go` 0.0.22, `dashboard`, `prometheus`, `stat`, `timeseries`, `heatmap` and `common`.

#![allow(dead_code, reason = "what nobody reads is there to be refused when it is wrong")]

use serde::Deserialize;
use serde_json::Value;

/// Declares closed objects of the schema, whose fields are named as there, and lists of words. What is not an `Option` is required.
macro_rules! schema {
    () => {};
    (object $name:ident $(<$of:ident>)? { $($field:ident: $type:ty),* $(,)? } $($rest:tt)*) => {
        #[derive(Deserialize, Debug)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub(crate) struct $name $(<$of>)? { $(pub(crate) $field: $type),* }
        schema! { $($rest)* }
    };
    (words $name:ident { $($word:ident = $text:literal),* $(,)? } $($rest:tt)*) => {
        #[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name { $(#[serde(rename = $text)] $word),* }
        schema! { $($rest)* }
    };
}

schema! {
    object Dashboard {
        uid: String, title: String, description: String, tags: Vec<String>, schema_version: u16, editable: bool, graph_tooltip: u8,
        timezone: String, time: Time, refresh: String, annotations: List<Value>, links: Vec<Value>, templating: List<Variable>,
        panels: Vec<Panel>,
    }
    object Time { from: String, to: String }
    object Variable {
        name: String, label: String, r#type: VariableType, query: Value, definition: Option<String>, datasource: Option<Source>,
        refresh: u8, hide: u8, sort: Option<u8>, multi: Option<bool>, include_all: Option<bool>, all_value: Option<String>,
        regex: Option<String>, options: Option<Vec<Choice>>, current: Option<Choice>,
    }
    words VariableType { Query = "query", Datasource = "datasource" }
    object Choice { selected: bool, text: String, value: String }
    object Source { r#type: String, uid: String }
    object GridPos { x: u32, y: u32, w: u32, h: u32 }
    object Row { id: u32, title: String, collapsed: bool, panels: Vec<Value>, grid_pos: GridPos }
    object Drawn<O> { id: u32, title: String, description: String, datasource: Source, grid_pos: GridPos, field_config: FieldConfig, options: O, targets: Vec<Target> }
    object Target { ref_id: String, datasource: Source, editor_mode: EditorMode, expr: String, legend_format: String, format: Format, range: bool, instant: bool }
    words EditorMode { Code = "code", Builder = "builder" }
    words Format { TimeSeries = "time_series", Table = "table", Heatmap = "heatmap" }
    object FieldConfig { defaults: Field, overrides: Vec<Value> }
    object Field { unit: String, min: Option<f64>, color: Option<Color>, thresholds: Option<Thresholds>, custom: Option<Lines> }
    object Color { mode: ColorMode }
    words ColorMode { Thresholds = "thresholds", Classic = "palette-classic", Fixed = "fixed" }
    object Thresholds { mode: ThresholdsMode, steps: Vec<Step> }
    words ThresholdsMode { Absolute = "absolute", Percentage = "percentage" }
    object Step { color: String, value: Option<f64> }
    object Lines { line_width: f64, fill_opacity: f64, show_points: Visibility, stacking: Option<Stacking> }
    words Visibility { Auto = "auto", Never = "never", Always = "always" }
    object Stacking { mode: StackingMode, group: String }
    words StackingMode { None = "none", Normal = "normal", Percent = "percent" }
    object Stat {
        graph_mode: GraphMode, color_mode: StatColor, justify_mode: Justify, text_mode: TextMode, orientation: Orientation,
        wide_layout: bool, show_percent_change: bool, percent_change_color_mode: PercentColor, reduce_options: Reduce,
    }
    words GraphMode { None = "none", Line = "line", Area = "area" }
    words StatColor { Value = "value", Background = "background", Solid = "background_solid", None = "none" }
    words Justify { Auto = "auto", Center = "center" }
    words TextMode { Auto = "auto", Value = "value", Both = "value_and_name", Name = "name", None = "none" }
    words Orientation { Auto = "auto", Vertical = "vertical", Horizontal = "horizontal" }
    words PercentColor { Standard = "standard", Inverted = "inverted", SameAsValue = "same_as_value" }
    object Reduce { calcs: Vec<String>, fields: String, values: bool }
    object TimeSeries { legend: Legends, tooltip: Tooltip }
    object Legends { display_mode: LegendMode, placement: Placement, show_legend: bool, calcs: Vec<String> }
    words LegendMode { List = "list", Table = "table", Hidden = "hidden" }
    words Placement { Bottom = "bottom", Right = "right" }
    object Tooltip { mode: TooltipMode, sort: Sort }
    words TooltipMode { Single = "single", Multi = "multi", None = "none" }
    words Sort { Ascending = "asc", Descending = "desc", None = "none" }
    object HeatMap {
        calculate: bool, cell_gap: u8, show_value: Visibility, rows_frame: Rows, filter_values: Least, color: Colors, y_axis: HeatAxis,
        legend: Shown, exemplars: Exemplars, tooltip: HeatTooltip,
    }
    object Rows { layout: Layout }
    words Layout { Le = "le", Ge = "ge", Unknown = "unknown", Auto = "auto" }
    object Least { le: f32 }
    object Colors { mode: HeatMode, scheme: String, fill: String, scale: Scale, exponent: f32, steps: u64, reverse: bool }
    words HeatMode { Opacity = "opacity", Scheme = "scheme" }
    words Scale { Linear = "linear", Exponential = "exponential" }
    object HeatAxis { axis_placement: AxisPlacement, unit: String, reverse: bool }
    words AxisPlacement { Auto = "auto", Left = "left", Right = "right", Hidden = "hidden" }
    object Shown { show: bool }
    object Exemplars { color: String }
    object HeatTooltip { mode: TooltipMode, y_histogram: bool, show_color_scale: bool }
}

/// What holds a list and nothing else.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct List<T> {
    pub(crate) list: Vec<T>,
}

/// A panel, whose options are those of its type.
#[derive(Deserialize, Debug)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Panel {
    Row(Row),
    Stat(Drawn<Stat>),
    TimeSeries(Drawn<TimeSeries>),
    HeatMap(Drawn<HeatMap>),
}
