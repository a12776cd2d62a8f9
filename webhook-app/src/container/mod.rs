//! The CPU, memory and pressure of the container that this process runs in, under the names that cAdvisor has for them:
//! for clusters where no cAdvisor may run. Files are read when somebody asks for the metrics, and at no other time.

#[cfg(test)]
mod contents;
mod families;
mod figures;
mod place;

use std::collections::HashMap;
use std::path::Path;

use families::{FAMILIES, Family, Kind};
use figures::Figures;
use place::Place;
use prometheus::core::{Collector, Desc};
use prometheus::proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};

/// The container of this process. What it cannot be asked for has no series.
#[derive(Debug)]
pub struct Container {
    place: Place,
    /// In the order of [`FAMILIES`].
    descriptions: Vec<Desc>,
}

impl Container {
    /// Finds it by `/proc` and `/sys` below `root`, which is `/` but in tests.
    ///
    /// # Errors
    /// What is missing, where this process cannot see its own cgroup.
    pub fn find(root: &Path) -> Result<Self, String> {
        let describe = |family: &Family| {
            let labels = family.label.iter().map(|(name, _)| (*name).to_owned()).collect();
            Desc::new(family.name.to_owned(), family.help.to_owned(), labels, HashMap::new())
        };
        let descriptions: Result<_, prometheus::Error> = FAMILIES.iter().map(describe).collect();
        Ok(Self {
            place: Place::find(root)?,
            descriptions: descriptions.map_err(|error| error.to_string())?,
        })
    }

    fn figures(&self) -> Figures {
        let read = |file: &str| std::fs::read_to_string(self.place.file(file)?).ok();
        match self.place {
            Place::V1(_) => Figures::of_v1(read),
            Place::V2(_) => Figures::of_v2(read),
        }
    }
}

impl Collector for Container {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let figures = self.figures();
        let known = FAMILIES
            .iter()
            .filter_map(|family| Some((family, figures.get(family.figure)?)));
        known.map(|(family, value)| series(family, value)).collect()
    }
}

/// A family of one series.
fn series(family: &Family, value: f64) -> MetricFamily {
    let mut metric = Metric::default();
    if let Some((name, value)) = family.label {
        let mut label = LabelPair::default();
        label.set_name(name.to_owned());
        label.set_value(value.to_owned());
        metric.set_label(vec![label]);
    }
    let kind = match family.kind {
        Kind::Counter => {
            let mut counter = Counter::default();
            counter.set_value(value);
            metric.set_counter(counter);
            MetricType::COUNTER
        }
        Kind::Gauge => {
            let mut gauge = Gauge::default();
            gauge.set_value(value);
            metric.set_gauge(gauge);
            MetricType::GAUGE
        }
    };
    let mut built = MetricFamily::default();
    built.set_name(family.name.to_owned());
    built.set_help(family.help.to_owned());
    built.set_field_type(kind);
    built.set_metric(vec![metric]);
    built
}

#[cfg(test)]
mod tests;
