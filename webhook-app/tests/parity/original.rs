//! Runs the original from its fixture, in an environment of its own that is made once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::requests::Case;

/// What the original needs.
const PACKAGES: [&str; 2] = ["flask==3.1.2", "prometheus-client==0.19.0"];

/// A receiver, ended with the test.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the original on a free port and waits until it listens.
pub(crate) fn start() -> Running {
    let python = environment().join("bin/python");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/original.py");
    let child = Command::new(python)
        .args([fixture, &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let running = Running {
        child,
        address: format!("127.0.0.1:{port}"),
    };
    let deadline = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(&running.address).is_err() {
        assert!(Instant::now() < deadline, "the original does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    running
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
        std::fs::rename(&aside, &place).unwrap();
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

/// Sends one request on a connection of its own; gives the status and the body.
pub(crate) fn exchange(address: &str, case: &Case) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut request = format!(
        "{} {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n",
        case.method, case.path
    );
    if let Some(type_) = case.content_type {
        request += &format!("content-type: {type_}\r\n");
    }
    request += &format!("content-length: {}\r\n\r\n", case.body.len());
    stream.write_all(request.as_bytes()).unwrap();
    stream.write_all(&case.body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}
