//! What a cgroup's files say, in cAdvisor's terms. Pure: it is given the files' contents, and opens none.
//!
//! As cAdvisor 0.60.6 has it (module `github.com/google/cadvisor/lib`): how memory is computed is `setMemoryStats` in
//! `container/libcontainer/handler.go`; quota, period and limit are `getSpecInternal` in `container/common/helpers.go`. In one thing
//! it differs: where cAdvisor says 0 of what a kernel does not tell or nobody has limited, nothing is said here.

use super::families::{FAMILIES, Figure};

/// Above this a limit of cgroup v1 is none: cAdvisor's `maxMemorySize`.
const MOST_MEMORY: u64 = 1 << 62;

const NANOSECONDS: f64 = 1e9;
const MICROSECONDS: f64 = 1e6;

/// What is known of a container.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Figures([Option<f64>; FAMILIES.len()]);

impl Figures {
    pub(super) fn get(&self, figure: Figure) -> Option<f64> {
        self.0[figure as usize]
    }

    fn set(&mut self, figure: Figure, value: Option<u64>) {
        self.0[figure as usize] = value.map(float);
    }

    fn set_seconds(&mut self, figure: Figure, value: Option<u64>, units_in_a_second: f64) {
        self.0[figure as usize] = value.map(|value| float(value) / units_in_a_second);
    }

    /// By cgroup v1. `read` gives the content of a file, if there is such a file and it can be read.
    pub(super) fn of_v1(read: impl Fn(&str) -> Option<String>) -> Self {
        let mut figures = Self::default();
        let number = |file: &str| number(&read(file)?);
        figures.set_seconds(Figure::CpuUsage, number("cpuacct.usage"), NANOSECONDS);
        // -1 without a quota, which is no number here.
        figures.set_quota(number("cpu.cfs_quota_us"), number("cpu.cfs_period_us"));
        figures.set_throttling(read("cpu.stat").as_deref(), "throttled_time", NANOSECONDS);
        let stat = read("memory.stat").unwrap_or_default();
        figures.set_memory(
            number("memory.usage_in_bytes"),
            // What is below the cgroup counts too.
            (keyed(&stat, "total_rss"), keyed(&stat, "total_inactive_file")),
        );
        let limit = number("memory.limit_in_bytes").filter(|limit| *limit <= MOST_MEMORY);
        figures.set(Figure::MemoryLimit, limit);
        let control = read("memory.oom_control").unwrap_or_default();
        figures.set(Figure::OomEvents, keyed(&control, "oom_kill"));
        figures
    }

    /// By cgroup v2.
    pub(super) fn of_v2(read: impl Fn(&str) -> Option<String>) -> Self {
        let mut figures = Self::default();
        let number = |file: &str| number(&read(file)?);
        let cpu = read("cpu.stat").unwrap_or_default();
        figures.set_seconds(Figure::CpuUsage, keyed(&cpu, "usage_usec"), MICROSECONDS);
        // `max` without a quota or limit, which is no number here.
        let max = read("cpu.max").unwrap_or_default();
        let mut fields = max.split_ascii_whitespace().map(|field| field.parse().ok());
        figures.set_quota(fields.next().flatten(), fields.next().flatten());
        figures.set_throttling(Some(&cpu), "throttled_usec", MICROSECONDS);
        let stat = read("memory.stat").unwrap_or_default();
        figures.set_memory(
            number("memory.current"),
            (keyed(&stat, "anon"), keyed(&stat, "inactive_file")),
        );
        figures.set(Figure::MemoryLimit, number("memory.max"));
        let events = read("memory.events").unwrap_or_default();
        figures.set(Figure::OomEvents, keyed(&events, "oom_kill"));
        for (file, waiting, stalled) in [
            ("cpu.pressure", Figure::CpuWaiting, Figure::CpuStalled),
            ("memory.pressure", Figure::MemoryWaiting, Figure::MemoryStalled),
            ("io.pressure", Figure::IoWaiting, Figure::IoStalled),
        ] {
            let pressure = read(file).unwrap_or_default();
            figures.set_seconds(waiting, total(&pressure, "some"), MICROSECONDS);
            figures.set_seconds(stalled, total(&pressure, "full"), MICROSECONDS);
        }
        figures
    }

    fn set_quota(&mut self, quota: Option<u64>, period: Option<u64>) {
        self.set(Figure::CpuQuota, quota.filter(|quota| *quota > 0));
        self.set(Figure::CpuPeriod, period);
    }

    /// Without a quota nothing is throttled, and the kernel's zeros say nothing.
    fn set_throttling(&mut self, stat: Option<&str>, time: &str, units_in_a_second: f64) {
        let Some(stat) = stat.filter(|_| self.get(Figure::CpuQuota).is_some()) else {
            return;
        };
        self.set(Figure::CpuPeriods, keyed(stat, "nr_periods"));
        self.set(Figure::CpuThrottledPeriods, keyed(stat, "nr_throttled"));
        self.set_seconds(Figure::CpuThrottled, keyed(stat, time), units_in_a_second);
    }

    fn set_memory(&mut self, usage: Option<u64>, (rss, inactive_files): (Option<u64>, Option<u64>)) {
        let working_set = usage.zip(inactive_files);
        self.set(Figure::MemoryUsage, usage);
        self.set(
            Figure::MemoryWorkingSet,
            working_set.map(|(usage, inactive)| usage.saturating_sub(inactive)),
        );
        self.set(Figure::MemoryRss, rss);
    }
}

#[expect(clippy::cast_precision_loss, reason = "samples are floats: cAdvisor's are no finer")]
fn float(value: u64) -> f64 {
    value as f64
}

fn number(content: &str) -> Option<u64> {
    content.trim_ascii().parse().ok()
}

/// The number after `key`, in a file of one key and one number a line.
fn keyed(content: &str, key: &str) -> Option<u64> {
    let values = content.lines().filter_map(|line| line.split_once(' '));
    values.into_iter().find(|(found, _)| *found == key)?.1.parse().ok()
}

/// The microseconds for which `share` of the threads waited, in a pressure file.
fn total(content: &str, share: &str) -> Option<u64> {
    let line = content.lines().find_map(|line| line.strip_prefix(share))?;
    let total = line
        .split_ascii_whitespace()
        .find_map(|field| field.strip_prefix("total="));
    total?.parse().ok()
}
