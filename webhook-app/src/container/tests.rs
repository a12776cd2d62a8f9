//! What is said of the files of both versions, from the whole way down to nothing at all.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use super::contents::{V1, V2};
use super::families::Figure;
use super::*;

/// What both say.
const COMMON: [(Figure, f64); 10] = [
    (Figure::CpuPeriods, 1834.0),
    (Figure::CpuThrottledPeriods, 211.0),
    (Figure::MemoryUsage, 67_956_736.0),
    (Figure::MemoryWorkingSet, 14_409_728.0),
    (Figure::MemoryRss, 1_826_817.0),
    (Figure::OomEvents, 3.0),
    (Figure::CpuQuota, 50_000.0),
    (Figure::CpuPeriod, 100_000.0),
    (Figure::MemoryLimit, 67_108_864.0),
    (Figure::CpuUsage, 0.0),
];

type Files<'f> = HashMap<&'f str, &'f str>;

fn of_v1(files: &Files<'_>) -> Figures {
    Figures::of_v1(|file| files.get(file).map(|content| (*content).to_owned()))
}

fn of_v2(files: &Files<'_>) -> Figures {
    Figures::of_v2(|file| files.get(file).map(|content| (*content).to_owned()))
}

/// All that is said, by name.
fn said(figures: &Figures) -> Vec<(&'static str, f64)> {
    let families = FAMILIES.iter();
    families
        .filter_map(|family| Some((family.name, figures.get(family.figure)?)))
        .collect()
}

fn expected(own: &[(Figure, f64)]) -> Vec<(&'static str, f64)> {
    let value = |figure: Figure| {
        let known = own.iter().chain(&COMMON).find(|(known, _)| *known == figure);
        known.map(|(_, value)| *value)
    };
    let families = FAMILIES.iter();
    families
        .filter_map(|family| Some((family.name, value(family.figure)?)))
        .collect()
}

#[test]
fn every_file_of_version_1() {
    let own = [
        (Figure::CpuUsage, 86.415_775_778),
        (Figure::CpuThrottled, 9.541_233_012),
    ];
    assert_eq!(said(&of_v1(&HashMap::from(V1))), expected(&own));
}

#[test]
fn every_file_of_version_2() {
    let own = [
        (Figure::CpuUsage, 86.415_775),
        (Figure::CpuThrottled, 9.541_233),
        (Figure::CpuWaiting, 232.526_485),
        (Figure::CpuStalled, 204.587_5),
        (Figure::MemoryWaiting, 0.0),
        (Figure::MemoryStalled, 0.0),
        (Figure::IoWaiting, 21.382_214),
        (Figure::IoStalled, 15.427_022),
    ];
    assert_eq!(said(&of_v2(&HashMap::from(V2))), expected(&own));
}

