//! Our receiver beside the original, which runs for real: the same requests, then the same metrics, but for the
//! differences that are named here. A difference that does not occur is an error too.

mod parity {
    pub(crate) mod exposition;
    pub(crate) mod original;
    pub(crate) mod requests;
}

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use parity::exposition::Exposition;
use parity::original::{Running, exchange};
use parity::requests::{Case, cases};

/// Every way in which we mean to differ, and why.
const DIFFERENCES: [(&str, &str); 8] = [
    (
        "status-4xx",
        "a sender's fault answers 4xx: senders retry the original's 500 for days",
    ),
    (
        "raw-bytes",
        "the bytes received are counted, not those of the value written anew",
    ),
    (
        "created-series",
        "no *_created series: Prometheus' text format has no use for them",
    ),
    (
        "whole-bucket-label",
        "le=\"1\" where Python writes le=\"1.0\": the same bound",
    ),
    (
        "wrong-method-counted",
        "a request on the webhook path that is no POST is an error too",
    ),
    (
        "not-a-number",
        "NaN and Infinity are no JSON (RFC 8259 §6), though Python takes them",
    ),
    (
        "other-encoding",
        "JSON between systems is UTF-8 without a byte order mark (RFC 8259 §8.1)",
    ),
    (
        "deep-nesting",
        "more than 127 levels are refused: they exhaust what reads them next",
    ),
];

fn ours() -> Running {
    let mut child = Command::new(env!("CARGO_BIN_EXE_webhook-app"))
        .args(["--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    Running {
        child,
        address: line["address"].as_str().unwrap().to_owned(),
    }
}

#[test]
fn the_same_requests_give_the_same_metrics() {
    let (original, ours) = (parity::original::start(), ours());
    let mut seen = BTreeSet::new();
    let mut expected: BTreeMap<&str, f64> = BTreeMap::new();
    let cases = cases();
    assert!(cases.len() >= 200, "{}", cases.len());
    for case in &cases {
        let (theirs, own) = (exchange(&original.address, case), exchange(&ours.address, case));
        compare_answers(case, &theirs, &own, &mut seen);
        if own.0 == 200 {
            *expected.entry("bytes").or_default() += f64::from(u32::try_from(case.body.len()).unwrap());
        }
    }
    let theirs = Exposition::read(&exchange(&original.address, &Case::get("/metrics")).1);
    let own = Exposition::read(&exchange(&ours.address, &Case::get("/metrics")).1);
    compare_metrics(theirs, own, &cases, expected["bytes"], &mut seen);
    let named: BTreeSet<_> = DIFFERENCES.iter().map(|(name, _)| *name).collect();
    assert_eq!(seen, named, "every named difference occurs, and no other");
}

fn compare_answers(case: &Case, theirs: &(u16, String), own: &(u16, String), seen: &mut BTreeSet<&'static str>) {
    let what = String::from_utf8_lossy(&case.body).chars().take(60).collect::<String>();
    if let Some(difference) = case.difference {
        assert_ne!(theirs.0, own.0, "{difference}: {what}");
        seen.insert(difference);
        return;
    }
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
    match theirs.0 {
        200 => assert_eq!((own.0, json(&own.1)), (200, json(&theirs.1)), "{what}"),
        500 => {
            assert!((400..500).contains(&own.0), "{}: {what}", own.0);
            assert!(json(&own.1)["error"].is_string(), "{what}");
            seen.insert("status-4xx");
        }
        other => assert_eq!(own.0, other, "{what}"),
    }
}

fn compare_metrics(
    mut theirs: Exposition,
    mut own: Exposition,
    cases: &[Case],
    bytes: f64,
    seen: &mut BTreeSet<&'static str>,
) {
    let before = theirs.families.len();
    theirs.families.retain(|name, _| !name.ends_with("_created"));
    if theirs.families.len() < before {
        seen.insert("created-series");
    }
    if theirs.has_label("le", "1.0") && own.has_label("le", "1") {
        theirs.rename_label("le", "1.0", "1");
        seen.insert("whole-bucket-label");
    }
    // Bytes: ours are those that were sent.
    assert!((own.take("webhook_payload_size_bytes_total", "") - bytes).abs() < 0.5);
    if (theirs.take("webhook_payload_size_bytes_total", "") - bytes).abs() > 0.5 {
        seen.insert("raw-bytes");
    }
    // Counts: what the named differences move from success to error, or add.
    let count = |name: &str| {
        f64::from(u32::try_from(cases.iter().filter(|case| case.difference == Some(name)).count()).unwrap())
    };
    let refused: f64 = ["not-a-number", "other-encoding", "deep-nesting"]
        .into_iter()
        .map(count)
        .sum();
    let methods = cases
        .iter()
        .filter(|case| case.method != "POST" && case.path == "/webhook")
        .count();
    let methods = f64::from(u32::try_from(methods).unwrap());
    if methods > 0.0 {
        seen.insert("wrong-method-counted");
    }
    theirs.add("webhook_requests_total", "{status=\"success\"}", -refused);
    theirs.add("webhook_requests_total", "{status=\"error\"}", refused + methods);
    theirs.add("webhook_processing_time_seconds_count", "", methods);
    theirs.add("webhook_processing_time_seconds_bucket", "{le=\"+Inf\"}", methods);
    // How long each took is the machine's: only that every request was timed is compared.
    theirs.forget_times();
    own.forget_times();
    assert_eq!(theirs, own);
}
