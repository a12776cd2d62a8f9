//! One connection: HTTP/1.1 within bounds of time and memory, and how it ends. Accepts nothing, decides on no answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;

use crate::answer::Unread;
use crate::linger::Lingering;

/// The largest header section in bytes; a larger one is answered 431.
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// The most that is read ahead of a handler, in bytes.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// Serves one connection. Headers may take `header_time`, which also bounds how long it may be idle between requests.
pub(crate) fn serve(
    stream: TcpStream,
    router: Router,
    header_time: Duration,
    is_draining: &Arc<AtomicBool>,
) -> impl GracefulConnection<Error = hyper::Error, Output = Result<(), hyper::Error>> + Send + use<> {
    // Answers are small and whole: waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let lingering = Lingering::new(stream);
    let lingers = lingering.switch();
    let router = TowerToHyperService::new(router);
    let is_draining = Arc::clone(is_draining);
    let service = service_fn(move |request: Request<Incoming>| {
        let has_body = !request.body().is_end_stream();
        let answered = hyper::service::Service::call(&router, request);
        let (lingers, is_draining) = (Arc::clone(&lingers), Arc::clone(&is_draining));
        async move {
            let mut response: Response<Body> = answered.await?;
            let leaves_body = has_body && response.extensions().get::<Unread>().is_some();
            lingers.store(leaves_body, Ordering::Relaxed);
            if leaves_body || is_draining.load(Ordering::Relaxed) {
                response
                    .headers_mut()
                    .insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response)
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_time)
        .max_header_size(MAX_HEADER_BYTES)
        .max_buf_size(MAX_BUFFER_BYTES)
        .serve_connection(TokioIo::new(lingering), service)
}
