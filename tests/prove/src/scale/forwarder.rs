//! What stands between the operator and its API server, and can be out of order: forwards TCP, refuses it, or takes it and
//! answers nothing, as a broken load balancer does. Does not look at what passes.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What becomes of connections, those that are there and those that come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They are forwarded.
    Forward,
    /// They are closed.
    Refuse,
    /// They are left open, and nothing comes back.
    Hold,
}

/// A running forwarder.
pub struct Forwarder {
    /// Where it listens.
    pub address: SocketAddr,
    mode: watch::Sender<Mode>,
    task: JoinHandle<()>,
}

impl Forwarder {
    /// Forwards to `server`, `https://address:port`.
    ///
    /// # Errors
    /// When `server` is no such address, or nothing can be listened on.
    pub async fn start(server: &str) -> Result<Self> {
        let target = server.trim_start_matches("https://").trim_end_matches('/');
        let target: SocketAddr = target
            .parse()
            .with_context(|| format!("{server} names no address and port"))?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (mode, seen) = watch::channel(Mode::Forward);
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            loop {
                // Out of descriptors: the next may be taken again.
                if let Ok((connection, _)) = listener.accept().await {
                    tokio::spawn(serve(connection, target, seen.clone()));
                }
            }
        });
        Ok(Self { address, mode, task })
    }

    /// From now on all connections are treated so.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection, which is dropped at the end.
async fn serve(mut connection: TcpStream, target: SocketAddr, mut mode: watch::Receiver<Mode>) {
    if *mode.borrow_and_update() == Mode::Forward {
        let Ok(mut server) = TcpStream::connect(target).await else {
            return;
        };
        tokio::select! {
            _ = copy_bidirectional(&mut connection, &mut server) => return,
            changed = mode.changed() => if changed.is_err() { return },
        }
    }
    // Held until something else is wanted: what had no answer for a while gets none later.
    while *mode.borrow_and_update() == Mode::Hold && mode.changed().await.is_ok() {}
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;

    async fn ask(address: SocketAddr) -> std::io::Result<Vec<u8>> {
        let mut connection = TcpStream::connect(address).await?;
        connection.write_all(b"?").await?;
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).await.map(|_| answer)
    }

    #[tokio::test]
    async fn forwards_refuses_and_holds() -> Result<()> {
        let server = TcpListener::bind("127.0.0.1:0").await?;
        let address = server.local_addr()?;
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = server.accept().await {
                let _ = connection.write_all(b"!").await;
            }
        });
        let forwarder = Forwarder::start(&format!("https://{address}")).await?;
        assert_eq!(ask(forwarder.address).await?, b"!");
        forwarder.set(Mode::Refuse);
        assert!(ask(forwarder.address).await.map_or(true, |answer| answer.is_empty()));
        forwarder.set(Mode::Hold);
        let held = tokio::spawn(ask(forwarder.address));
        assert!(
            timeout(Duration::from_millis(100), ask(forwarder.address))
                .await
                .is_err()
        );
        forwarder.set(Mode::Forward);
        assert!(
            held.await?.map_or(true, |answer| answer.is_empty()),
            "it is closed without an answer"
        );
        assert_eq!(ask(forwarder.address).await?, b"!");
        Ok(())
    }
}
