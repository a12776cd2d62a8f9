//! The requests that both receivers get: made up from a fixed seed, the same at each run.

use std::fmt;

use serde_json::{Value, json};

use crate::wire;

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    content_type: Option<&'static str>,
    body: Vec<u8>,
    is_chunked: bool,
    /// The difference that it is there to show.
    pub(crate) shows: Option<&'static str>,
}

impl Case {
    fn post(body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "POST",
            path: "/webhook",
            content_type: Some("application/json"),
            body: body.into(),
            is_chunked: false,
            shows: None,
        }
    }

    fn bare(method: &'static str, path: &'static str) -> Self {
        Self {
            method,
            path,
            content_type: None,
            ..Self::post("")
        }
    }

    fn typed(content_type: Option<&'static str>) -> Self {
        Self {
            content_type,
            ..Self::post("{\"a\": [1]}")
        }
    }

    fn showing(difference: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            shows: Some(difference),
            ..Self::post(body)
        }
    }

    /// The length of the body, in bytes.
    pub(crate) fn length(&self) -> i64 {
        i64::try_from(self.body.len()).unwrap_or(i64::MAX)
    }

    /// The request as it is sent.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self.content_type {
            Some(content_type) if self.is_chunked => {
                let pieces: Vec<_> = self.body.chunks(7).collect();
                wire::chunked(self.path, content_type, &pieces)
            }
            _ => wire::request(self.method, self.path, self.content_type, &self.body),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start: String = String::from_utf8_lossy(&self.body).chars().take(60).collect();
        write!(to, "{} {} {:?} {start:?}", self.method, self.path, self.content_type)
    }
}

/// Marsaglia's xorshift: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn value(&mut self, depth: u32) -> Value {
        match self.roll(if depth == 0 { 6 } else { 8 }) {
            0 => Value::Null,
            1 => json!(self.roll(2) == 0),
            2 => json!(self.roll(u64::MAX)),
            3 => json!(i64::try_from(self.roll(1 << 40)).unwrap_or_default() - (1 << 39)),
            4 => json!(f64::from(u16::try_from(self.roll(1000)).unwrap_or_default()) / 7.0),
            5 => json!(["", "a b", "ä€😀", "\u{1}\n\"\\", "<&>"][usize::try_from(self.roll(5)).unwrap_or_default()]),
            6 => (0..self.roll(4)).map(|_| self.value(depth - 1)).collect(),
            _ => Value::Object(
                (0..self.roll(4))
                    .map(|i| (format!("k{i}é"), self.value(depth - 1)))
                    .collect(),
            ),
        }
    }
}

/// All requests.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = well_formed();
    cases.extend(malformed());
    cases.extend(elsewhere());
    cases.extend(differing());
    // So that no outcome depends on what came before it.
    let mut dice = Dice(0xD1CE);
    for last in (1..cases.len()).rev() {
        let other = dice.roll(last as u64 + 1);
        cases.swap(last, usize::try_from(other).unwrap_or_default());
    }
    cases
}

fn well_formed() -> Vec<Case> {
    let mut dice = Dice(0x5EED_CAFE_F00D);
    let made_up = (0..160).map(|number| {
        let value = dice.value(4);
        // As others write it too: with space and without, whole and in pieces.
        let text = if number % 2 == 0 {
            value.to_string()
        } else {
            format!("{value:#}")
        };
        let is_chunked = number % 5 == 0;
        Case {
            is_chunked,
            ..Case::post(text)
        }
    });
    let mut cases: Vec<_> = made_up.collect();
    let texts = [
        "null",
        "-12.50e-3",
        "\"scalar\"",
        "1e999",
        "-0",
        "123456789012345678901234567890",
        "{\"a\":1,\"a\":2}",
        "\t[ ]\r\n",
        "\"\\ud83d\\ude00\"",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "\"日本語 ñ 😀\"",
    ];
    cases.extend(texts.map(Case::post));
    cases.push(Case::post("[".repeat(200) + &"]".repeat(200)));
    cases.extend(
        [
            "application/json; charset=utf-8",
            "APPLICATION/JSON",
            "application/cloudevents+json",
        ]
        .map(|content_type| Case::typed(Some(content_type))),
    );
    cases
}

fn malformed() -> Vec<Case> {
    let texts = [
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "{\"a\":}",
        "{'a':1}",
        "tru",
        "01",
        "1.",
        "+1",
        "\"\u{1}\"",
        "\"\\x\"",
        "\"\\u12\"",
        "{} {}",
        "nul",
        "[",
        "\"",
        "{\"a\" 1}",
        "//c\n1",
        "a=b",
        "\u{b}1",
        "\u{a0}1",
    ];
    let mut cases: Vec<_> = texts.map(Case::post).into();
    cases.push(Case::post(b"\"\xff\"".as_slice()));
    cases.push(Case::post(b"{\"a\": \"\xc3\x28\"}".as_slice()));
    let types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "text/json",
        "application/xml; q=json",
    ];
    cases.extend(types.map(|content_type| Case::typed(Some(content_type))));
    cases.push(Case::typed(None));
    cases
}

/// Other methods and paths. Without bodies: what a server does with one that nobody reads is no part of the contract.
fn elsewhere() -> Vec<Case> {
    let mut cases: Vec<_> = ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]
        .map(|method| Case::bare(method, "/webhook"))
        .into();
    let paths = ["/", "/webhooks", "/webhook/", "/WEBHOOK", "/healthz", "/readyz"];
    cases.extend(paths.map(|path| Case::bare("GET", path)));
    cases.push(Case::bare("POST", "/elsewhere"));
    cases.push(Case::bare("DELETE", "/metrics"));
    cases.push(Case::bare("HEAD", "/metrics"));
    cases
}

fn differing() -> Vec<Case> {
    let mut cases: Vec<_> = ["NaN", "[Infinity]", "{\"a\": -Infinity}"]
        .map(|text| Case::showing("not-a-number", text))
        .into();
    cases.push(Case::showing("other-encoding", "\u{feff}{}"));
    cases.push(Case::showing("other-encoding", b"{\0}\0".as_slice()));
    cases.push(Case::showing("payload-limit", format!("\"{}\"", "x".repeat(1 << 20))));
    cases.push(Case::showing("long-integers", "9".repeat(5000)));
    cases.push(Case::showing(
        "deep-nesting",
        "[".repeat(100_000) + &"]".repeat(100_000),
    ));
    cases
}
