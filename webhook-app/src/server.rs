//! Accepts connections, bounds what each may take of time and memory, and ends without losing a request.
//! Knows nothing of webhooks.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many connections one port holds; more wait in the kernel's queue.
const MAX_CONNECTIONS: usize = 16_384;

/// The largest header section, in bytes.
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// How long accepting rests after the system refused a connection, for example for want of descriptors.
const REST: Duration = Duration::from_millis(50);

/// One port and what it serves.
#[derive(Debug)]
pub struct Port {
    /// Where connections come from.
    pub listener: TcpListener,
    /// What answers them.
    pub router: Router,
}

/// The times a server keeps.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// For the headers of a request, and after shutdown for what is under way.
    pub request: Duration,
    /// How long connections are still taken after shutdown began.
    pub drain: Duration,
}

/// Serves until `stop`, then turns `is_draining` on, takes connections for the drain delay, and finishes what is under way.
///
/// # Errors
/// None once it listens: a connection's error ends that connection alone.
pub async fn serve(
    port: Port,
    times: Times,
    is_draining: Arc<AtomicBool>,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let until = async {
        stop.await;
        is_draining.store(true, Ordering::Relaxed);
        tokio::time::sleep(times.drain).await;
    };
    tokio::pin!(until);
    loop {
        tokio::select! {
            () = &mut until => break,
            (stream, place) = accept(&port.listener, &places) => {
                connect(stream, place, port.router.clone(), times.request, &connections);
            }
        }
    }
    drop(port.listener);
    // Idle connections close at once, busy ones after their answer, which says `Connection: close`.
    if tokio::time::timeout(times.request, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not end in time and were cut off");
    }
    Ok(())
}

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    loop {
        let Ok(place) = Arc::clone(places).acquire_owned().await else {
            std::future::pending().await
        };
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

fn connect(
    stream: TcpStream,
    place: OwnedSemaphorePermit,
    router: Router,
    header_time: Duration,
    connections: &GracefulShutdown,
) {
    // Answers are small and whole: waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_time)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection ended early");
        }
        drop(place);
    });
}
