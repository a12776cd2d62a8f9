//! One request on its way through the proxy: passed on, or met by the fault.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, Uri, header};
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;

use super::call::{Call, Verb};
use super::fault::{self, Kind};
use super::relay::{Reply, broken_off, relay, silent, whole};
use super::{State, answers};

/// An error ends the connection without an answer.
pub(super) type Answer = Result<Response<Reply>, std::io::Error>;

/// One request, read.
pub(super) struct Asked {
    pub(super) entry: usize,
    pub(super) call: Call,
    pub(super) head: http::request::Parts,
    pub(super) body: Bytes,
    pub(super) state: Arc<State>,
}

impl Asked {
    pub(super) async fn pass(self) -> Answer {
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

    pub(super) async fn meet(self, kind: Kind, socket: &std::net::TcpStream) -> Answer {
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

/// Sends a request as it came, but for what belongs to its connection.
pub(super) async fn forward(
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
