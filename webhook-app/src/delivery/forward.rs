//! Turns a webhook into the request that its target gets. Pure.
//!
//! Sources: RFC 9110 §7.6.1 on what ends at a hop; CloudEvents 1.0.2, HTTP binding, binary mode.

use std::fmt::Write;
use std::time::SystemTime;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, USER_AGENT};
use hyper::http::uri::Uri;
use hyper::http::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Request};

use super::event::Event;
use crate::verify::scheme::{Form, Scheme};

/// How a webhook is passed on.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The same bytes with the sender's headers.
    Raw,
    /// The same bytes as a CloudEvent in binary mode, with the sender's id as `ce-id`.
    #[value(name = "cloudevents")]
    CloudEvents,
}

/// What the target of `--delivery-http-url` gets.
#[derive(Clone, Debug)]
pub struct Forward {
    /// Where it goes. A request has no say in it.
    pub uri: Uri,
    /// How it is passed on.
    pub format: Format,
    /// The `ce-source` of events.
    pub source: HeaderValue,
    /// By whose rules webhooks come.
    pub scheme: Option<Scheme>,
}

/// Headers that belong to the hop between the sender and us, say who is at its other end, or open doors here.
const OF_THE_HOP: [&str; 20] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "accept-encoding",
    "authorization",
    "cookie",
    "forwarded",
    "via",
    "x-real-ip",
    "x-original-forwarded-for",
    "x-client-ip",
];

impl Forward {
    /// The request for a webhook that came with these headers.
    #[must_use]
    pub fn request(&self, headers: &HeaderMap, body: &Bytes) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = match self.format {
            Format::Raw => self.raw(headers),
            Format::CloudEvents => self.event(headers, body),
        };
        request
    }

    fn raw(&self, headers: &HeaderMap) -> HeaderMap {
        let named_by_connection: Vec<_> = headers
            .get_all("connection")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|name| name.trim().to_ascii_lowercase())
            .collect();
        let is_kept = |name: &HeaderName| {
            let text = name.as_str();
            !OF_THE_HOP.contains(&text)
                && !text.starts_with("x-forwarded-")
                && !named_by_connection.iter().any(|named| named == text)
                && !self.is_token(name)
        };
        let kept = headers.iter().filter(|(name, _)| is_kept(name));
        kept.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Whether this header carries what only those who know a secret can send. A signature proves one webhook; a token
    /// would let the target, and all who read its logs, send others.
    fn is_token(&self, name: &HeaderName) -> bool {
        let methods = self.scheme.iter().flat_map(Scheme::methods);
        methods
            .into_iter()
            .any(|method| method.signature == *name && matches!(method.form, Form::Token { .. }))
    }

    fn event(&self, headers: &HeaderMap, body: &[u8]) -> HeaderMap {
        let event = Event::of(self.scheme.as_ref(), headers, body);
        let time = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
        let mut own = HeaderMap::new();
        let mut insert = |name, value: &str| {
            if let Ok(value) = HeaderValue::from_str(&percent_encoded(value)) {
                own.insert(HeaderName::from_static(name), value);
            }
        };
        insert("ce-specversion", "1.0");
        insert("ce-id", &event.id);
        insert("ce-type", &event.type_);
        insert("ce-time", &time);
        own.insert(HeaderName::from_static("ce-source"), self.source.clone());
        own.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("webhook-app/", env!("CARGO_PKG_VERSION"))),
        );
        if let Some(content_type) = headers.get(CONTENT_TYPE) {
            own.insert(CONTENT_TYPE, content_type.clone());
        }
        own
    }
}

/// The form that a header's value must have: CloudEvents, HTTP binding §3.1.3.2.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            0x21..=0x7e if byte != b'"' && byte != b'%' => encoded.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}
