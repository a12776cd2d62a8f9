//! The real program in whatever cgroup this test runs in: it says what the files of that cgroup say, read by this test in its own way.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "wire/program.rs"]
mod program;
mod wire;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use program::Program;
use wire::{eventually, get, series};

/// A series, its file, how its line begins and what stands before its number, and how many of the file's units are one of its own.
type Row = (&'static str, &'static str, &'static str, &'static str, f64);

const COUNTERS_OF_V1: [Row; 2] = [
    (
        "container_cpu_usage_seconds_total{cpu=\"total\"}",
        "cpuacct.usage",
        "",
        "",
        1e9,
    ),
    (
        "container_oom_events_total",
        "memory.oom_control",
        "oom_kill ",
        " ",
        1.0,
    ),
];
const GAUGES_OF_V1: [Row; 5] = [
    ("container_memory_usage_bytes", "memory.usage_in_bytes", "", "", 1.0),
    ("container_memory_rss", "memory.stat", "total_rss ", " ", 1.0),
    (
        "container_spec_memory_limit_bytes",
        "memory.limit_in_bytes",
        "",
        "",
        1.0,
    ),
    ("container_spec_cpu_quota", "cpu.cfs_quota_us", "", "", 1.0),
    ("container_spec_cpu_period", "cpu.cfs_period_us", "", "", 1.0),
];
const COUNTERS_OF_V2: [Row; 5] = [
    (
        "container_cpu_usage_seconds_total{cpu=\"total\"}",
        "cpu.stat",
        "usage_usec",
        " ",
        1e6,
    ),
    ("container_oom_events_total", "memory.events", "oom_kill ", " ", 1.0),
    (
        "container_pressure_cpu_waiting_seconds_total",
        "cpu.pressure",
        "some",
        "total=",
        1e6,
    ),
    (
        "container_pressure_memory_stalled_seconds_total",
        "memory.pressure",
        "full",
        "total=",
        1e6,
    ),
    (
        "container_pressure_io_waiting_seconds_total",
        "io.pressure",
        "some",
        "total=",
        1e6,
    ),
];
const GAUGES_OF_V2: [Row; 4] = [
    ("container_memory_usage_bytes", "memory.current", "", "", 1.0),
    ("container_memory_rss", "memory.stat", "anon ", " ", 1.0),
    ("container_spec_memory_limit_bytes", "memory.max", "", "", 1.0),
    ("container_spec_cpu_period", "cpu.max", "", " ", 1.0),
];

/// How far a gauge may be off: what the machine does between two looks.
const TOLERANCE: f64 = 0.1;

/// The directory of a controller, or with no name the one of version 2, by the paths that are usual.
fn directory(controller: &str) -> Option<PathBuf> {
    let memberships = std::fs::read_to_string("/proc/self/cgroup").unwrap();
    let path = memberships.lines().find_map(|line| {
        let (controllers, path) = line.split_once(':')?.1.split_once(":/")?;
        controllers.split(',').any(|one| one == controller).then_some(path)
    })?;
    let mount = Path::new("/sys/fs/cgroup").join(controller);
    [mount.join(path), mount].into_iter().find(|one| one.is_dir())
}

fn is_v1() -> bool {
    directory("memory").is_some()
}

fn in_file(&(_, file, line, before, unit): &Row) -> Option<f64> {
    let controller = if is_v1() { file.split('.').next().unwrap() } else { "" };
    let text = std::fs::read_to_string(directory(controller)?.join(file)).ok()?;
    let line = text.lines().find(|one| one.starts_with(line))?;
    let number = if before.is_empty() {
        line
    } else {
        line.rsplit(before).next()?
    };
    let number: f64 = number.parse().ok()?;
    // -1, and in version 1 the largest number, are no limit.
    (0.0..1e18).contains(&number).then_some(number / unit)
}

fn asked(program: &Program) -> BTreeMap<String, f64> {
    asked_at(program.address)
}

fn asked_at(address: SocketAddr) -> BTreeMap<String, f64> {
    let page = get(address, "/metrics");
    assert_eq!(page.status, 200);
    series(&page.body)
}

#[test]
fn it_says_what_the_files_of_its_cgroup_say() {
    let program = Program::start(&["--container-metrics"]);
    let (counters, gauges) = if is_v1() {
        (&COUNTERS_OF_V1[..], &GAUGES_OF_V1[..])
    } else {
        (&COUNTERS_OF_V2[..], &GAUGES_OF_V2[..])
    };
    for row in counters {
        // What only grows is between two looks at it.
        let (before, said, after) = (in_file(row), asked(&program).get(row.0).copied(), in_file(row));
        assert!(
            before <= said && said <= after,
            "{}: {before:?} {said:?} {after:?}",
            row.0
        );
    }
    for row in gauges {
        eventually(row.0, || match (in_file(row), asked(&program).get(row.0).copied()) {
            (Some(file), Some(said)) => (said - file).abs() <= file * TOLERANCE,
            (file, said) => file == said,
        });
    }
    let said = asked(&program);
    assert!(
        said.contains_key("container_cpu_usage_seconds_total{cpu=\"total\"}"),
        "{said:?}"
    );
    assert!(said["container_memory_working_set_bytes"] <= said["container_memory_usage_bytes"]);
    let has_quota = said.contains_key("container_spec_cpu_quota");
    assert_eq!(
        said.contains_key("container_cpu_cfs_throttled_seconds_total"),
        has_quota
    );
}

#[test]
fn nothing_of_it_is_said_unasked() {
    let said = asked(&Program::start(&[]));
    assert!(!said.keys().any(|name| name.starts_with("container_")), "{said:?}");
}

#[test]
fn many_who_ask_at_once_are_all_answered_and_take_few_threads() {
    let program = Program::start(&["--container-metrics"]);
    asked(&program);
    let (address, threads) = (program.address, program.threads());
    std::thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(move || (0..8).for_each(|_| assert!(asked_at(address).len() > 10)));
        }
    });
    // A thread that has just given its turn away is not free for the next one yet: now and then that takes one more.
    let now = program.threads();
    assert!(now <= threads + 4, "{threads} before, {now} now");
}

#[test]
fn the_variable_is_true_or_false() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_webhook-app"));
    let output = command.env("WEBHOOK_CONTAINER_METRICS", "yes").output().unwrap();
    let line = "error: WEBHOOK_CONTAINER_METRICS: \"yes\" cannot be used: write one of true, false\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), line);
    let mut command = Command::new(env!("CARGO_BIN_EXE_webhook-app"));
    command.env("WEBHOOK_CONTAINER_METRICS", "true");
    assert!(asked(&Program::run(command)).contains_key("container_memory_usage_bytes"));
}
