//! The picture of the page: what each contender takes against the number of objects. Both axes go by powers of ten.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::scale::{Burst, Contender};

/// Pixels of one panel.
const PANEL: (u32, u32) = (420, 320);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Problem = Box<dyn std::error::Error>;

/// One panel: its title, and a burst's value in it.
type Panel = (&'static str, fn(&Burst) -> Option<f64>);

const PANELS: [Panel; 3] = [
    ("milliseconds for each object", |burst| Some(burst.each() * 1000.0)),
    ("processor ms for each object", |burst| {
        Some(burst.cpu_seconds? * 1000.0 / burst.count())
    }),
    ("MB at rest afterwards", |burst| burst.megabytes),
];

/// Draws the panels beside each other.
///
/// # Errors
/// When the file cannot be written.
pub fn draw(file: &Path, bursts: &[Burst]) -> Result<()> {
    let width = PANEL.0 * u32::try_from(PANELS.len())?;
    let root = SVGBackend::new(file, (width, PANEL.1)).into_drawing_area();
    draw_all(&root, bursts).map_err(|error| anyhow!("{} cannot be drawn: {error}", file.display()))
}

fn draw_all(root: &Area<'_>, bursts: &[Burst]) -> Result<(), Problem> {
    root.fill(&WHITE)?;
    for (area, panel) in root.split_evenly((1, PANELS.len())).iter().zip(PANELS) {
        draw_panel(area, panel, bursts)?;
    }
    root.present()?;
    Ok(())
}

fn draw_panel(area: &Area<'_>, (title, value): Panel, bursts: &[Burst]) -> Result<(), Problem> {
    let all: Vec<f64> = bursts.iter().filter_map(value).filter(|value| *value > 0.0).collect();
    let most = all.iter().copied().fold(1.0, f64::max);
    let least = all.iter().copied().fold(most, f64::min);
    let objects = bursts.iter().map(Burst::count).fold(10.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 15))
        .margin(10)
        .x_label_area_size(36)
        .y_label_area_size(48)
        .build_cartesian_2d((8.0..objects * 1.3).log_scale(), (least * 0.6..most * 2.0).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("objects")
        .light_line_style(WHITE)
        .draw()?;
    for (who, color) in [
        (Contender::Floor, RGBColor(130, 140, 150)),
        (Contender::Go, RGBColor(0, 125, 156)),
        (Contender::Ours, RGBColor(183, 65, 14)),
    ] {
        let line = line(bursts, who, value);
        if line.is_empty() {
            continue;
        }
        let style = color.stroke_width(2);
        chart
            .draw_series(LineSeries::new(line.iter().copied(), style))?
            .label(who.name())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 14, y)], style));
        chart.draw_series(line.iter().map(|point| Circle::new(*point, 3, color.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .draw()?;
    Ok(())
}

/// The mean of each size, smallest first.
fn line(bursts: &[Burst], who: Contender, value: fn(&Burst) -> Option<f64>) -> Vec<(f64, f64)> {
    let mut sizes: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for burst in bursts.iter().filter(|burst| burst.contender == who.name()) {
        let found = value(burst).filter(|value| *value > 0.0);
        sizes.entry(burst.objects).or_default().extend(found);
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.iter().map(|_| 1.0).sum::<f64>();
    let points = sizes.into_iter().filter(|(_, values)| !values.is_empty());
    points
        .map(|(objects, values)| (crate::scale::number(objects), mean(&values)))
        .collect()
}
