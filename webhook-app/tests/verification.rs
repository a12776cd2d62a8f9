//! Who is believed: signatures over a real socket, and secrets that change while the receiver runs.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "wire/program.rs"]
mod program;
mod wire;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use program::Program;
use ring::hmac;
use wire::{Counts, ask, eventually, get, request, series};

/// A directory of secrets that changes as the kubelet changes one: all at once, by a link.
struct Secrets {
    directory: PathBuf,
    version: u32,
}

impl Secrets {
    fn new(test: &str, secrets: &[(&str, &str)]) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
        let mut new = Self { directory, version: 0 };
        new.swap(secrets);
        new
    }

    fn swap(&mut self, secrets: &[(&str, &str)]) {
        let before = self.directory.join(format!("..{}", self.version));
        self.version += 1;
        let set = format!("..{}", self.version);
        fs::create_dir(self.directory.join(&set)).unwrap();
        for (name, secret) in secrets {
            fs::write(self.directory.join(&set).join(name), secret).unwrap();
            let _ = symlink(Path::new("..data").join(name), self.directory.join(name));
        }
        symlink(&set, self.directory.join("..data_tmp")).unwrap();
        fs::rename(self.directory.join("..data_tmp"), self.directory.join("..data")).unwrap();
        let _ = fs::remove_dir_all(before);
    }

    fn start(&self) -> Program {
        let directory = self.directory.to_string_lossy();
        Program::start(&[
            "--verification",
            "github",
            "--secrets-dir",
            &directory,
            "--drain-delay",
            "0s",
        ])
    }
}

fn signed(secret: &str, body: &[u8]) -> Vec<u8> {
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body);
    with_header(
        &format!("x-hub-signature-256: sha256={}", HEXLOWER.encode(mac.as_ref())),
        body,
    )
}

fn with_header(header: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = request("POST", "/webhook", Some("application/json"), body);
    let at = bytes.windows(2).position(|pair| pair == b"\r\n").unwrap() + 2;
    bytes.splice(at..at, format!("{header}\r\n").into_bytes());
    bytes
}

fn count(program: &Program, name: &str) -> f64 {
    series(&get(program.address, "/metrics").body)
        .get(name)
        .copied()
        .unwrap_or(-1.0)
}

fn assert_count(program: &Program, name: &str, expected: f64) {
    let found = count(program, name);
    assert!((found - expected).abs() < 0.1, "{name} is {found}, not {expected}");
}

#[test]
fn a_webhook_is_taken_when_an_accepted_key_signed_it() {
    let secrets = Secrets::new("taken", &[("current", "new"), ("previous", "old\n")]);
    let program = secrets.start();
    for (secret, body) in [("new", &b"{}"[..]), ("new", b"[1]"), ("old", b"{}")] {
        assert_eq!(ask(program.address, &signed(secret, body)).status, 200);
    }
    assert_count(&program, "webhook_verifications_total{key=\"current\"}", 2.0);
    assert_count(&program, "webhook_verifications_total{key=\"previous\"}", 1.0);
    let stranger = r#"{"error":"the signature could not be verified"}"#;
    for (bytes, reason) in [
        (request("POST", "/webhook", Some("application/json"), b"{}"), "missing"),
        (signed("other", b"{}"), "mismatch"),
        (with_header("x-hub-signature-256: sha256=00", b"{}"), "malformed"),
    ] {
        let before = Counts::read(program.address);
        let refused = ask(program.address, &bytes);
        assert_eq!(
            (refused.status, refused.body.as_str(), refused.header("connection")),
            (401, stranger, None)
        );
        let counts = Counts::read(program.address).since(before);
        assert_eq!((counts.success, counts.error, counts.bytes), (0, 1, 0));
        assert_count(
            &program,
            &format!("webhook_rejections_total{{reason=\"signature_{reason}\"}}"),
            1.0,
        );
    }
    // Who may send may still send no JSON; who may not is not told.
    assert_eq!(ask(program.address, &signed("new", b"{")).status, 400);
    assert_eq!(ask(program.address, &signed("other", b"{")).status, 401);
}

