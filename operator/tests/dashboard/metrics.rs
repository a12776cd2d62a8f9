//! Which metrics there are, as the programs themselves say it, and which ones a query asks for.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use webhook_operator::gate::Verb;

/// What Prometheus itself says of each target, and what a cAdvisor or a kubelet says of a pod's network, of which a container knows
/// nothing. Source: `metrics/prometheus.go` in cAdvisor 0.60.6; the kubelet serves cAdvisor's.
const OTHERS: [&str; 3] = [
    "up",
    "container_network_receive_bytes_total",
    "container_network_transmit_bytes_total",
];

/// Every metric that our queries may ask for.
pub(crate) fn exposed() -> BTreeSet<String> {
    let mut all = of_receiver();
    all.extend(of_operator());
    all.extend(of_own_container());
    all.extend(OTHERS.map(str::to_owned));
    all
}

fn of_receiver() -> BTreeSet<String> {
    let metrics = webhook_app::metrics::Metrics::new().unwrap();
    metrics.accept(["current"].into_iter());
    on_page(&metrics.text().unwrap())
}

/// All families, each with a series: one without has no line.
fn of_operator() -> BTreeSet<String> {
    let metrics = webhook_operator::metrics::Metrics::new().unwrap();
    metrics.reconciled(Duration::ZERO, Some("Conflict"));
    metrics.writes("Service", Verb::Apply);
    metrics.watch_failed("Service");
    let gauges = &metrics.gauges;
    gauges.watched_objects.with_label_values(&["Service"]).set(1);
    gauges.api_served.with_label_values(&["HTTPRoute"]).set(1);
    gauges.objects.with_label_values(&["True"]).set(1);
    on_page(&metrics.text().unwrap())
}

/// Those of a container of cgroup version 2 with limits, all of whose files are below a directory of this test's.
pub(crate) fn of_own_container() -> BTreeSet<String> {
    let root = std::env::temp_dir().join(format!(
        "webhook-operator-dashboard-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    let (proc, cgroup) = (root.join("proc/self"), root.join("sys/fs/cgroup"));
    fs::create_dir_all(&proc).unwrap();
    fs::create_dir_all(&cgroup).unwrap();
    fs::write(proc.join("cgroup"), "0::/\n").unwrap();
    fs::write(
        proc.join("mountinfo"),
        "30 24 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
    )
    .unwrap();
    for (file, content) in [
        (
            "cpu.stat",
            "usage_usec 1\nnr_periods 1\nnr_throttled 1\nthrottled_usec 1\n",
        ),
        ("cpu.max", "50000 100000\n"),
        ("memory.current", "4096\n"),
        ("memory.max", "8192\n"),
        ("memory.stat", "anon 1\ninactive_file 1\n"),
        ("memory.events", "oom_kill 0\n"),
    ] {
        fs::write(cgroup.join(file), content).unwrap();
    }
    let mut metrics = webhook_app::metrics::Metrics::new().unwrap();
    metrics
        .tell_of(webhook_app::container::Container::find(&root).unwrap())
        .unwrap();
    let names = on_page(&metrics.text().unwrap());
    fs::remove_dir_all(&root).unwrap();
    names
        .into_iter()
        .filter(|name| name.starts_with("container_"))
        .collect()
}

/// The names of the series on a page of metrics.
fn on_page(page: &str) -> BTreeSet<String> {
    let lines = page.lines().filter(|line| !line.starts_with('#'));
    let names = lines.filter_map(|line| line.split(['{', ' ']).next());
    names.map(str::to_owned).collect()
}

/// The metrics that an expression of `PromQL` asks for: its words, but for functions, operators, and what is in quotes, in the braces of a
/// selector, in the brackets of a range or in the parentheses of a list of labels.
pub(crate) fn named_in(expression: &str) -> BTreeSet<String> {
    const OPERATORS: [&str; 5] = ["and", "or", "unless", "bool", "offset"];
    const BEFORE_LABELS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    let mut names = BTreeSet::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let is_of_word = |letter: char| letter.is_ascii_alphanumeric() || "_:".contains(letter);
        let end = match first {
            '{' => past_selector(rest),
            '[' => past(rest, ']'),
            '"' => 1 + past(&rest[1..], '"'),
            _ if first.is_ascii_alphabetic() || first == '_' => {
                let end = rest.find(|letter| !is_of_word(letter)).unwrap_or(rest.len());
                let (word, after) = (&rest[..end], rest[end..].trim_start());
                if BEFORE_LABELS.contains(&word) {
                    rest = &after[past(after, ')')..];
                    continue;
                }
                if !after.starts_with('(') && !OPERATORS.contains(&word) && !after.starts_with("by (") {
                    names.insert(word.to_owned());
                }
                end
            }
            // A number's letters, as in 1e3, are no name.
            _ if first.is_ascii_digit() => rest
                .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.')
                .unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        rest = &rest[end..];
    }
    names
}

/// Where the text after a selector's last brace begins; those in quotes are none.
fn past_selector(text: &str) -> usize {
    let mut is_quoted = false;
    let end = text.find(|letter| {
        is_quoted ^= letter == '"';
        letter == '}' && !is_quoted
    });
    end.map_or(text.len(), |at| at + 1)
}

/// Where the text after the first `end` begins.
fn past(text: &str, end: char) -> usize {
    text.find(end).map_or(text.len(), |at| at + end.len_utf8())
}

#[test]
fn the_names_in_an_expression_are_found() {
    for (expression, expected) in [
        ("up", &["up"][..]),
        (
            r#"sum by (pod, le) (rate(a_total{b="c{d}",e=~"f"}[$__rate_interval])) > 0"#,
            &["a_total"],
        ),
        (
            "max by (x) (a) / (b > 1e3) and on (namespace, pod) c or vector(0)",
            &["a", "b", "c"],
        ),
        ("resets((max by (pod) (a))[15m:])", &["a"]),
    ] {
        let names: Vec<_> = named_in(expression).into_iter().collect();
        assert_eq!(names, expected, "{expression}");
    }
}
