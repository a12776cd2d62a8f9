//! When to stop: SIGTERM and SIGINT. As process 1 of a container a program gets neither unless it asks for them.

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

    /// Resolves at the first of them.
    pub async fn received(mut self) {
        tokio::select! { _ = self.terminate.recv() => {}, _ = self.interrupt.recv() => {} }
    }
}