#[test]
fn keys_change_without_a_restart_and_without_a_gap() {
    let mut secrets = Secrets::new("rotation", &[("current", "one"), ("previous", "zero")]);
    let program = secrets.start();
    let status = |secret| ask(program.address, &signed(secret, b"{}")).status;
    assert_eq!((status("one"), status("two")), (200, 401));
    secrets.swap(&[("current", "two"), ("previous", "one")]);
    let began = Instant::now();
    eventually("the new key is accepted", || {
        assert_eq!(status("one"), 200, "the old key is accepted all the time");
        status("two") == 200
    });
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(status("zero"), 401);
    assert_count(&program, "webhook_secret_reloads_total{result=\"loaded\"}", 1.0);
}

#[test]
fn an_unusable_change_leaves_the_last_good_keys() {
    let mut secrets = Secrets::new("unusable", &[("current", "hush-1")]);
    let program = secrets.start();
    let status = |secret| ask(program.address, &signed(secret, b"{}")).status;
    for (number, broken) in [&[("current", "\n")][..], &[]].into_iter().enumerate() {
        secrets.swap(broken);
        eventually("it is noticed", || {
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            let expected = number as f64 + 0.9;
            count(&program, "webhook_secret_reloads_total{result=\"refused\"}") > expected
        });
        assert_eq!((status("hush-1"), status("")), (200, 401));
    }
    secrets.swap(&[("current", "hush-2")]);
    eventually("a good set is taken again", || status("hush-2") == 200);
    program.signal("TERM");
    let (_, log) = program.end();
    let log = log.join("\n");
    assert!(
        log.contains("current: it is empty") && log.contains("holds no secret"),
        "{log}"
    );
    assert!(!log.contains("hush"), "{log}");
}

#[test]
fn without_usable_secrets_it_does_not_start() {
    let secrets = Secrets::new("start", &[("current", "")]);
    let empty = Secrets::new("nothing", &[]);
    let [secrets, empty] = [&secrets, &empty].map(|secrets| secrets.directory.to_string_lossy().into_owned());
    for (arguments, says) in [
        (
            &["--verification", "github", "--secrets-dir", &secrets][..],
            "current: it is empty",
        ),
        (
            &["--verification", "github", "--secrets-dir", &empty],
            "holds no secret: put one file",
        ),
        (
            &["--verification", "github", "--secrets-dir", "/nowhere"],
            "/nowhere: cannot be read",
        ),
        (&["--verification", "github"], "--verification needs --secrets-dir"),
        (
            &["--secrets-dir", &secrets],
            "--secrets-dir is of no use without --verification",
        ),
        (
            &["--verification", "custom", "--secrets-dir", &secrets],
            "--verification custom needs --custom-header",
        ),
        (
            &[
                "--verification",
                "custom",
                "--custom-header",
                "x",
                "--custom-signed",
                "{bdy}",
                "--secrets-dir",
                &secrets,
            ],
            "--custom-signed: \"{bdy}\" cannot be used: {bdy} is not known",
        ),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_webhook-app"))
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .output()
            .unwrap();
        let line = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(line.starts_with("error: ") && line.contains(says), "{line}");
        assert_eq!(line.lines().count(), 1, "{line}");
    }
}

#[test]
fn handshakes_are_answered_and_other_gets_are_not() {
    let secrets = Secrets::new("handshake", &[("current", "key")]);
    let directory = secrets.directory.to_string_lossy();
    let custom = [
        "--verification",
        "custom",
        "--custom-header",
        "x-twitter-webhooks-signature",
        "--secrets-dir",
        &directory,
    ];
    let x = Program::start(&[&custom[..], &["--handshake", "x"]].concat());
    let answer = get(x.address, "/webhook?crc_token=challenge");
    assert_eq!(
        (answer.status, answer.body.starts_with("{\"response_token\":\"sha256=")),
        (200, true)
    );
    assert_eq!(get(x.address, "/webhook").status, 405);
    let slack = Program::start(&["--verification", "slack", "--secrets-dir", &directory]);
    let body = br#"{"type": "url_verification", "challenge": "3eZb"}"#;
    assert_eq!(
        ask(
            slack.address,
            &request("POST", "/webhook", Some("application/json"), body)
        )
        .status,
        401
    );
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let mac = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, b"key"),
        &[format!("v0:{now}:").as_bytes(), body].concat(),
    );
    let headers = format!(
        "x-slack-signature: v0={}\r\nx-slack-request-timestamp: {now}",
        HEXLOWER.encode(mac.as_ref())
    );
    assert_eq!(
        ask(slack.address, &with_header(&headers, body)).body,
        r#"{"challenge":"3eZb"}"#
    );
}
