//! One connection: HTTP/1.1 within bounds of time and memory, and how it ends. Accepts nothing, decides on no answer.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::Poll;

use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::header::CONNECTION;
use hyper::http::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::crowd::{Guest, Leave, Phase};
use crate::routes::Routes;
use crate::stream::Stream;

/// The largest header section in bytes; a larger one is answered 431.
const MAX_HEADER_BYTES: usize = 16 * 1024;

/// The most that is read ahead of a handler, in bytes.
const MAX_BUFFER_BYTES: usize = 32 * 1024;

/// Serves one connection until it ends, or its guest is told to leave.
pub(crate) async fn serve(stream: TcpStream, guest: Guest, routes: Arc<Routes>) -> Result<(), hyper::Error> {
    // Answers are small and whole: waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let (guest, lingers) = (Arc::new(guest), Arc::<AtomicBool>::default());
    let stream = Stream::new(stream, Arc::clone(&guest), Arc::clone(&lingers));
    let service = service_fn(|request: Request<Incoming>| {
        let (guest, lingers, routes) = (Arc::clone(&guest), Arc::clone(&lingers), Arc::clone(&routes));
        async move {
            let has_body = !request.body().is_end_stream();
            guest.enter(if has_body { Phase::Body } else { Phase::Answer });
            let answer = routes.answer(request, &guest).await;
            let leaves_body = has_body && !answer.is_body_read;
            let mut response = answer.response;
            // Who gives way to others is not also waited for.
            lingers.store(leaves_body && guest.told() != Some(Leave::Crowded), Relaxed);
            if leaves_body || answer.is_last || guest.is_closing() || routes.is_draining() {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(CONNECTION, close);
                // Its sender is owed this answer to its last byte.
                guest.enter(Phase::Answer);
            } else {
                guest.was_served();
            }
            Ok::<_, Infallible>(response)
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .header_read_timeout(None) // the crowd keeps the time
            .max_header_size(MAX_HEADER_BYTES)
            .max_buf_size(MAX_BUFFER_BYTES)
            .writev(false) // answers are small: copied behind their head they leave in one piece
            .serve_connection(TokioIo::new(stream), service)
    );
    let mut is_closing = false;
    poll_fn(|context| {
        guest.register(context.waker());
        if guest.is_closing() && !is_closing {
            is_closing = true;
            connection.as_mut().graceful_shutdown();
        }
        let ended = connection.as_mut().poll(context);
        // Only now: a request that has come meanwhile is answered, however crowded it is.
        if ended.is_pending() && guest.may_be_dropped() {
            return Poll::Ready(Ok(()));
        }
        ended
    })
    .await
}
