//! Which path does what: the order of shedding, reading, checking and answering. Owns no socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, Response, StatusCode};
use axum::routing::{any, get};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
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
        webhooks.merge(observed(receiver))
    } else {
        webhooks
    };
    all.fallback(|| async { answer::refused(Refusal::UnknownPath) })
}

/// The routes of metrics and health.
pub fn observed(receiver: Receiver) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(readiness))
        .with_state(receiver)
}

async fn metrics(State(receiver): State<Receiver>) -> Response<Body> {
    let mut response = match receiver.metrics.text() {
        Ok(text) => Response::new(Body::from(text)),
        Err(error) => {
            tracing::error!(%error, "metrics could not be written");
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    };
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"),
    );
    response
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
    let began = Instant::now();
    let result = receive(&receiver, request).await;
    receiver.metrics.answered(result.is_ok(), began.elapsed());
    match result {
        Ok(()) => answer::success(),
        Err(refusal) => {
            tracing::debug!(status = refusal.status().as_u16(), reason = ?refusal, "webhook refused");
            answer::refused(refusal)
        }
    }
}

async fn receive(receiver: &Receiver, request: Request) -> Result<(), Refusal> {
    if request.method() != Method::POST {
        return Err(Refusal::WrongMethod);
    }
    // Before a byte of the body is read: shedding must cost nothing.
    let _permit = receiver.in_work.try_acquire().map_err(|_| Refusal::Overloaded)?;
    webhook::check_type(request.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes))?;
    let body = tokio::time::timeout(receiver.request_timeout, read(request, receiver.max_payload_bytes))
        .await
        .map_err(|_| Refusal::TooSlow)??;
    webhook::check_body(&body)?;
    receiver.metrics.payload(body.len());
    Ok(())
}

async fn read(request: Request, limit: u32) -> Result<Bytes, Refusal> {
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > u64::from(limit)) {
        return Err(Refusal::TooLarge(limit));
    }
    let body = Limited::new(request.into_body(), limit as usize).collect().await;
    body.map(http_body_util::Collected::to_bytes).map_err(|error| {
        if error.is::<LengthLimitError>() {
            Refusal::TooLarge(limit)
        } else {
            Refusal::Broken
        }
    })
}
