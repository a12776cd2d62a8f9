//! One port: accepts connections and ends without losing a request. Knows nothing of webhooks; who may stay is the
//! [`crowd`](crate::crowd)'s, what happens on a connection is [`connection`](crate::connection)'s.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use rustix::process::Resource;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::connection;
use crate::crowd::Crowd;
use crate::routes::Routes;

/// How many connections one port holds unless told otherwise: at up to 35 kB each they stay within a small pod's memory.
pub const MAX_CONNECTIONS: usize = 768;

/// How many connections wait in the kernel to be accepted, at most.
const BACKLOG: u32 = 4096;

/// How long accepting rests after the system could not give a connection, for example for want of descriptors.
const REST: Duration = Duration::from_millis(50);

/// What is granted beyond the request's time to what is under way at the end: for writing answers and lingering.
const GRACE: Duration = Duration::from_secs(2);

/// One port and what it serves.
pub struct Port {
    /// Where connections come from.
    pub listener: TcpListener,
    /// What answers them.
    pub routes: Routes,
    /// How many connections it holds at once, see [`MAX_CONNECTIONS`].
    pub max_connections: usize,
    /// How long a request may take from its first byte to its answer.
    pub request_time: Duration,
}

/// Lets this program open as many descriptors as the system grants it: what it gives by default, often 1024, is less than two
/// ports' connections and those to a target.
pub fn use_all_descriptors() {
    let mut limit = rustix::process::getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = rustix::process::setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "the limit of descriptors stays as it was");
    }
}

/// Listens on `address`.
///
/// # Errors
/// When the system refuses, for example because the port is taken.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

impl Port {
    /// Serves until `stop`, then closes the port and finishes what is under way.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let (crowd, routes) = (
            Crowd::new(self.max_connections, self.request_time),
            Arc::new(self.routes),
        );
        let accepting = async {
            loop {
                let stream = accept(&self.listener, &crowd).await;
                spawn(connection::serve(stream, crowd.admit().await, Arc::clone(&routes)));
            }
        };
        tokio::select! {
            () = stop => {}
            () = crowd.keep_time() => {}
            () = accepting => {}
        }
        // Who has connected already was promised an answer by the kernel.
        while let Some(Ok((stream, _))) = self.listener.accept().now_or_never() {
            let Some(guest) = crowd.admit().now_or_never() else {
                break;
            };
            spawn(connection::serve(stream, guest, Arc::clone(&routes)));
        }
        drop(self.listener);
        // Idle connections close at once, busy ones after their answer, which says `Connection: close`.
        let finished = async {
            tokio::select! { () = crowd.close() => {}, () = crowd.keep_time() => {} }
        };
        if tokio::time::timeout(self.request_time + GRACE, finished).await.is_err() {
            tracing::warn!("some requests did not end in time and were cut off");
        }
    }
}

fn spawn(connection: impl Future<Output = Result<(), hyper::Error>> + Send + 'static) {
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection ended early");
        }
    });
}

async fn accept(listener: &TcpListener, crowd: &Crowd) -> TcpStream {
    let mut is_known = false;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            // The sender gave up while it waited; the next one need not rest for that.
            Err(error) if is_senders(&error) => {}
            Err(error) => {
                if !is_known {
                    tracing::warn!(%error, "connections cannot be accepted, asking others to give way");
                }
                is_known = true;
                crowd.make_room();
                tokio::time::sleep(REST).await;
            }
        }
    }
}

fn is_senders(error: &io::Error) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
