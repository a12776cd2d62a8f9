//! A server under measurement: started on a core of its own, watched through `/proc`, ended by its process id.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// The core of the server, and that of its load.
pub const SERVER_CORE: &str = "0";
/// The core of the load.
pub const LOAD_CORE: &str = "1";

/// The unit of `/proc/PID/stat`: `USER_HZ`, 100 on Linux for all programs.
const TICK: Duration = Duration::from_millis(10);

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start to its first connection.
    pub start_time: Duration,
}

impl Process {
    /// Starts what `command` makes of a free address, on `core`, and waits until it listens.
    ///
    /// # Errors
    /// When it does not.
    pub fn start(core: &str, command: impl FnOnce(SocketAddr) -> Vec<String>) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let words = command(address);
        let began = Instant::now();
        let mut child = Command::new("taskset")
            .args(["-c", core])
            .args(&words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("taskset")?;
        while TcpStream::connect(address).is_err() {
            if let Some(status) = child.try_wait()? {
                bail!("{} ended with {status}", words.join(" "));
            }
            if began.elapsed() > PATIENCE {
                let _ = child.kill();
                bail!("{} does not listen on {address}", words.join(" "));
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        let start_time = began.elapsed();
        Ok(Self {
            child,
            address,
            start_time,
        })
    }

    /// The processor time that it and all its children have taken.
    ///
    /// # Errors
    /// When it has ended.
    pub fn cpu_time(&self) -> Result<Duration> {
        let mut ticks = 0;
        for pid in self.tree() {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the server has ended")?;
            // The name in parentheses may hold spaces. Then: state, and user and system time at 12 and 13, of children that
            // have ended at 14 and 15, counted from the parent's id at 1.
            let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
            let times = fields.skip(11).take(4).filter_map(|field| field.parse::<u32>().ok());
            ticks += times.sum::<u32>();
        }
        Ok(TICK * ticks)
    }

    /// How much memory it and its children hold, in bytes.
    #[must_use]
    pub fn memory(&self) -> u64 {
        let of_one = |pid: u32| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
            line.trim().trim_end_matches(" kB").parse::<u64>().ok()
        };
        self.tree().into_iter().filter_map(of_one).sum::<u64>() * 1024
    }

    fn tree(&self) -> Vec<u32> {
        let mut tree = vec![self.child.id()];
        let mut next = 0;
        while let Some(pid) = tree.get(next).copied() {
            let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
            tree.extend(
                children
                    .split_whitespace()
                    .filter_map(|child| child.parse::<u32>().ok()),
            );
            next += 1;
        }
        tree
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let pids = self.tree().into_iter().rev().map(|pid| pid.to_string());
        let _ = Command::new("kill")
            .arg("-KILL")
            .args(pids)
            .stderr(Stdio::null())
            .status();
        let _ = self.child.wait();
    }
}
