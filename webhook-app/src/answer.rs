//! Every answer a sender can get, as status, headers and JSON. Says what and why; never repeats what the sender sent.

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use bytes::Bytes;

use crate::webhook::Fault;

const SUCCESS: &[u8] = br#"{"status":"success"}"#;

/// How long a sender that was shed should wait, in seconds. Load is shed for moments.
const RETRY_AFTER_SECONDS: &str = "1";

/// Why a request was not served. A sender's fault answers 4xx and ours 5xx, since senders retry 5xx for days.
#[derive(Debug)]
pub enum Refusal {
    /// The webhook itself is at fault.
    Unacceptable(Fault),
    /// The body is over the limit of so many bytes.
    TooLarge(u32),
    /// The request did not arrive whole in time.
    TooSlow,
    /// The connection broke in the middle of the body.
    Broken,
    /// Another method than the ones named here.
    WrongMethod(&'static str),
    /// Another path.
    UnknownPath,
    /// As many webhooks as may be are in work.
    Overloaded,
    /// A fault of ours; the log has the rest.
    Internal,
}

/// Marks an answer that was given without reading the request's body to its end: should there be one, what is left of
/// it is not worth reading, and the connection ends with this answer.
#[derive(Clone, Copy, Debug)]
pub struct Unread;

impl Refusal {
    /// The status that says so.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unacceptable(Fault::WrongType) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unacceptable(Fault::NotUtf8(_) | Fault::NotJson(_)) | Self::Broken => StatusCode::BAD_REQUEST,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnknownPath => StatusCode::NOT_FOUND,
            Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What is wrong and why, for the sender and the log.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Unacceptable(fault) => fault.to_string(),
            Self::TooLarge(limit) => format!("the body is larger than {limit} bytes"),
            Self::TooSlow => "the request did not arrive in time".to_owned(),
            Self::Broken => "the body could not be read to its end".to_owned(),
            Self::WrongMethod(allowed) => format!("only {allowed} is allowed here"),
            Self::UnknownPath => "there is nothing at this path".to_owned(),
            Self::Overloaded => "too many requests at once, try again".to_owned(),
            Self::Internal => "the receiver failed, its log says why".to_owned(),
        }
    }

    /// The header that this answer carries beside its type.
    fn header(&self) -> Option<(HeaderName, &'static str)> {
        match self {
            Self::WrongMethod(allowed) => Some((ALLOW, allowed)),
            Self::Overloaded => Some((RETRY_AFTER, RETRY_AFTER_SECONDS)),
            _ => None,
        }
    }

    fn is_body_read(&self) -> bool {
        matches!(self, Self::Unacceptable(Fault::NotUtf8(_) | Fault::NotJson(_)))
    }
}

/// The answer to a webhook that was taken.
#[must_use]
pub fn success() -> Response<Body> {
    json(StatusCode::OK, Bytes::from_static(SUCCESS))
}

/// The answer to a request that was not served.
#[must_use]
pub fn refused(refusal: &Refusal) -> Response<Body> {
    let body = serde_json::json!({"error": refusal.reason()}).to_string();
    let mut response = json(refusal.status(), body.into());
    if let Some((name, value)) = refusal.header() {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if !refusal.is_body_read() {
        response.extensions_mut().insert(Unread);
    }
    response
}

fn json(status: StatusCode, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
