//! An API server that knows one Lease, and links to it that can fail in the ways that networks do.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Method, Request, Response};
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use tokio::time::sleep;
use tower::service_fn;

/// How long a request is on its way, there and back together.
const TRAVEL: Duration = Duration::from_millis(20);

/// What one process's requests meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// An answer.
    Up,
    /// Nothing, and they do not arrive.
    Cut,
    /// Nothing, though they arrive.
    Deaf,
    /// A refusal at once.
    Refused,
}

/// The server. Its clones are the same one.
#[derive(Clone, Default)]
pub(super) struct Server(Arc<Mutex<Stored>>);

#[derive(Default)]
struct Stored {
    version: u64,
    lease: Option<Value>,
}

/// One process's way to the server. Its clones are the same one.
#[derive(Clone)]
pub(super) struct Way(Arc<Mutex<Link>>);

impl Way {
    pub(super) fn set(&self, link: Link) {
        *self.0.lock().unwrap() = link;
    }

    fn get(&self) -> Link {
        *self.0.lock().unwrap()
    }
}

impl Server {
    /// A client of its own, with a link that is up.
    pub(super) fn client(&self) -> (Client, Way) {
        let way = Way(Arc::new(Mutex::new(Link::Up)));
        let (server, its) = (self.clone(), way.clone());
        let service = service_fn(move |request: Request<Body>| {
            let (server, way) = (server.clone(), its.clone());
            async move { Ok::<_, std::convert::Infallible>(server.receive(request, &way).await) }
        });
        (Client::new(service, "default"), way)
    }

    /// Who holds the lease, as the server knows.
    pub(super) fn holder(&self) -> Option<String> {
        let stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stored.lease.as_ref()?["spec"]["holderIdentity"]
            .as_str()
            .map(str::to_owned)
    }

    /// Somebody deletes the lease by hand.
    pub(super) fn delete(&self) {
        self.0.lock().unwrap().lease = None;
    }

    /// Somebody writes another holder into it by hand.
    pub(super) fn give_to(&self, holder: &str) {
        let mut stored = self.0.lock().unwrap();
        let mut lease = stored.lease.clone().unwrap();
        lease["spec"]["holderIdentity"] = json!(holder);
        stored.keep(lease);
    }

    async fn receive(&self, request: Request<Body>, way: &Way) -> Response<Body> {
        let (method, sent) = (
            request.method().clone(),
            request.into_body().collect_bytes().await.unwrap(),
        );
        sleep(TRAVEL / 2).await;
        match way.get() {
            Link::Cut => std::future::pending().await,
            Link::Refused => return failure(503, "ServiceUnavailable"),
            Link::Up | Link::Deaf => {}
        }
        let answer = self.0.lock().unwrap().answer(&method, &sent);
        sleep(TRAVEL / 2).await;
        match way.get() {
            Link::Up => answer,
            Link::Cut | Link::Deaf => std::future::pending().await,
            Link::Refused => failure(503, "ServiceUnavailable"),
        }
    }
}

impl Stored {
    fn answer(&mut self, method: &Method, sent: &[u8]) -> Response<Body> {
        let sent = || serde_json::from_slice::<Value>(sent).unwrap();
        match (method, &self.lease) {
            (&Method::GET, Some(lease)) => success(lease),
            (&Method::GET | &Method::PUT, None) => failure(404, "NotFound"),
            (&Method::POST, Some(_)) => failure(409, "AlreadyExists"),
            (&Method::POST, None) => success(&self.keep(sent())),
            (&Method::PUT, Some(lease)) => {
                let new = sent();
                if new["metadata"]["resourceVersion"] == lease["metadata"]["resourceVersion"] {
                    success(&self.keep(new))
                } else {
                    failure(409, "Conflict")
                }
            }
            other => panic!("nobody should send {other:?}"),
        }
    }

    fn keep(&mut self, mut lease: Value) -> Value {
        self.version += 1;
        lease["metadata"]["resourceVersion"] = json!(self.version.to_string());
        self.lease = Some(lease.clone());
        lease
    }
}

fn success(lease: &Value) -> Response<Body> {
    Response::new(Body::from(serde_json::to_vec(lease).unwrap()))
}

fn failure(code: u16, reason: &str) -> Response<Body> {
    let status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": reason, "reason": reason, "code": code});
    let answer = Response::builder().status(code);
    answer.body(Body::from(serde_json::to_vec(&status).unwrap())).unwrap()
}
