//! The families of a container's figures: their names, types and labels are those of `metrics/prometheus.go` in cAdvisor 0.60.6
//! (module `github.com/google/cadvisor/lib`), the words are ours. Knows no value.

/// One figure of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Figure {
    CpuUsage,
    CpuPeriods,
    CpuThrottledPeriods,
    CpuThrottled,
    MemoryUsage,
    MemoryWorkingSet,
    MemoryRss,
    OomEvents,
    CpuQuota,
    CpuPeriod,
    MemoryLimit,
    CpuWaiting,
    CpuStalled,
    MemoryWaiting,
    MemoryStalled,
    IoWaiting,
    IoStalled,
}

/// How a figure moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
}

/// How a figure is exposed.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) figure: Figure,
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) kind: Kind,
    /// Only what cAdvisor itself adds; what tells containers from each other is the target's.
    pub(super) label: Option<(&'static str, &'static str)>,
}

const fn counter(figure: Figure, name: &'static str, help: &'static str) -> Family {
    Family {
        figure,
        name,
        help,
        kind: Kind::Counter,
        label: None,
    }
}

const fn gauge(figure: Figure, name: &'static str, help: &'static str) -> Family {
    Family {
        kind: Kind::Gauge,
        ..counter(figure, name, help)
    }
}

/// All families, in the order of the declaration of their figures.
pub(super) const FAMILIES: [Family; 17] = [
    Family {
        // Of all processors together, as cAdvisor has it where it is not asked for each.
        label: Some(("cpu", "total")),
        ..counter(
            Figure::CpuUsage,
            "container_cpu_usage_seconds_total",
            "CPU time that the receiver's container used",
        )
    },
    counter(
        Figure::CpuPeriods,
        "container_cpu_cfs_periods_total",
        "Periods in which the CPU quota held",
    ),
    counter(
        Figure::CpuThrottledPeriods,
        "container_cpu_cfs_throttled_periods_total",
        "Periods in which the CPU quota ran out",
    ),
    counter(
        Figure::CpuThrottled,
        "container_cpu_cfs_throttled_seconds_total",
        "Time for which the CPU quota kept threads from running",
    ),
    gauge(
        Figure::MemoryUsage,
        "container_memory_usage_bytes",
        "Memory of the receiver's container, cached files included",
    ),
    gauge(
        Figure::MemoryWorkingSet,
        "container_memory_working_set_bytes",
        "Memory in use without cached files that were not touched lately",
    ),
    gauge(
        Figure::MemoryRss,
        "container_memory_rss",
        "Memory in bytes that belongs to no file",
    ),
    counter(
        Figure::OomEvents,
        "container_oom_events_total",
        "Processes that the kernel killed for want of memory",
    ),
    gauge(
        Figure::CpuQuota,
        "container_spec_cpu_quota",
        "CPU time that may be used in one period, in microseconds",
    ),
    gauge(
        Figure::CpuPeriod,
        "container_spec_cpu_period",
        "Length of one period of the CPU quota, in microseconds",
    ),
    gauge(
        Figure::MemoryLimit,
        "container_spec_memory_limit_bytes",
        "Memory that may be used",
    ),
    counter(
        Figure::CpuWaiting,
        "container_pressure_cpu_waiting_seconds_total",
        "Time in which some thread waited for a CPU",
    ),
    counter(
        Figure::CpuStalled,
        "container_pressure_cpu_stalled_seconds_total",
        "Time in which all threads waited for a CPU",
    ),
    counter(
        Figure::MemoryWaiting,
        "container_pressure_memory_waiting_seconds_total",
        "Time in which some thread waited for memory",
    ),
    counter(
        Figure::MemoryStalled,
        "container_pressure_memory_stalled_seconds_total",
        "Time in which all threads waited for memory",
    ),
    counter(
        Figure::IoWaiting,
        "container_pressure_io_waiting_seconds_total",
        "Time in which some thread waited for a disk",
    ),
    counter(
        Figure::IoStalled,
        "container_pressure_io_stalled_seconds_total",
        "Time in which all threads waited for a disk",
    ),
];
