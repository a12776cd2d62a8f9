//! One port: accepts connections, bounds how many there are, and ends without losing a request.
//! Knows nothing of webhooks; what happens on a connection is [`connection`](crate::connection)'s.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axum::Router;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connection;

/// How many connections one port holds unless told otherwise; more wait in the kernel's queue.
pub const MAX_CONNECTIONS: usize = 16_384;

/// How long accepting rests after the system could not give a connection, for example for want of descriptors.
const REST: Duration = Duration::from_millis(100);

/// What is granted beyond the request's time to what is under way at the end: for writing answers and lingering.
const GRACE: Duration = Duration::from_secs(2);

/// One port and what it serves.
#[derive(Debug)]
pub struct Port {
    /// Where connections come from.
    pub listener: TcpListener,
    /// What answers them.
    pub router: Router,
    /// How many connections it holds at once, see [`MAX_CONNECTIONS`].
    pub max_connections: usize,
    /// How long a request's headers may take to arrive, and what is under way to finish after the end.
    pub request_time: Duration,
}

impl Port {
    /// Serves until `stop`, then closes the port and finishes what is under way. While `is_draining`, each answer
    /// asks the sender to connect anew, so that few connections are left when the port closes.
    pub async fn serve(self, is_draining: Arc<AtomicBool>, stop: impl Future<Output = ()>) {
        let connections = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(self.max_connections));
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                (stream, place) = accept(&self.listener, &places) => {
                    let served = connection::serve(stream, self.router.clone(), self.request_time, &is_draining);
                    let served = connections.watch(served);
                    tokio::spawn(async move {
                        if let Err(error) = served.await {
                            tracing::debug!(%error, "connection ended early");
                        }
                        drop(place);
                    });
                }
            }
        }
        drop(self.listener);
        // Idle connections close at once, busy ones after their answer, which says `Connection: close`.
        let finished = tokio::time::timeout(self.request_time + GRACE, connections.shutdown()).await;
        if finished.is_err() {
            tracing::warn!("some requests did not end in time and were cut off");
        }
    }
}

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let mut is_known = false;
    loop {
        // The semaphore is never closed: waiting for ever is what a full port does anyway.
        let Ok(place) = Arc::clone(places).acquire_owned().await else {
            std::future::pending().await
        };
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            // The sender gave up while it waited; the next one need not rest for that.
            Err(error) if is_senders(&error) => {}
            Err(error) => {
                if !is_known {
                    tracing::warn!(%error, "connections cannot be accepted, trying on");
                }
                is_known = true;
                tokio::time::sleep(REST).await;
            }
        }
    }
}

fn is_senders(error: &io::Error) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
