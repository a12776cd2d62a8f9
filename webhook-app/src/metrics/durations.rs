//! How long requests take, as the original counts it and more finely, recorded once for both. Two histograms of the
//! `prometheus` crate, fed by the system's clock, cost every request twice what all of this module's counting does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use prometheus::core::{Collector, Desc};
use prometheus::proto::{Bucket, Histogram, Metric, MetricFamily, MetricType};

/// The bounds of what is recorded, in nanoseconds: from a request that costs nothing to one that waits for a disk. The
/// original's are among them.
const BOUNDS: [u64; 13] = [
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    50_000_000,
    100_000_000,
    500_000_000,
    1_000_000_000,
];

/// The original's bounds, in nanoseconds.
const ORIGINALS: [u64; 5] = [10_000_000, 50_000_000, 100_000_000, 500_000_000, 1_000_000_000];

/// The two families that requests are timed in.
#[derive(Clone, Debug)]
pub(super) struct Durations {
    cells: Arc<[Cells; 3]>,
    descriptions: [Desc; 2],
}

/// The durations that count for both families, for the original's alone, and for ours alone.
const BOTH: usize = 0;
const WHOLE: usize = 1;
const OWN: usize = 2;

#[derive(Debug, Default)]
struct Cells {
    /// How many were at most as long as each bound and longer than the one before; the last were longer than all.
    counts: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

impl Cells {
    fn record(&self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let place = BOUNDS.iter().position(|bound| nanoseconds <= *bound);
        self.counts[place.unwrap_or(BOUNDS.len())].fetch_add(1, Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Relaxed);
    }
}

impl Durations {
    /// Two empty families: that of whole durations and that of the receiver's own part of them.
    ///
    /// # Errors
    /// When a name is no metric's, which no input can cause.
    pub(super) fn new(whole: (&str, &str), own: (&str, &str)) -> Result<Self, prometheus::Error> {
        let describe = |(name, help): (&str, &str)| {
            Desc::new(
                name.to_owned(),
                help.to_owned(),
                vec![],
                std::collections::HashMap::new(),
            )
        };
        Ok(Self {
            cells: Arc::default(),
            descriptions: [describe(whole)?, describe(own)?],
        })
    }

    /// Records one request; for `not_ours` of its time it was waited for others.
    pub(super) fn record(&self, time: Duration, not_ours: Duration) {
        if not_ours.is_zero() {
            self.cells[BOTH].record(time);
        } else {
            self.cells[WHOLE].record(time);
            self.cells[OWN].record(time.saturating_sub(not_ours));
        }
    }

    fn family(&self, description: &Desc, bounds: &[u64], alone: usize) -> MetricFamily {
        let parts = [&self.cells[BOTH], &self.cells[alone]];
        // Each count is read once, and the whole is their sum: the buckets agree with it whatever is recorded meanwhile.
        let counts: Vec<u64> = (0..=BOUNDS.len())
            .map(|place| parts.iter().map(|cells| cells.counts[place].load(Relaxed)).sum())
            .collect();
        let nanoseconds: u64 = parts.iter().map(|cells| cells.nanoseconds.load(Relaxed)).sum();
        let up_to = |bound: &u64| {
            counts
                .iter()
                .zip(BOUNDS)
                .take_while(|(_, known)| known <= bound)
                .map(|(count, _)| count)
                .sum()
        };
        let buckets = bounds.iter().map(|bound| {
            let mut bucket = Bucket::default();
            bucket.set_upper_bound(Duration::from_nanos(*bound).as_secs_f64());
            bucket.set_cumulative_count(up_to(bound));
            bucket
        });
        let mut histogram = Histogram::default();
        histogram.set_bucket(buckets.collect());
        histogram.set_sample_count(counts.iter().sum());
        histogram.set_sample_sum(Duration::from_nanos(nanoseconds).as_secs_f64());
        let mut metric = Metric::default();
        metric.set_histogram(histogram);
        let mut family = MetricFamily::default();
        family.set_name(description.fq_name.clone());
        family.set_help(description.help.clone());
        family.set_field_type(MetricType::HISTOGRAM);
        family.set_metric(vec![metric]);
        family
    }
}

impl Collector for Durations {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let [whole, own] = &self.descriptions;
        vec![self.family(whole, &ORIGINALS, WHOLE), self.family(own, &BOUNDS, OWN)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same durations in the `prometheus` crate's own histogram.
    fn reference(bounds: &[u64], times: &[Duration]) -> MetricFamily {
        let bounds = bounds
            .iter()
            .map(|bound| Duration::from_nanos(*bound).as_secs_f64())
            .collect();
        let options = prometheus::HistogramOpts::new("a", "b").buckets(bounds);
        let histogram = prometheus::Histogram::with_opts(options).unwrap();
        for time in times {
            histogram.observe(time.as_secs_f64());
        }
        histogram.collect().remove(0)
    }

    fn shape(family: &MetricFamily) -> (Vec<(String, u64)>, u64) {
        let histogram = family.get_metric()[0].get_histogram();
        let buckets = histogram.get_bucket().iter();
        let buckets = buckets.map(|bucket| (bucket.upper_bound().to_string(), bucket.cumulative_count()));
        (buckets.collect(), histogram.get_sample_count())
    }

    #[test]
    fn both_families_are_what_two_histograms_would_be() {
        let durations = Durations::new(("a", "b"), ("c", "d")).unwrap();
        // At each bound, just beside it, and beyond all.
        let times: Vec<_> = BOUNDS
            .iter()
            .flat_map(|bound| [bound - 1, *bound, bound + 1])
            .chain([0, 9_000_000_000])
            .collect();
        let times: Vec<_> = times.into_iter().map(Duration::from_nanos).collect();
        let wait = Duration::from_millis(3);
        for (number, time) in times.iter().enumerate() {
            durations.record(*time, if number % 2 == 0 { Duration::ZERO } else { wait });
        }
        let own = times.iter().enumerate().map(|(number, time)| {
            if number % 2 == 0 {
                *time
            } else {
                time.saturating_sub(wait)
            }
        });
        let own: Vec<_> = own.collect();
        let [found_whole, found_own] = &durations.collect()[..] else {
            panic!("two families")
        };
        assert_eq!(shape(found_whole), shape(&reference(&ORIGINALS, &times)));
        assert_eq!(shape(found_own), shape(&reference(&BOUNDS, &own)));
        let sum = found_own.get_metric()[0].get_histogram().get_sample_sum();
        let expected: Duration = own.iter().sum();
        assert!((sum - expected.as_secs_f64()).abs() < 1e-9, "{sum}");
    }
}
