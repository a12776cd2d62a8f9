//! The table of answers: each request with all that comes of it. Sends nothing.

use crate::wire::{Counts, chunked, request};

const JSON: Option<&str> = Some("application/json");

/// `{"error": …}`.
pub(crate) fn error(reason: &str) -> String {
    serde_json::json!({ "error": reason }).to_string()
}

/// A request, and all that comes of it: status, headers beside date, type and length, body, counts.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) request: Vec<u8>,
    pub(crate) status: u16,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) body: String,
    pub(crate) counts: Counts,
}

const TAKEN: &str = r#"{"status":"success"}"#;
const CLOSE: &[(&str, &str)] = &[("connection", "close")];
const NOTHING: Counts = Counts {
    success: 0,
    error: 0,
    timed: 0,
    bytes: 0,
};
const ERROR: Counts = Counts {
    error: 1,
    timed: 1,
    ..NOTHING
};

fn taken(name: &'static str, request: Vec<u8>, bytes: i64) -> Case {
    let counts = Counts {
        success: 1,
        timed: 1,
        bytes,
        error: 0,
    };
    Case {
        name,
        request,
        status: 200,
        headers: &[],
        body: TAKEN.to_owned(),
        counts,
    }
}

fn refusal(
    name: &'static str,
    request: Vec<u8>,
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    reason: &str,
) -> Case {
    Case {
        name,
        request,
        status,
        headers,
        body: error(reason),
        counts: ERROR,
    }
}

fn uncounted(mut case: Case) -> Case {
    case.counts = NOTHING;
    case
}

pub(crate) fn accepted() -> Vec<Case> {
    let post = |content_type, body: &[u8]| request("POST", "/webhook", Some(content_type), body);
    let with_query = request("POST", "/webhook?source=shop", JSON, b"{}");
    let pieces: &[&[u8]] = &[b"{\"a\"", b": 1}"];
    vec![
        taken("an object", post("application/json", br#"{"a": 1}"#), 8),
        taken("with a charset", post("application/json; charset=utf-8", b"{}"), 2),
        taken("a structured type", post("application/cloudevents+json", b"{}"), 2),
        taken(
            "letters of more bytes",
            post("application/json", "\"é😀\"".as_bytes()),
            8,
        ),
        taken("a scalar", post("application/json", b"null"), 4),
        taken("a query", with_query, 2),
        taken("in pieces", chunked("/webhook", "application/json", pieces), 8),
        taken("as large as may be", post("application/json", &quoted(62)), 64),
    ]
}

fn quoted(letters: usize) -> Vec<u8> {
    format!("\"{}\"", "x".repeat(letters)).into_bytes()
}

pub(crate) fn refused() -> Vec<Case> {
    let json = |body: &[u8]| request("POST", "/webhook", JSON, body);
    let on = |method: &str, path: &str, body: &[u8]| request(method, path, JSON, body);
    let typed = |content_type| request("POST", "/webhook", content_type, b"{}");
    let type_rule = "the content type must be application/json, or application/ and a name that ends in +json";
    let too_large = "the body is larger than 64 bytes";
    let (only_post, nothing) = ("only POST is allowed here", "there is nothing at this path");
    let eof = "the body is not valid JSON: EOF while parsing an object at line 1 column 1";
    let empty = "the body is not valid JSON: EOF while parsing a value at line 1 column 0";
    let not_utf8 = "the body is not valid JSON: it is not UTF-8 at byte 1";
    let chunks = chunked("/webhook", "application/json", &[&quoted(40), &quoted(40)]);
    let allow = &[("allow", "POST")];
    let allow_close = &[("allow", "POST"), ("connection", "close")];
    let get_only = &[("allow", "GET, HEAD")];
    vec![
        refusal("bad JSON", json(b"{"), 400, &[], eof),
        refusal("no body", json(b""), 400, &[], empty),
        refusal("not UTF-8", json(b"\"\xff\""), 400, &[], not_utf8),
        refusal("another type", typed(Some("text/plain")), 415, CLOSE, type_rule),
        refusal("no type", typed(None), 415, CLOSE, type_rule),
        refusal("too large", json(&quoted(63)), 413, CLOSE, too_large),
        refusal("too large in pieces", chunks, 413, CLOSE, too_large),
        refusal("GET", on("GET", "/webhook", b""), 405, allow, only_post),
        refusal(
            "PUT with a body",
            on("PUT", "/webhook", b"{}"),
            405,
            allow_close,
            only_post,
        ),
        refusal("a made-up method", on("BREW", "/webhook", b""), 405, allow, only_post),
        uncounted(refusal("another path", on("GET", "/", b""), 404, &[], nothing)),
        uncounted(refusal(
            "a slash more",
            on("POST", "/webhook/", b"{}"),
            404,
            CLOSE,
            nothing,
        )),
        uncounted(refusal(
            "DELETE",
            on("DELETE", "/metrics", b""),
            405,
            get_only,
            "only GET, HEAD is allowed here",
        )),
    ]
}
