//! The real program as a process: its address, its log, its end. Its child is killed with the test.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test program uses its part of this, and a test that cannot go on fails"
)]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};

use crate::wire::{DEADLINE, eventually};

/// A running receiver.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    lines: Receiver<String>,
    pub(crate) address: SocketAddr,
}

impl Program {
    /// Starts the program on a free port and waits until it listens.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_webhook-app"));
        command.args(arguments);
        Self::run(command)
    }

    /// The same, by a command that ends in the program and its arguments.
    pub(crate) fn run(mut command: Command) -> Self {
        command.args(["--listen", "127.0.0.1:0"]).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || log.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let line = lines.recv_timeout(DEADLINE).unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let address = line["address"].as_str().unwrap().parse().unwrap();
        Self { child, lines, address }
    }

    pub(crate) fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        assert!(
            kill.args(["-s", name, &self.child.id().to_string()])
                .status()
                .unwrap()
                .success()
        );
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// How much memory it holds, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// How many threads it has.
    pub(crate) fn threads(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/task", self.child.id()))
            .unwrap()
            .count()
    }

    /// Waits for its end; what it still logged comes with its status.
    pub(crate) fn end(mut self) -> (ExitStatus, Vec<String>) {
        eventually("the program ends", || !self.is_running());
        (self.child.wait().unwrap(), self.lines.iter().collect())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Fails when it has ended already, as it should have.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
