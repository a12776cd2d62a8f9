//! What the rules of a `WebhookService` mean: Prometheus' own promtool evaluates them over made series, by the cases beside this
//! file. Needs PROMTOOL, which `make test` sets, and no cluster.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use webhook_operator::crd::WebhookService;
use webhook_operator::external::{PrometheusRuleSpec, Rule};
use webhook_operator::{desired, validate};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/promtool/cases");

/// The objects whose rules the cases name: `plain.rules.yaml` and so on.
fn objects() -> [(&'static str, Value); 3] {
    let everything = json!({
        "verification": {"scheme": "GitHub", "secretRefs": [{"name": "hooks", "key": "current"}]},
        "delivery": {"http": {"url": "http://target.example/"}},
        "monitoring": {"containerMetrics": "Self", "alerts": {
            "errorRatio": "0.05", "p99Seconds": "1", "labels": {"release": "stack"}, "alertLabels": {"team": "shop"},
            "runbookUrl": "https://git.example.org/webhook-operator/docs/runbooks/",
        }},
    });
    [
        ("plain", json!({"monitoring": {"alerts": {}}})),
        (
            "kubelet",
            json!({"monitoring": {"containerMetrics": "Kubelet", "alerts": {}}}),
        ),
        ("everything", everything),
    ]
}

fn rules(spec: &Value) -> Result<PrometheusRuleSpec> {
    let object: WebhookService = serde_json::from_value(json!({
        "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService",
        "metadata": {"name": "orders", "namespace": "shop", "uid": "u-1"}, "spec": spec,
    }))?;
    let built = desired::build(&validate::validate(&object, "receiver:1")?);
    Ok(built.prometheus_rule.context("no rules")?.spec)
}

/// A directory of the rules of all objects and of all cases, for one test.
fn directory(name: &str) -> Result<PathBuf> {
    let directory = std::env::temp_dir().join(format!("webhook-promtool-{}-{name}", std::process::id()));
    fs::create_dir_all(&directory)?;
    for (object, spec) in objects() {
        // JSON is YAML.
        let text = serde_json::to_string(&rules(&spec)?)?;
        fs::write(directory.join(format!("{object}.rules.yaml")), text)?;
    }
    for (file, text) in cases()? {
        fs::write(directory.join(file), text)?;
    }
    Ok(directory)
}

/// The cases' files, by name.
fn cases() -> Result<Vec<(String, String)>> {
    let files = fs::read_dir(CASES)?.map(|file| {
        let path = file?.path();
        let name = path.file_name().context("no name")?.to_string_lossy().into_owned();
        Ok((name, fs::read_to_string(path)?))
    });
    files.collect()
}

fn promtool(directory: &Path, arguments: &[&str], files: &[String]) -> Result<()> {
    let program = std::env::var("PROMTOOL").context("PROMTOOL is not set: run `make test`, which sets it")?;
    let output = Command::new(program)
        .args(arguments)
        .args(files)
        .current_dir(directory)
        .output()?;
    let said = [output.stdout, output.stderr].concat();
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    Ok(fs::remove_dir_all(directory)?)
}

#[test]
fn promtool_takes_all_rules_and_finds_nothing_to_complain_of() -> Result<()> {
    let files: Vec<_> = objects()
        .iter()
        .map(|(object, _)| format!("{object}.rules.yaml"))
        .collect();
    promtool(
        &directory("check")?,
        &["check", "rules", "--lint=all", "--lint-fatal"],
        &files,
    )
}

#[test]
fn every_case_is_as_it_says() -> Result<()> {
    let files: Vec<_> = cases()?.into_iter().map(|(name, _)| name).collect();
    promtool(&directory("cases")?, &["test", "rules"], &files)
}

/// What tells an alert from others of its name.
fn identity(name: &str, labels: &Value) -> String {
    let label = |label: &str| labels[label].as_str().unwrap_or_default().to_owned();
    format!("{name} {} {}", label("severity"), label("window"))
}

/// What the cases hold: alerts that fire, names of alerts that do not, and expressions that have a value.
#[derive(Default)]
struct Seen {
    firing: BTreeSet<String>,
    silent: BTreeSet<String>,
    valued: Vec<String>,
}

fn seen() -> Result<Seen> {
    let mut seen = Seen::default();
    for (_, text) in cases()? {
        let case: Value = serde_saphyr::from_str(&text)?;
        for test in case["tests"].as_array().context("no tests")? {
            for alert in test["alert_rule_test"].as_array().into_iter().flatten() {
                let name = alert["alertname"].as_str().unwrap_or_default();
                let firing = alert["exp_alerts"].as_array().into_iter().flatten();
                let firing: Vec<_> = firing.map(|one| identity(name, &one["exp_labels"])).collect();
                if firing.is_empty() {
                    seen.silent.insert(name.to_owned());
                }
                seen.firing.extend(firing);
            }
            let values = test["promql_expr_test"].as_array().into_iter().flatten();
            let values = values.filter(|one| one["exp_samples"].is_array());
            seen.valued
                .extend(values.filter_map(|one| one["expr"].as_str().map(str::to_owned)));
        }
    }
    Ok(seen)
}

#[test]
fn every_alert_fires_in_one_case_and_not_in_another_and_every_record_has_a_value() -> Result<()> {
    let seen = seen()?;
    let mut untested = BTreeSet::new();
    for (_, spec) in objects() {
        for Rule {
            record, alert, labels, ..
        } in rules(&spec)?.groups.into_iter().flat_map(|group| group.rules)
        {
            if let Some(alert) = alert {
                let identity = identity(&alert, &serde_json::to_value(labels)?);
                if !seen.firing.contains(&identity) {
                    untested.insert(format!("{identity} fires"));
                }
                if !seen.silent.contains(&alert) {
                    untested.insert(format!("{alert} does not fire"));
                }
            }
            if let Some(record) = record
                && !seen.valued.iter().any(|expr| expr.contains(&record))
            {
                untested.insert(format!("{record} has a value"));
            }
        }
    }
    assert!(untested.is_empty(), "no case shows that {untested:#?}");
    Ok(())
}
