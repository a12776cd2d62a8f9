//! One connection of a sender.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// How long a sender waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that may be kept.
pub struct Connection(SendRequest<Full<Bytes>>);

/// What came of one webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// An answer with this status.
    Answered(u16),
    /// No connection.
    NotConnected,
    /// The connection broke after the request was sent.
    Broken,
    /// No answer in time.
    TimedOut,
}

impl Outcome {
    /// Whether the webhook was taken.
    #[must_use]
    pub fn is_good(self) -> bool {
        matches!(self, Self::Answered(200..=299))
    }
}

impl Connection {
    async fn open(address: SocketAddr) -> Option<Self> {
        let stream = tokio::time::timeout(PATIENCE, TcpStream::connect(address))
            .await
            .ok()?
            .ok()?;
        let _ = stream.set_nodelay(true);
        // Closed by us, a connection would keep its port for a minute, and at some hundred a second they run out.
        let _ = stream.set_zero_linger();
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        Some(Self(sender))
    }
}

/// Sends one webhook on `kept`, or on a new connection where there is none or it has ended before anything was sent, as
/// every HTTP client does. Gives back the connection if it can be used again.
pub async fn send(
    kept: Option<Connection>,
    address: SocketAddr,
    request: Request<Full<Bytes>>,
) -> (Outcome, Option<Connection>) {
    let mut connection = kept;
    loop {
        let is_kept = connection.is_some();
        let Some(mut open) = (match connection.take() {
            Some(open) => Some(open),
            None => Connection::open(address).await,
        }) else {
            return (Outcome::NotConnected, None);
        };
        if open.0.ready().await.is_err() {
            if is_kept {
                continue;
            }
            return (Outcome::NotConnected, None);
        }
        let answered = async {
            let response = open.0.send_request(request.clone()).await?;
            let status = response.status().as_u16();
            response.into_body().collect().await?;
            Ok::<_, hyper::Error>(status)
        };
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(status)) => return (Outcome::Answered(status), Some(open)),
            Ok(Err(error)) if error.is_canceled() && is_kept => {}
            Ok(Err(_)) => return (Outcome::Broken, None),
            Err(_) => return (Outcome::TimedOut, None),
        }
    }
}
