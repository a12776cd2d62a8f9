//! What the measuring was done on. Only reads.

use anyhow::Result;
use serde::{Deserialize, Serialize};

/// A machine, and the cluster on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Machine {
    /// How many processors it has.
    pub cores: usize,
    /// What they call themselves.
    pub cpu: String,
    /// Its memory, in GB.
    pub memory_gb: f64,
    /// The API server's version.
    pub kubernetes: String,
}

impl Machine {
    /// This one.
    ///
    /// # Errors
    /// When `/proc` or the API server cannot be read.
    pub async fn here(client: &kube::Client) -> Result<Self> {
        let cpu = std::fs::read_to_string("/proc/cpuinfo")?;
        let model = cpu
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let memory = std::fs::read_to_string("/proc/meminfo")?;
        let kilobytes = memory
            .lines()
            .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB"));
        Ok(Self {
            cores: cpu.lines().filter(|line| line.starts_with("processor")).count(),
            cpu: model.map_or("an unnamed processor", |(_, name)| name.trim()).to_owned(),
            memory_gb: kilobytes.unwrap_or("0").parse::<f64>()? * 1024.0 / 1e9,
            kubernetes: client.apiserver_version().await?.git_version,
        })
    }
}