/// What is no longer said once a file has this content, or (`None`) is not there.
#[test]
fn what_is_not_known_is_not_said() {
    use Figure::{
        CpuPeriod, CpuPeriods, CpuQuota, CpuStalled, CpuThrottled, CpuThrottledPeriods, CpuUsage, CpuWaiting,
        MemoryLimit, MemoryRss, MemoryUsage, MemoryWorkingSet, OomEvents,
    };
    let throttling = [CpuPeriods, CpuThrottledPeriods, CpuThrottled];
    let unlimited = [&throttling[..], &[CpuQuota]].concat();
    let no_quota_file = [&unlimited[..], &[CpuPeriod]].concat();
    let no_cpu_file = [&throttling[..], &[CpuUsage]].concat();
    for (file, content, unsaid) in [
        ("cpu.cfs_quota_us", Some("-1\n"), &unlimited[..]),
        ("cpu.cfs_quota_us", None, &unlimited),
        ("cpu.cfs_period_us", None, &[CpuPeriod]),
        ("cpu.stat", None, &throttling),
        ("cpuacct.usage", Some(""), &[CpuUsage]),
        ("memory.limit_in_bytes", Some("9223372036854771712\n"), &[MemoryLimit]),
        ("memory.stat", None, &[MemoryRss, MemoryWorkingSet]),
        ("memory.usage_in_bytes", None, &[MemoryUsage, MemoryWorkingSet]),
        // Before Linux 4.13.
        (
            "memory.oom_control",
            Some("oom_kill_disable 0\nunder_oom 0\n"),
            &[OomEvents],
        ),
    ] {
        assert_unsaid(&V1, of_v1, file, content, unsaid);
    }
    for (file, content, unsaid) in [
        ("cpu.max", Some("max 100000\n"), &unlimited[..]),
        ("cpu.max", None, &no_quota_file),
        ("cpu.stat", None, &no_cpu_file),
        // The controller is not on: the kernel counts time all the same.
        ("cpu.stat", Some("usage_usec 86415775\nuser_usec 1\n"), &throttling),
        ("memory.max", Some("max\n"), &[MemoryLimit]),
        ("memory.current", None, &[MemoryUsage, MemoryWorkingSet]),
        (
            "memory.stat",
            Some("nonsense\n\nanon x\n"),
            &[MemoryRss, MemoryWorkingSet],
        ),
        ("memory.events", Some("low 0\noom 1\n"), &[OomEvents]),
        ("cpu.pressure", None, &[CpuWaiting, CpuStalled]),
        // Before Linux 5.13.
        (
            "cpu.pressure",
            Some("some avg10=63.31 avg60=50.29 avg300=24.04 total=232526485\n"),
            &[CpuStalled],
        ),
        ("cpu.pressure", Some("some\nfull total=\n"), &[CpuWaiting, CpuStalled]),
    ] {
        assert_unsaid(&V2, of_v2, file, content, unsaid);
    }
    assert_eq!(said(&of_v1(&HashMap::new())), []);
    assert_eq!(said(&of_v2(&HashMap::new())), []);
}

