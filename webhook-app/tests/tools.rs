//! The tools for people who set senders up: `send` is believed by a receiver that knows its secret, `explain` finds what went
//! wrong with a captured request.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "wire/program.rs"]
mod program;
mod wire;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use data_encoding::HEXLOWER;
use program::Program;
use ring::hmac;

/// A directory of files of one test.
fn files(test: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    for (name, content) in files {
        fs::write(directory.join(name), content).unwrap();
    }
    directory
}

fn tool(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_webhook-app"));
    command.args(arguments).current_dir(directory).output().unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr]
        .concat()
        .iter()
        .map(|byte| char::from(*byte))
        .collect()
}

#[test]
fn what_send_sends_is_believed_in_every_scheme() {
    for (scheme, secret, more) in [
        ("github", "s3cret", &[][..]),
        ("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &[]),
        ("stripe", "whsec_s3cret", &[]),
        ("slack", "s3cret", &[]),
        ("shopify", "s3cret", &[]),
        ("gitlab", "s3cret", &[]),
        ("gitlab", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &[]),
        (
            "custom",
            "s3cret",
            &[
                "--custom-header",
                "x-sig",
                "--custom-signed",
                "{timestamp}.{body}",
                "--custom-timestamp-header",
                "x-time",
            ],
        ),
    ] {
        let directory = files("send", &[("key", secret.as_bytes())]);
        let chosen = [&["--verification", scheme], more].concat();
        let secrets = directory.to_string_lossy();
        let program = Program::start(&[&chosen[..], &["--secrets-dir", &secrets]].concat());
        let url = format!("http://{}/webhook", program.address);
        let signed = [&["send", &url, "--secret-file", "key"][..], &chosen].concat();
        let sent = tool(&directory, &signed);
        assert!(
            sent.status.success() && said(&sent).contains("200 OK"),
            "{scheme}: {}",
            said(&sent)
        );
        fs::write(directory.join("../other"), "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7o0").unwrap();
        let forged = tool(
            &directory,
            &[&["send", &url, "--secret-file", "../other"][..], &chosen].concat(),
        );
        assert!(
            forged.status.code() == Some(1) && said(&forged).contains("401"),
            "{scheme}: {}",
            said(&forged)
        );
        assert!(!said(&sent).contains(secret));
    }
}

#[test]
fn send_says_what_is_missing() {
    let directory = files("send-mistakes", &[("key", b"s")]);
    for (arguments, line) in [
        (
            &["send", "http://127.0.0.1:9/", "--verification", "github"][..],
            "--verification needs --secret-file",
        ),
        (
            &["send", "http://127.0.0.1:9/", "--secret-file", "key"],
            "--secret-file is of no use without --verification",
        ),
        (
            &["send", "http://127.0.0.1:9/", "--body-file", "none"],
            "--body-file none cannot be read",
        ),
        (
            &["send", "http://127.0.0.1:9/"],
            "http://127.0.0.1:9/ cannot be reached",
        ),
    ] {
        let output = tool(&directory, arguments);
        assert_eq!(output.status.code(), Some(1));
        let last = said(&output).lines().last().unwrap().to_owned();
        assert!(last.starts_with("error: ") && last.contains(line), "{last}");
    }
}

const BODY: &str = r#"{"b":1,"a":[1,2]}"#;

/// The files of a captured request.
const CAPTURED: [&str; 6] = ["--headers-file", "h", "--body-file", "b", "--secret-file", "key"];

/// GitHub's header for a body.
fn github(secret: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let made = hmac::sign(&key, body.as_bytes());
    format!("X-Hub-Signature-256: sha256={}", HEXLOWER.encode(made.as_ref()))
}

/// A captured request: what stands in its headers, its body, the secret its receiver has, and what is found.
type Row<'a> = (&'a str, &'a str, &'a str, &'a str);

#[test]
fn explain_finds_a_changed_body_and_another_secret() {
    let good = github("s3cret", BODY);
    let rows: [Row<'_>; 10] = [
        (&good, BODY, "s3cret", "it verifies, by the secret key"),
        (
            &good,
            &format!("{BODY}\n"),
            "s3cret",
            "a line break was added at its end",
        ),
        (
            &github("s3cret", "{}\n"),
            "{}",
            "s3cret",
            "the line break at its end was dropped",
        ),
        (
            &github("s3cret", "{\n}"),
            "{\r\n}",
            "s3cret",
            "its line breaks became CR LF",
        ),
        (&good, r#"{"b": 1, "a": [1, 2]}"#, "s3cret", "written anew"),
        (
            &github("s3cret", r#"{"a":[1,2],"b":1}"#),
            "{\n  \"b\": 1, \"a\": [1, 2]}",
            "s3cret",
            "written anew",
        ),
        (&good, BODY, " s3cret", "white space around it was copied too"),
        (&good, BODY, "whsec_s3cret", "the sender uses it without its whsec_"),
        (&good, BODY, "czNjcmV0", "the bytes that it is the base64 of"),
        (
            &github("s3cret", BODY),
            BODY,
            "other",
            "none of the secrets made this signature",
        ),
    ];
    rows.iter().for_each(finds);
}

#[test]
fn explain_finds_a_header_that_is_missing_or_malformed() {
    let good = github("s3cret", BODY);
    let rows: [Row<'_>; 6] = [
        (
            &format!("{good}\n{good}"),
            BODY,
            "s3cret",
            "x-hub-signature-256 is there twice",
        ),
        (
            &good.replace("sha256=", "SHA256="),
            BODY,
            "s3cret",
            "it does not begin with the scheme's prefix",
        ),
        (
            "X-Hub-Signature-256: sha256=00",
            BODY,
            "s3cret",
            "not a whole signature",
        ),
        (
            "X-Hub-Signature: sha1=00",
            BODY,
            "s3cret",
            "it has only X-Hub-Signature",
        ),
        (
            "Stripe-Signature: t=1,v1=00",
            BODY,
            "s3cret",
            "wrong scheme: its headers are those of stripe",
        ),
        (
            "Content-Type: application/json",
            BODY,
            "s3cret",
            "the signature is missing",
        ),
    ];
    rows.iter().for_each(finds);
}

/// Makes each case's directory another one.
static CASES: AtomicU32 = AtomicU32::new(0);

fn finds(&(headers, body, secret, line): &Row<'_>) {
    // A directory of its own: tests run beside each other.
    let name = format!("explain-{}", CASES.fetch_add(1, Relaxed));
    let directory = files(
        &name,
        &[
            ("h", headers.as_bytes()),
            ("b", body.as_bytes()),
            ("key", secret.as_bytes()),
        ],
    );
    let output = tool(
        &directory,
        &[&["explain", "--verification", "github"], &CAPTURED[..]].concat(),
    );
    assert!(said(&output).contains(line), "{headers} {body}: {}", said(&output));
    let code = i32::from(!line.starts_with("it verifies"));
    assert_eq!(output.status.code(), Some(code), "{headers} {body}");
    assert_eq!(said(&output).lines().count(), 1);
    assert!(!said(&output).contains(secret));
}

#[test]
fn explain_tells_an_old_capture_from_a_wrong_clock() {
    let body = "{}";
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"whsec_s");
    let made = HEXLOWER.encode(hmac::sign(&key, b"1700000000.{}").as_ref());
    let headers = format!("Stripe-Signature: t=1700000000,v1={made}");
    let directory = files(
        "stale",
        &[("h", headers.as_bytes()), ("b", body.as_bytes()), ("key", b"whsec_s")],
    );
    let explain = [&["explain", "--verification", "stripe"], &CAPTURED[..]].concat();
    for (at, line) in [
        ("1700000100", "it verifies"),
        ("2023-11-14T22:13:20Z", "it verifies"),
        (
            "1700000600",
            "was made 10m before it arrived, and only 5m are allowed; for an old capture write --at 1700000000",
        ),
        ("1699999000", "was made 16m 40s after it arrived"),
    ] {
        let output = tool(&directory, &[&explain[..], &["--at", at]].concat());
        assert!(said(&output).contains(line), "{at}: {}", said(&output));
    }
}
