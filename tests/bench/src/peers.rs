//! Who is measured: how each is started and what it is sent. Data only.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

/// The programs, made or installed by `run.sh`.
#[derive(Args)]
pub struct Programs {
    /// The receiver, as its image holds it.
    #[arg(long)]
    pub receiver: PathBuf,
    /// The floor.
    #[arg(long)]
    pub bare_hyper: PathBuf,
    /// The receiver in Go.
    #[arg(long)]
    pub go: PathBuf,
    /// A Python with gunicorn and what the original needs.
    #[arg(long)]
    pub python: PathBuf,
    /// The directory of the original.
    #[arg(long)]
    pub original: PathBuf,
    /// Debian's webhook.
    #[arg(long)]
    pub webhook: PathBuf,
    /// What Debian's webhook does.
    #[arg(long)]
    pub hooks: PathBuf,
    /// A directory for what is written meanwhile.
    #[arg(long)]
    pub scratch: PathBuf,
}

/// One who is measured.
#[derive(Clone)]
pub struct Peer {
    /// How it is called in the report.
    pub name: &'static str,
    /// The path of its webhooks.
    pub path: &'static str,
    /// Whether what it is sent is signed.
    pub is_signed: bool,
    /// Makes its command line for an address.
    pub command: fn(&Programs, SocketAddr) -> Vec<String>,
}

/// The receiver, unsigned.
pub const RECEIVER: &str = "webhook-app";
/// The receiver, with GitHub's signatures.
pub const SIGNED: &str = "webhook-app, GitHub-signed";
/// The receiver that passes each webhook on.
pub const FORWARDING: &str = "webhook-app, forwarding";
/// The floor.
pub const FLOOR: &str = "bare hyper, a constant";
/// In Go.
pub const GO: &str = "Go net/http, client_golang";
/// The original.
pub const ORIGINAL: &str = "the original, gunicorn";
/// The original, as gunicorn's users make it faster.
pub const THREADED: &str = "the original, gunicorn's threads";
/// Debian's.
pub const DEBIANS: &str = "Debian's webhook";

/// The secret that signs.
pub const SECRET: &str = "It's a Secret to Everybody";

/// All of them, in the report's order.
#[must_use]
pub fn all() -> Vec<Peer> {
    let peer = |name, command| Peer {
        name,
        path: "/webhook",
        is_signed: name == SIGNED,
        command,
    };
    vec![
        peer(FLOOR, |programs, address| {
            vec![text(&programs.bare_hyper), address.to_string()]
        }),
        peer(RECEIVER, |programs, address| receiver(programs, address, &[])),
        peer(SIGNED, |programs, address| {
            let secrets = text(&programs.scratch.join("secrets"));
            receiver(
                programs,
                address,
                &["--verification", "github", "--secrets-dir", &secrets],
            )
        }),
        peer(FORWARDING, |programs, address| {
            let target = fs::read_to_string(programs.scratch.join("target")).unwrap_or_default();
            receiver(programs, address, &["--delivery-http-url", &target])
        }),
        peer(GO, |programs, address| vec![text(&programs.go), address.to_string()]),
        peer(ORIGINAL, |programs, address| original(programs, address, &[])),
        peer(THREADED, |programs, address| {
            original(programs, address, &["--worker-class=gthread", "--threads=8"])
        }),
        Peer {
            path: "/hooks/webhook",
            ..peer(DEBIANS, |programs, address| {
                let words = [
                    &text(&programs.webhook),
                    "-hooks",
                    &text(&programs.hooks),
                    "-ip",
                    "127.0.0.1",
                    "-port",
                ];
                let mut words: Vec<_> = words.map(ToOwned::to_owned).into();
                words.push(address.port().to_string());
                words
            })
        },
    ]
}

/// Writes what the peers read.
///
/// # Errors
/// When it cannot be written.
pub fn prepare(programs: &Programs, target: SocketAddr) -> Result<()> {
    fs::create_dir_all(programs.scratch.join("secrets"))?;
    fs::write(programs.scratch.join("secrets/current"), SECRET)?;
    Ok(fs::write(programs.scratch.join("target"), format!("http://{target}/"))?)
}

/// The receiver at an address, with more flags.
#[must_use]
pub fn receiver(programs: &Programs, address: SocketAddr, more: &[&str]) -> Vec<String> {
    let mut words = vec![text(&programs.receiver), "--listen".to_owned(), address.to_string()];
    words.extend(more.iter().map(|word| (*word).to_owned()));
    words
}

/// The original under gunicorn, by one process as there is one core.
fn original(programs: &Programs, address: SocketAddr, more: &[&str]) -> Vec<String> {
    let directory = text(&programs.original);
    let bind = format!("--bind={address}");
    let words = [
        &text(&programs.python),
        "-m",
        "gunicorn",
        "--workers=1",
        "--log-level=critical",
        "--chdir",
        &directory,
        &bind,
    ];
    let words = [&words[..], more, &["original:app"]].concat();
    words.into_iter().map(ToOwned::to_owned).collect()
}

fn text(path: &std::path::Path) -> String {
    path.to_string_lossy().into_owned()
}
