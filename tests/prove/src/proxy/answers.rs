//! What the API server says when it refuses, as the proxy says it in its place. Owns the words only.

use bytes::Bytes;
use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use serde_json::{Value, json};

/// How soon a client that is told to come back later is told to come back.
const RETRY_SECONDS: u16 = 1;

/// The Status that goes with a code.
#[must_use]
pub fn status(code: u16) -> Value {
    let (reason, message) = match code {
        409 => (
            "Conflict",
            "the object has been modified; please apply your changes to the latest version and try again",
        ),
        410 => ("Expired", "too old resource version"),
        429 => ("TooManyRequests", "too many requests, please try again later"),
        503 => (
            "ServiceUnavailable",
            "the server is currently unable to handle the request",
        ),
        504 => (
            "Timeout",
            "the server was unable to return a response in the time allotted",
        ),
        _ => (
            "InternalError",
            "an error on the server has prevented the request from succeeding",
        ),
    };
    let mut status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": format!("{message} (by the fault proxy)"), "reason": reason, "code": code,
    });
    if code == 429 {
        status["details"] = json!({"retryAfterSeconds": RETRY_SECONDS});
    }
    status
}

/// The whole answer.
#[must_use]
pub fn refusal(code: u16) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(status(code).to_string()));
    *answer.status_mut() = http::StatusCode::from_u16(code).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if code == 429 {
        headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
    }
    answer
}

/// The event by which a watch says that it cannot go on.
#[must_use]
pub fn error_event(code: u16) -> Bytes {
    let event = json!({"type": "ERROR", "object": status(code)});
    Bytes::from(format!("{event}\n"))
}
