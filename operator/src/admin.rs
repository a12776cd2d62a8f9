//! The operator's own HTTP endpoint: health for the kubelet.

use std::net::SocketAddr;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::sync::watch;

/// Serves `/healthz` (the process answers) and `/readyz` (the CRD is served and all caches are filled).
///
/// # Errors
/// When `address` cannot be listened on.
pub async fn serve(address: SocketAddr, filled: watch::Receiver<bool>) -> std::io::Result<()> {
    let readiness = move || async move {
        if *filled.borrow() {
            (StatusCode::OK, "ok")
        } else {
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "caches are not filled yet: is the WebhookService CRD installed?",
            )
        }
    };
    let app = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(readiness));
    axum::serve(tokio::net::TcpListener::bind(address).await?, app).await
}
