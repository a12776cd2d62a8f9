//! Which path does what. Owns no socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};

use crate::answer::{Answer, Refusal};
use crate::crowd::Guest;
use crate::head;
use crate::receive::Receiver;

/// What one port serves.
pub struct Routes {
    receiver: Arc<Receiver>,
    /// The path that takes webhooks, if this port does.
    path: Option<String>,
    has_observation: bool,
    is_draining: Arc<AtomicBool>,
}

impl Routes {
    /// Webhooks on `path`; with `has_observation` metrics and health too. `is_draining` turns readiness off.
    #[must_use]
    pub fn public(receiver: Arc<Receiver>, path: String, has_observation: bool, is_draining: Arc<AtomicBool>) -> Self {
        Self {
            receiver,
            path: Some(path),
            has_observation,
            is_draining,
        }
    }

    /// Metrics and health alone, where they have a port of their own.
    #[must_use]
    pub fn observation(receiver: Arc<Receiver>, is_draining: Arc<AtomicBool>) -> Self {
        Self {
            receiver,
            path: None,
            has_observation: true,
            is_draining,
        }
    }

    /// Whether the receiver is about to end: each answer then asks its sender to connect anew.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.is_draining.load(Relaxed)
    }

    /// Answers one request.
    pub async fn answer(&self, request: Request<Incoming>, guest: &Guest) -> Answer {
        if let Err(refusal) = head::check(&request) {
            return Answer::refused(&refusal);
        }
        let path = request.uri().path();
        if self.path.as_deref() == Some(path) {
            return self.receiver.take(request, guest).await;
        }
        if self.has_observation && ["/metrics", "/healthz", "/readyz"].contains(&path) {
            return self.observe(request.method(), path).await;
        }
        Answer::refused(&Refusal::UnknownPath)
    }

    async fn observe(&self, method: &Method, path: &str) -> Answer {
        if method != Method::GET && method != Method::HEAD {
            return Answer::refused(&Refusal::WrongMethod("GET, HEAD"));
        }
        match path {
            "/metrics" => match self.receiver.metrics.page().await {
                Ok(text) => Answer::new(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text),
                Err(error) => {
                    tracing::error!(%error, "metrics could not be written");
                    Answer::refused(&Refusal::Internal)
                }
            },
            "/readyz" if self.is_draining() => Answer::new(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "draining"),
            _ => Answer::new(StatusCode::OK, "text/plain", "ok"),
        }
    }
}
