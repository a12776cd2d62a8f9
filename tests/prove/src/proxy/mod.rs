//! Stands between an operator and the API server: plain HTTP on one side, TLS on the other. Passes everything on, keeps a record of
//! it, and does the one fault that it is given. What meets the fault is decided in `fault`; this is the I/O.

pub mod answers;
pub mod call;
pub mod fault;
pub mod older;
pub mod record;
mod relay;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, Uri, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kube::Client;
use kube::client::Body;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use call::{Call, Places, Verb};
use fault::{Decider, Fault, Kind};
use older::Older;
use record::Record;
use relay::{Reply, broken_off, relay, silent, whole};

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

/// An error ends the connection without an answer.
type Answer = Result<Response<Reply>, std::io::Error>;

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

/// One request, read.
struct Asked {
    entry: usize,
    call: Call,
    head: http::request::Parts,
    body: Bytes,
    state: Arc<State>,
}

impl Asked {
    async fn pass(self) -> Answer {
        let older = &self.state.older;
        older.ask(&self.call, &self.head.uri, &self.head.headers);
        if let Some(answer) = older.list(&self.call, &self.head.uri) {
            return Ok(answer.map(whole));
        }
        if let Some(end) = older.silence(&self.call) {
            let mut answer = Response::new(silent(end));
            let json = header::HeaderValue::from_static("application/json");
            answer.headers_mut().insert(header::CONTENT_TYPE, json);
            return Ok(answer);
        }
        if self.call.verb == Verb::Watch {
            return self.watch(None).await;
        }
        Ok(self.send().await?.map(whole))
    }

    async fn watch(self, fault: Option<(fault::Stream, usize)>) -> Answer {
        let (state, entry) = (self.state, self.entry);
        let answer = forward(
            &state.upstream,
            self.head.method,
            &self.head.uri,
            &self.head.headers,
            self.body,
        )
        .await;
        let answer = answer.map_err(std::io::Error::other)?;
        state.record.answered(entry, answer.status().as_u16());
        Ok(answer.map(|body| relay(body, state, entry, fault)))
    }

    /// Sends it, to the end even if whoever asks is killed meanwhile: what the API server did has to be on record.
    async fn send(self) -> Result<Response<Bytes>, std::io::Error> {
        let sending = tokio::spawn(async move {
            let (state, head) = (self.state, self.head);
            let answer = forward(&state.upstream, head.method, &head.uri, &head.headers, self.body).await?;
            state.record.answered(self.entry, answer.status().as_u16());
            let (head, body) = answer.into_parts();
            anyhow::Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
        });
        sending.await?.map_err(std::io::Error::other)
    }

    async fn meet(self, kind: Kind, socket: &std::net::TcpStream) -> Answer {
        let state = Arc::clone(&self.state);
        let broken = |what: &str| Err(std::io::Error::other(what));
        let is_watch = self.call.verb == Verb::Watch;
        // Before it acts: what follows from a fault may not come before it. A watch acts later, if ever.
        if !matches!(kind, Kind::Watch(..)) {
            state.act();
        }
        match kind {
            Kind::Watch(stream, after) => self.watch(Some((stream, after))).await,
            Kind::KillBefore => {
                state.kill().await;
                broken("killed before")
            }
            Kind::KillAfter => {
                self.send().await?;
                state.kill().await;
                broken("killed after")
            }
            Kind::DropReply if is_watch => broken("closed"),
            Kind::DropReply => {
                self.send().await?;
                state.act();
                broken("dropped")
            }
            Kind::Answer(code) => Ok(answers::refusal(code).map(whole)),
            Kind::Reset => {
                // A close with this set is a reset.
                rustix::net::sockopt::set_socket_linger(socket, Some(Duration::ZERO))?;
                broken("reset")
            }
            Kind::Truncate if is_watch => {
                let mut answer = Response::new(broken_off(Bytes::from_static(b"{\"type\":\"ADDED\",\"obj")));
                let json = header::HeaderValue::from_static("application/json");
                answer.headers_mut().insert(header::CONTENT_TYPE, json);
                Ok(answer)
            }
            Kind::Truncate => {
                let answer = self.send().await?;
                state.act();
                Ok(answer.map(|body| broken_off(body.slice(..body.len() / 2))))
            }
            Kind::BlackHole => std::future::pending().await,
        }
    }
}

async fn forward(
    upstream: &Client,
    method: http::Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Response<Body>> {
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = uri.clone();
    *request.headers_mut() = headers.clone();
    for of_the_connection in [
        header::HOST,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::CONTENT_LENGTH,
    ] {
        request.headers_mut().remove(of_the_connection);
    }
    let mut answer = upstream.send(request).await?;
    for of_the_connection in [header::CONNECTION, header::TRANSFER_ENCODING] {
        answer.headers_mut().remove(of_the_connection);
    }
    Ok(answer)
}