fn assert_unsaid<const N: usize>(
    whole: &'static [(&'static str, &'static str); N],
    read: fn(&Files<'_>) -> Figures,
    file: &'static str,
    content: Option<&'static str>,
    unsaid: &[Figure],
) {
    let mut files = HashMap::from(*whole);
    let before = read(&files);
    match content {
        Some(content) => files.insert(file, content),
        None => files.remove(file),
    };
    let after = read(&files);
    for family in &FAMILIES {
        let value = before.get(family.figure).filter(|_| !unsaid.contains(&family.figure));
        assert_eq!(
            after.get(family.figure),
            value,
            "{} with {file} {content:?}",
            family.name
        );
    }
}

#[test]
fn more_inactive_files_than_usage_leave_nothing() {
    let mut files = HashMap::from(V2);
    files.insert("memory.current", "1000\n");
    assert_eq!(of_v2(&files).get(Figure::MemoryWorkingSet), Some(0.0));
}

#[test]
fn families_are_listed_in_the_order_of_their_declaration() {
    for (place, family) in FAMILIES.iter().enumerate() {
        assert_eq!(family.figure as usize, place, "{}", family.name);
    }
}

/// A machine of files: `/proc/self` and the cgroup's own.
fn machine(name: &str, memberships: &str, mounts: &str, directory: &str, files: &[(&str, &str)]) -> PathBuf {
    let root = std::env::temp_dir().join(format!("webhook-app-container-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join("proc/self")).unwrap();
    fs::write(root.join("proc/self/cgroup"), memberships).unwrap();
    fs::write(root.join("proc/self/mountinfo"), mounts).unwrap();
    for (file, content) in files {
        let controller = if directory.is_empty() {
            file.split('.').next().unwrap()
        } else {
            directory
        };
        let directory = root.join("sys/fs/cgroup").join(controller);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join(file), content).unwrap();
    }
    root
}

fn mounts_of_v1(shown: &str) -> String {
    let lines = ["cpu", "cpuacct", "memory"].map(|controller| {
        format!("40 31 0:30 {shown} /sys/fs/cgroup/{controller} ro,nosuid - cgroup cgroup rw,{controller}\n")
    });
    lines.concat()
}

const MOUNT_OF_V2: &str = "40 31 0:27 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate\n";

#[test]
fn a_container_of_either_version_is_found_and_read_as_it_changes() {
    let v1 = machine(
        "v1",
        "2:cpuacct:/a/b\n3:memory:/a/b\n1:cpu:/a/b\n0::/a/b\n",
        &mounts_of_v1("/a/b"),
        "",
        &V1,
    );
    let container = Container::find(&v1).unwrap();
    assert_eq!(container.figures(), of_v1(&HashMap::from(V1)));
    let v2 = machine("v2", "0::/a\n", MOUNT_OF_V2, "a", &V2);
    let container = Container::find(&v2).unwrap();
    assert_eq!(container.figures(), of_v2(&HashMap::from(V2)));
    let directory = v2.join("sys/fs/cgroup/a");
    fs::write(directory.join("memory.events"), "oom_kill 4\n").unwrap();
    assert_eq!(container.figures().get(Figure::OomEvents), Some(4.0));
    fs::remove_dir_all(&v2).unwrap();
    assert_eq!(said(&container.figures()), []);
    fs::remove_dir_all(&v1).unwrap();
}

#[test]
fn one_controller_that_is_not_mounted_costs_its_own_series_alone() {
    let mounts = mounts_of_v1("/").replace("cgroup/memory", "cgroup/gone");
    let root = machine("part", "1:cpu,cpuacct:/\n3:memory:/\n", &mounts, "", &V1);
    let figures = Container::find(&root).unwrap().figures();
    assert_eq!(figures.get(Figure::MemoryUsage), None);
    assert!(figures.get(Figure::CpuUsage).is_some());
    fs::remove_dir_all(&root).unwrap();
}

#[test]
fn a_cgroup_that_no_mount_shows_is_told_and_not_another_ones() {
    let mount_of_another = MOUNT_OF_V2.replace("0:27 /", "0:27 /other");
    for (name, memberships, mounts) in [
        ("nowhere", "0::/a\n", ""),
        ("another", "0::/a\n", mount_of_another.as_str()),
        ("above", "0::/..\n", MOUNT_OF_V2),
        ("nothing", "", MOUNT_OF_V2),
        ("none of v1", "1:cpu:/a\n0::/\n", MOUNT_OF_V2),
    ] {
        let root = machine(name, memberships, mounts, "a", &V2);
        let error = Container::find(&root).unwrap_err();
        assert!(error.contains("/proc/self/cgroup"), "{name}: {error}");
        fs::remove_dir_all(&root).unwrap();
    }
    let error = Container::find(Path::new("/nowhere")).unwrap_err();
    assert!(error.starts_with("/nowhere/proc/self/cgroup: "), "{error}");
}

#[test]
fn the_text_has_cadvisors_names_types_and_no_label_but_its_own() {
    let root = machine("text", "0::/a\n", MOUNT_OF_V2, "a", &V2);
    let mut metrics = crate::metrics::Metrics::new().unwrap();
    let without = metrics.text().unwrap();
    metrics.tell_of(Container::find(&root).unwrap()).unwrap();
    let with = metrics.text().unwrap();
    let (ours, rest): (Vec<_>, Vec<_>) = with.lines().partition(|line| line.contains("container_"));
    assert_eq!(rest, without.lines().collect::<Vec<_>>());
    let ours: Vec<_> = ours.into_iter().filter(|line| !line.starts_with("# HELP")).collect();
    assert_eq!(ours.len(), 2 * FAMILIES.len());
    for line in [
        "# TYPE container_cpu_usage_seconds_total counter",
        "container_cpu_usage_seconds_total{cpu=\"total\"} 86.415775",
        "# TYPE container_memory_working_set_bytes gauge",
        "container_memory_working_set_bytes 14409728",
        "container_spec_memory_limit_bytes 67108864",
        "container_pressure_cpu_stalled_seconds_total 204.5875",
        "container_pressure_memory_waiting_seconds_total 0",
    ] {
        assert!(ours.contains(&line), "{line} in {with}");
    }
    fs::remove_dir_all(&root).unwrap();
    assert_eq!(metrics.text().unwrap(), without);
}
