//! Senders of webhooks inside the node's own network, from where a Service is reached as pods reach it. Bounded by what they
//! are told; nothing leaves this machine.

use std::fs::File;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anyhow::{Context, Result, anyhow};
use bench::open_loop::{Plan, Report, run};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::task::JoinHandle;

use crate::cluster;
use crate::space::Space;

/// The most one load may send, whatever becomes of the test.
const MOST: u64 = 200_000;

/// Senders at work.
pub struct Load {
    is_over: Arc<AtomicBool>,
    report: JoinHandle<Result<Report>>,
}

impl Load {
    /// Sends by `plan`, at least `least` webhooks, until [`Load::end`].
    ///
    /// # Errors
    /// When the node's network cannot be found.
    pub async fn start(plan: Plan, least: u64) -> Result<Self> {
        let node = format!("{}-control-plane", cluster::name()?);
        let process = cluster::run("docker", &["inspect", "-f", "{{.State.Pid}}", &node]).await?;
        let network = File::open(format!("/proc/{}/ns/net", process.trim()))?;
        let is_over = Arc::<AtomicBool>::default();
        let told = Arc::clone(&is_over);
        // A thread of its own: a network is left for another by threads, not by tasks.
        let sending = move || {
            move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))
                .context("the node's network cannot be entered: run as root")?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let goes_on = |number| number < least || (number < MOST && !told.load(Relaxed));
            Ok(runtime.block_on(run(plan, goes_on)))
        };
        let (done, report) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || done.send(sending()));
        let report = tokio::spawn(async { report.await.map_err(|_| anyhow!("the senders ended early"))? });
        Ok(Self { is_over, report })
    }

    /// Sends no more than was asked for, and says what came of all.
    ///
    /// # Errors
    /// When the senders could not work.
    pub async fn end(mut self) -> Result<Report> {
        self.is_over.store(true, Relaxed);
        (&mut self.report).await?
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.is_over.store(true, Relaxed);
    }
}

/// Where the Service of an object is, as senders need it.
///
/// # Errors
/// When it has no address.
pub async fn address(space: &Space, name: &str) -> Result<SocketAddr> {
    let url = space.address(name).await?;
    Ok(url.trim_start_matches("http://").parse()?)
}
