//! The operator's own HTTP endpoint: health for the kubelet, metrics for Prometheus.

use std::net::SocketAddr;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::scrape::View;

/// Serves `/healthz` (work gets done), `/readyz` (the CRD is served and all caches are filled; who stands by is ready
/// too) and `/metrics`.
///
/// # Errors
/// When `address` cannot be listened on.
pub async fn serve(address: SocketAddr, view: View) -> std::io::Result<()> {
    let (readiness, metrics) = (view.clone(), view.clone());
    let app = Router::new()
        .route("/healthz", get(move || std::future::ready(health(&view))))
        .route("/readyz", get(move || std::future::ready(ready(&readiness))))
        .route("/metrics", get(move || std::future::ready(exposition(&metrics))));
    axum::serve(tokio::net::TcpListener::bind(address).await?, app).await
}

fn health(view: &View) -> Response {
    let Some(stalled) = view.context.progress.stalled() else {
        return "ok".into_response();
    };
    // Here too: after the kubelet has killed the container, its log is what is left.
    tracing::error!("stalled: {stalled}");
    (StatusCode::SERVICE_UNAVAILABLE, stalled).into_response()
}

fn ready(view: &View) -> Response {
    match view.readiness() {
        Ok(standing) => standing.into_response(),
        Err(missing) => (StatusCode::SERVICE_UNAVAILABLE, missing).into_response(),
    }
}

fn exposition(view: &View) -> Response {
    match view.metrics() {
        Ok(text) => ([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
