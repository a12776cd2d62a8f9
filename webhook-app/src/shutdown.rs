//! When to stop: SIGTERM and SIGINT, and the drain delay after them. Closes nothing itself.
//! As process 1 of a container a program gets neither signal unless it asks for them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that end the receiver, asked for before it listens.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Asks for them.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Turns `is_draining` on at the first of them, and resolves `delay` later: by then load balancers have heard that
    /// this receiver is not ready, and its ports may close.
    pub async fn drained(mut self, is_draining: &AtomicBool, delay: Duration) {
        let name = tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        };
        is_draining.store(true, Ordering::Relaxed);
        tracing::info!(signal = name, delay = %humantime::format_duration(delay), "draining");
        tokio::time::sleep(delay).await;
    }
}
