//! Every answer a sender can get, as status, headers and JSON. Says what and why; never repeats what the sender sent.

use axum::body::Body;
use axum::http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use bytes::Bytes;

const SUCCESS: &[u8] = br#"{"status":"success"}"#;

/// Why a webhook was not taken. A sender's fault answers 4xx and ours 5xx, since senders retry 5xx for days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The body is no JSON.
    BadJson,
    /// The content type is not JSON's.
    WrongType,
    /// The body is over the limit of so many bytes.
    TooLarge(u32),
    /// The request did not arrive whole in time.
    TooSlow,
    /// The connection broke in the middle of the body.
    Broken,
    /// Not a POST.
    WrongMethod,
    /// Another path.
    UnknownPath,
    /// As many webhooks as may be are in work.
    Overloaded,
}

impl Refusal {
    /// The status that says so.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::BadJson | Self::Broken => StatusCode::BAD_REQUEST,
            Self::WrongType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnknownPath => StatusCode::NOT_FOUND,
            Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn reason(self) -> String {
        match self {
            Self::BadJson => "the body is not valid JSON".to_owned(),
            Self::WrongType => "the content type must be application/json".to_owned(),
            Self::TooLarge(limit) => format!("the body is larger than {limit} bytes"),
            Self::TooSlow => "the request did not arrive in time".to_owned(),
            Self::Broken => "the body could not be read to its end".to_owned(),
            Self::WrongMethod => "only POST is allowed here".to_owned(),
            Self::UnknownPath => "there is nothing here".to_owned(),
            Self::Overloaded => "too many requests at once, try again".to_owned(),
        }
    }

    /// The header that this answer carries beside its type.
    fn header(self) -> Option<(HeaderName, &'static str)> {
        match self {
            Self::WrongMethod => Some((ALLOW, "POST")),
            Self::Overloaded => Some((RETRY_AFTER, "1")),
            // What is left of the body is not worth reading.
            Self::TooLarge(_) | Self::TooSlow | Self::Broken => Some((CONNECTION, "close")),
            Self::BadJson | Self::WrongType | Self::UnknownPath => None,
        }
    }
}

/// The answer to a webhook that was taken.
#[must_use]
pub fn success() -> Response<Body> {
    json(StatusCode::OK, Bytes::from_static(SUCCESS))
}

/// The answer to one that was not.
#[must_use]
pub fn refused(refusal: Refusal) -> Response<Body> {
    let body = serde_json::json!({"error": refusal.reason()}).to_string();
    let mut response = json(refusal.status(), body.into());
    if let Some((name, value)) = refusal.header() {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
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
