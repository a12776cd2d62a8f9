//! Every answer a sender can get, as status, headers and JSON. Says what and why; never repeats what the sender sent.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use hyper::http::HeaderValue;
use hyper::{Response, StatusCode};

use crate::delivery::Undelivered;
use crate::verify::Unproven;
use crate::webhook::Fault;

const SUCCESS: &[u8] = br#"{"status":"success"}"#;

/// How long a sender that was shed should wait, in seconds. Load is shed for moments.
const RETRY_AFTER_SECONDS: u64 = 1;

/// Why a request was not served. A sender's fault answers 4xx and ours 5xx, since senders retry 5xx for days.
#[derive(Debug)]
pub enum Refusal {
    /// The webhook itself is at fault.
    Unacceptable(Fault),
    /// It does not prove who sent it.
    Unproven(Unproven),
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
    /// The head breaks a rule of HTTP that the parser does not know.
    Malformed(&'static str),
    /// The body is in another transfer coding than chunked.
    UnknownCoding,
    /// As many webhooks as may be are in work, or as much of their bodies as may be is held.
    Overloaded,
    /// The target did not take it.
    Undelivered(Undelivered),
    /// A fault of ours; the log has the rest.
    Internal,
}

impl Refusal {
    /// The status that says so.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unacceptable(Fault::WrongType) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unacceptable(Fault::NotUtf8(_) | Fault::NotJson(_)) | Self::Broken | Self::Malformed(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::UnknownCoding => StatusCode::NOT_IMPLEMENTED,
            Self::Unproven(_) => StatusCode::UNAUTHORIZED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnknownPath => StatusCode::NOT_FOUND,
            Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::Undelivered(undelivered) => undelivered.status(),
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// One word for it, for metrics.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Unacceptable(Fault::WrongType) => Reason::WrongType,
            Self::Unacceptable(_) => Reason::BadJson,
            Self::Unproven(Unproven::Missing) => Reason::SignatureMissing,
            Self::Unproven(Unproven::Stale) => Reason::SignatureStale,
            Self::Unproven(Unproven::Mismatch) => Reason::SignatureMismatch,
            Self::Unproven(Unproven::Malformed) => Reason::SignatureMalformed,
            Self::TooLarge(_) => Reason::TooLarge,
            Self::TooSlow => Reason::TooSlow,
            Self::Broken => Reason::Broken,
            Self::WrongMethod(_) => Reason::WrongMethod,
            Self::Overloaded => Reason::Overloaded,
            Self::Undelivered(_) => Reason::Undelivered,
            Self::UnknownPath | Self::Malformed(_) | Self::UnknownCoding | Self::Internal => Reason::Other,
        }
    }

    /// What is wrong and why, for the sender. Of a signature nothing useful: who may know more reads the log.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Unacceptable(fault) => fault.to_string(),
            Self::Unproven(_) => "the signature could not be verified".to_owned(),
            Self::TooLarge(limit) => format!("the body is larger than {limit} bytes"),
            Self::TooSlow => "the request did not arrive in time".to_owned(),
            Self::Broken => "the body could not be read to its end".to_owned(),
            Self::WrongMethod(allowed) => format!("only {allowed} is allowed here"),
            Self::UnknownPath => "there is nothing at this path".to_owned(),
            Self::Malformed(what) => (*what).to_owned(),
            Self::UnknownCoding => "chunked is the only transfer coding that is known here".to_owned(),
            Self::Overloaded => "too many requests at once, try again".to_owned(),
            Self::Undelivered(undelivered) => undelivered.to_string(),
            Self::Internal => "the receiver failed, its log says why".to_owned(),
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Overloaded => Some(RETRY_AFTER_SECONDS),
            Self::Undelivered(undelivered) => Some(undelivered.retry_after_seconds()),
            _ => None,
        }
    }

    fn is_body_read(&self) -> bool {
        matches!(
            self,
            Self::Unacceptable(Fault::NotUtf8(_) | Fault::NotJson(_)) | Self::Unproven(_) | Self::Undelivered(_)
        )
    }
}

/// An answer, and what becomes of the connection after it.
#[derive(Debug)]
pub struct Answer {
    /// The answer.
    pub response: Response<Full<Bytes>>,
    /// Whether the request's body was read to its end. Should it not have been, what is left of it is not worth reading,
    /// and the connection ends with this answer.
    pub is_body_read: bool,
    /// Whether the connection ends with this answer in any case: where the next request begins is then not certain.
    pub is_last: bool,
}

impl Answer {
    /// An answer of `body` that is of this type.
    #[must_use]
    pub fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut response = Response::new(Full::new(body.into()));
        *response.status_mut() = status;
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self {
            response,
            is_body_read: true,
            is_last: false,
        }
    }

    /// The answer to a webhook that was taken.
    #[must_use]
    pub fn success() -> Self {
        Self::new(StatusCode::OK, "application/json", SUCCESS)
    }

    /// The answer to a request that was not served.
    #[must_use]
    pub fn refused(refusal: &Refusal) -> Self {
        let body = serde_json::json!({"error": refusal.text()}).to_string();
        let mut answer = Self::new(refusal.status(), "application/json", body);
        answer.is_body_read = refusal.is_body_read();
        answer.is_last = matches!(refusal, Refusal::Malformed(_) | Refusal::UnknownCoding);
        let headers = answer.response.headers_mut();
        if let Refusal::WrongMethod(allowed) = refusal {
            headers.insert(ALLOW, HeaderValue::from_static(allowed));
        }
        if let Some(seconds) = refusal.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}

/// Why requests are refused, in the words of `webhook_rejections_total{reason}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No JSON.
    BadJson,
    /// A content type that is not JSON's.
    WrongType,
    /// No signature.
    SignatureMissing,
    /// A signature of another time.
    SignatureStale,
    /// A signature that no accepted key made.
    SignatureMismatch,
    /// A signature that is not written as its scheme says.
    SignatureMalformed,
    /// A body over the limit.
    TooLarge,
    /// A request that did not arrive in time.
    TooSlow,
    /// A body that broke off, or a sender that hung up.
    Broken,
    /// A method other than POST.
    WrongMethod,
    /// More at once than may be.
    Overloaded,
    /// A target that did not take it.
    Undelivered,
    /// A fault of ours.
    Other,
}

impl Reason {
    /// All of them, in the order of their declaration.
    pub const ALL: [(Self, &'static str); 13] = [
        (Self::BadJson, "bad_json"),
        (Self::WrongType, "wrong_type"),
        (Self::SignatureMissing, "signature_missing"),
        (Self::SignatureStale, "signature_stale"),
        (Self::SignatureMismatch, "signature_mismatch"),
        (Self::SignatureMalformed, "signature_malformed"),
        (Self::TooLarge, "too_large"),
        (Self::TooSlow, "too_slow"),
        (Self::Broken, "broken"),
        (Self::WrongMethod, "wrong_method"),
        (Self::Overloaded, "overloaded"),
        (Self::Undelivered, "undelivered"),
        (Self::Other, "other"),
    ];
}
