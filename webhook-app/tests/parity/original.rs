//! Runs the original from its fixture, in an environment of its own that is made once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;

use crate::wire::DEADLINE;

/// What the original needs, and what that needs: all pinned, so that it stays what it was.
const PACKAGES: [&str; 8] = [
    "Flask==3.1.2",
    "prometheus-client==0.19.0",
    "Werkzeug==3.1.9",
    "Jinja2==3.1.6",
    "MarkupSafe==3.0.4",
    "blinker==1.9.0",
    "click==8.5.1",
    "itsdangerous==2.2.0",
];

/// The original, running. Ended with the test.
pub(crate) struct Original {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Original {
    /// Starts it on a port that the system chooses, and waits until it says which.
    pub(crate) fn start() -> Self {
        let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/original.py");
        let mut command = Command::new(environment().join("bin/python"));
        command
            .args([fixture, "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, addresses) = channel();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        std::thread::spawn(move || {
            let mut said = lines.by_ref().map_while(Result::ok);
            let address = said.find_map(|line| Some(line.split_once("Running on http://")?.1.trim().parse()));
            let _ = sender.send(address);
            // It logs each request: a full pipe would stop it.
            said.for_each(drop);
        });
        let address = addresses.recv_timeout(DEADLINE).unwrap();
        let mut original = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        original.address = address
            .unwrap_or_else(|| panic!("the original ended: see {fixture}"))
            .unwrap();
        original
    }
}

impl Drop for Original {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The Python environment, built aside and then renamed: an interrupted build is no environment.
fn environment() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    PACKAGES.hash(&mut hasher);
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let base = base.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"));
    let place = base
        .join("webhook-operator")
        .join(format!("parity-{:x}", hasher.finish()));
    if !place.exists() {
        let aside = place.with_extension(std::process::id().to_string());
        let _ = std::fs::remove_dir_all(&aside);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        run(Command::new("python3").args(["-m", "venv"]).arg(&aside));
        run(pip(&aside).args(["install", "--quiet"]).args(PACKAGES));
        // Whoever was faster made the same.
        if std::fs::rename(&aside, &place).is_err() {
            assert!(place.exists(), "{} cannot become {}", aside.display(), place.display());
            let _ = std::fs::remove_dir_all(&aside);
        }
    }
    place
}

fn pip(environment: &Path) -> Command {
    let mut command = Command::new(environment.join("bin/python"));
    command.args(["-m", "pip"]);
    command
}

fn run(command: &mut Command) {
    let advice = "install Python 3 with venv (Debian: apt-get install python3-venv) and let pip reach its index";
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}: {advice}"));
    assert!(
        output.status.success(),
        "{command:?}: {}: {advice}",
        String::from_utf8_lossy(&output.stderr)
    );
}
