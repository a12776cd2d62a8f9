//! Which path does what: the order of shedding, reading, checking and answering. Owns no socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, any, get};
use bytes::Bytes;
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited};
use tokio::sync::Semaphore;

use crate::answer::{self, Refusal};
use crate::config::Config;
use crate::metrics::Metrics;
use crate::webhook;

/// What the handlers share.
#[derive(Clone, Debug)]
pub struct Receiver {
    metrics: Metrics,
    in_work: Arc<Semaphore>,
    is_draining: Arc<AtomicBool>,
    max_payload_bytes: u32,
    request_timeout: Duration,
}

impl Receiver {
    /// A receiver within the limits of `config`. `is_draining` turns readiness off.
    #[must_use]
    pub fn new(config: &Config, metrics: Metrics, is_draining: Arc<AtomicBool>) -> Self {
        Self {
            metrics,
            in_work: Arc::new(Semaphore::new(config.max_concurrent_requests as usize)),
            is_draining,
            max_payload_bytes: config.max_payload_bytes,
            request_timeout: config.request_timeout,
        }
    }
}

/// The routes of the public port; with `is_whole` also metrics and health.
pub fn public(receiver: Receiver, path: &str, is_whole: bool) -> Router {
    let webhooks = Router::new().route(path, any(take)).with_state(receiver.clone());
    let all = if is_whole {
        webhooks.merge(observation(receiver))
    } else {
        webhooks
    };
    all.fallback(unknown_path)
}

/// The routes of the port of metrics and health, where that is a port of its own.
pub fn observed(receiver: Receiver) -> Router {
    observation(receiver).fallback(unknown_path)
}

fn observation(receiver: Receiver) -> Router {
    Router::new()
        .route("/metrics", only_get(get(metrics)))
        .route("/healthz", only_get(get(|| async { "ok" })))
        .route("/readyz", only_get(get(readiness)))
        .with_state(receiver)
}

fn only_get(route: MethodRouter<Receiver>) -> MethodRouter<Receiver> {
    route.fallback(|| async { answer::refused(&Refusal::WrongMethod("GET,HEAD")) })
}

async fn unknown_path() -> Response<Body> {
    answer::refused(&Refusal::UnknownPath)
}

async fn metrics(State(receiver): State<Receiver>) -> Response<Body> {
    match receiver.metrics.text() {
        Ok(text) => ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics could not be written");
            answer::refused(&Refusal::Internal)
        }
    }
}

async fn readiness(State(receiver): State<Receiver>) -> (StatusCode, &'static str) {
    if receiver.is_draining.load(Ordering::Relaxed) {
        (StatusCode::SERVICE_UNAVAILABLE, "draining")
    } else {
        (StatusCode::OK, "ok")
    }
}

/// Answers, counts and times one request on the webhook path.
async fn take(State(receiver): State<Receiver>, request: Request) -> Response<Body> {
    let processing = receiver.metrics.begin();
    let outcome = tokio::time::timeout(receiver.request_timeout, receive(&receiver, request)).await;
    match outcome.unwrap_or(Err(Refusal::TooSlow)) {
        Ok(body) => {
            processing.succeeded(body.len());
            answer::success()
        }
        Err(refusal) => {
            tracing::debug!(
                status = refusal.status().as_u16(),
                reason = refusal.reason(),
                "webhook refused"
            );
            answer::refused(&refusal)
        }
    }
}

async fn receive(receiver: &Receiver, request: Request) -> Result<Bytes, Refusal> {
    if request.method() != Method::POST {
        return Err(Refusal::WrongMethod("POST"));
    }
    // Before a byte of the body is read: shedding must cost nothing.
    let _permit = receiver.in_work.try_acquire().map_err(|_| Refusal::Overloaded)?;
    let content_type = request.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    webhook::check_type(content_type).map_err(Refusal::Unacceptable)?;
    let body = read(request.into_body(), receiver.max_payload_bytes).await?;
    webhook::check_body(&body).map_err(Refusal::Unacceptable)?;
    Ok(body)
}

async fn read(body: Body, limit: u32) -> Result<Bytes, Refusal> {
    // An announced length is enough to know; a chunked body shows its length only as it comes.
    if body.size_hint().lower() > u64::from(limit) {
        return Err(Refusal::TooLarge(limit));
    }
    let body = Limited::new(body, limit as usize).collect().await;
    body.map(Collected::to_bytes).map_err(|error| {
        if error.is::<LengthLimitError>() {
            Refusal::TooLarge(limit)
        } else {
            Refusal::Broken
        }
    })
}
