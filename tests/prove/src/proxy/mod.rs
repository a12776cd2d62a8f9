//! Stands between an operator and the API server: plain HTTP on one side, TLS on the other. Passes everything on, keeps a record of
//! it, and does the one fault that it is given. What meets the fault is decided in `fault`; this is the I/O.

pub mod answers;
mod asked;
pub mod call;
pub mod fault;
pub mod older;
pub mod record;
mod relay;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kube::Client;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use asked::{Answer, Asked, forward};
use call::{Call, Places};
use fault::{Decider, Fault};
use older::Older;
use record::Record;

/// How the proxy asks for the operator's end; answered once it is dead.
pub type Kills = mpsc::UnboundedSender<oneshot::Sender<()>>;

/// A proxy for one run. Gone when dropped.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<State>,
    serving: JoinHandle<()>,
}

/// What all its connections share.
pub struct State {
    upstream: Client,
    places: Places,
    decider: Mutex<Decider>,
    record: Record,
    older: Older,
    kills: Kills,
    acted: Mutex<Option<Instant>>,
}

impl State {
    /// The fault is doing something now.
    fn act(&self) {
        *self.acted.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Has the operator killed, and returns once it is dead.
    async fn kill(&self) {
        let (dead, is_dead) = oneshot::channel();
        if self.kills.send(dead).is_ok() {
            let _ = is_dead.await;
        }
    }
}

impl Proxy {
    /// Starts one before `upstream`, a client with no rights of its own.
    ///
    /// # Errors
    /// When it gets no port.
    pub async fn start(upstream: Client, places: Places, fault: Option<Fault>, kills: Kills) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            upstream,
            places,
            decider: Mutex::new(Decider::new(fault)),
            record: Record::default(),
            older: Older::default(),
            kills,
            acted: Mutex::default(),
        });
        let serving = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self {
            address,
            state,
            serving,
        })
    }

    /// As an operator's kubeconfig names it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked so far.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.state.record
    }

    /// When the fault last did something.
    #[must_use]
    pub fn acted(&self) -> Option<Instant> {
        *self.state.acted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what all lists of watches say now.
    ///
    /// # Errors
    /// When the API server does not answer.
    pub async fn keep_lists(&self) -> Result<()> {
        for (uri, headers) in self.state.older.asked() {
            let answer = forward(&self.state.upstream, http::Method::GET, &uri, &headers, Bytes::new()).await?;
            let (head, body) = answer.into_parts();
            let body = body.collect().await?.to_bytes();
            self.state.older.keep(&uri, Response::from_parts(head, body));
        }
        Ok(())
    }

    /// From now on watches list what was kept; with none, what is.
    pub fn serve_older(&self, which: Option<older::Which>) {
        self.state.older.serve(which);
        self.state.act();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, Arc::clone(&state)));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) -> Result<()> {
    stream.set_nodelay(true)?;
    let stream = stream.into_std()?;
    let socket = Arc::new(stream.try_clone()?);
    let stream = TokioIo::new(TcpStream::from_std(stream)?);
    let answering = service_fn(move |request| answer(request, Arc::clone(&state), Arc::clone(&socket)));
    Ok(http1::Builder::new().serve_connection(stream, answering).await?)
}

async fn answer(request: Request<Incoming>, state: Arc<State>, socket: Arc<std::net::TcpStream>) -> Answer {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(std::io::Error::other)?.to_bytes();
    let call = Call::of(&head, &state.places);
    let kind = {
        let mut decider = state.decider.lock().unwrap_or_else(PoisonError::into_inner);
        decider.decide(&call, Instant::now())
    };
    let asked = Asked {
        entry: state.record.begin(&call, &body),
        call,
        head,
        body,
        state,
    };
    match kind {
        Some(kind) => asked.meet(kind, &socket).await,
        None => asked.pass().await,
    }
}
