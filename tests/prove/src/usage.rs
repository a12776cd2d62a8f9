//! What a process takes of the machine, as `/proc` tells it. Only reads.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// The unit of `/proc/PID/stat`: `USER_HZ`, 100 on Linux for all programs.
const TICK: Duration = Duration::from_millis(10);

/// How often it is looked whether a process works.
const LOOK: Duration = Duration::from_secs(1);

/// The longest that a process may take to come to rest.
const REST: Duration = Duration::from_mins(5);

/// One process.
#[derive(Clone, Copy, Debug)]
pub struct Usage(pub u32);

impl Usage {
    /// The processor time that it has taken.
    ///
    /// # Errors
    /// When it has ended.
    pub fn cpu(self) -> Result<Duration> {
        let stat = self.read("stat")?;
        // The name in parentheses may hold spaces. After it, user and system time stand at 11 and 12.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let times = fields.skip(11).take(2).map(str::parse::<u32>);
        Ok(TICK * times.sum::<Result<u32, _>>()?)
    }

    /// The memory that it holds, in bytes.
    ///
    /// # Errors
    /// When it has ended.
    pub fn memory(self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most that it ever held, in bytes.
    ///
    /// # Errors
    /// When it has ended.
    pub fn peak_memory(self) -> Result<u64> {
        self.status("VmHWM:")
    }

    /// How many files and connections it has open.
    ///
    /// # Errors
    /// When it has ended.
    pub fn descriptors(self) -> Result<usize> {
        let open = fs::read_dir(format!("/proc/{}/fd", self.0)).with_context(|| self.ended())?;
        Ok(open.count())
    }

    /// Waits until it takes next to no processor time for a second.
    ///
    /// # Errors
    /// When it works on, or has ended.
    pub async fn rests(self) -> Result<()> {
        let begun = std::time::Instant::now();
        let mut before = self.cpu()?;
        while begun.elapsed() < REST {
            tokio::time::sleep(LOOK).await;
            let now = self.cpu()?;
            if now.saturating_sub(before) <= TICK {
                return Ok(());
            }
            before = now;
        }
        bail!("process {} still works after {} s", self.0, REST.as_secs())
    }

    fn status(self, field: &str) -> Result<u64> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        Ok(kilobytes.with_context(|| self.ended())?.parse::<u64>()? * 1024)
    }

    fn read(self, file: &str) -> Result<String> {
        fs::read_to_string(format!("/proc/{}/{file}", self.0)).with_context(|| self.ended())
    }

    fn ended(self) -> String {
        format!("process {} has ended", self.0)
    }
}

/// Bytes in megabytes.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "memory is far from where it begins")]
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
