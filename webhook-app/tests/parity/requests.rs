//! The requests that both receivers get: made up from a fixed seed, the same at each run.

use serde_json::{Value, json};

/// One request, and the named difference that it shows.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) body: Vec<u8>,
    pub(crate) difference: Option<&'static str>,
}

impl Case {
    pub(crate) fn get(path: &'static str) -> Self {
        Self {
            method: "GET",
            path,
            content_type: None,
            body: Vec::new(),
            difference: None,
        }
    }

    fn post(body: impl Into<Vec<u8>>) -> Self {
        let content_type = Some("application/json");
        Self {
            method: "POST",
            path: "/webhook",
            content_type,
            body: body.into(),
            difference: None,
        }
    }

    fn differing(mut self, difference: &'static str) -> Self {
        self.difference = Some(difference);
        self
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
            4 => json!(self.roll(1000) as u32 as f32 / 7.0),
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
    let mut dice = Dice(0x5EED_CAFE_F00D);
    let mut cases: Vec<_> = (0..160)
        .map(|i| {
            let value = dice.value(4);
            // As others write it too: with space, and with every character escaped or none.
            Case::post(if i % 2 == 0 {
                value.to_string()
            } else {
                serde_json::to_string_pretty(&value).unwrap()
            })
        })
        .collect();
    let bad = [
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
    ];
    cases.extend(bad.map(Case::post));
    let good = [
        "1e999",
        "-0",
        "123456789012345678901234567890",
        "{\"a\":1,\"a\":2}",
        "\t[ ]\r\n",
        "\"\\ud83d\\ude00\"",
        "\"\\u0000\"",
    ];
    cases.extend(good.map(Case::post));
    cases.push(Case::post(b"\"\xff\"".as_slice()));
    cases.push(Case::post(b"{\"a\": \"\xc3\x28\"}".as_slice()));
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonp"),
        Some("text/json"),
    ] {
        cases.push(Case {
            content_type,
            ..Case::post("{}")
        });
    }
    for content_type in [
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/cloudevents+json",
    ] {
        cases.push(Case {
            content_type: Some(content_type),
            ..Case::post("{\"a\": [1]}")
        });
    }
    for method in ["PUT", "DELETE", "PATCH"] {
        cases.push(Case {
            method,
            ..Case::post("{}")
        });
    }
    cases.push(Case::get("/webhook"));
    cases.push(Case {
        path: "/webhooks",
        ..Case::post("{}")
    });
    cases.push(Case::get("/"));
    cases.extend(["NaN", "[Infinity]", "{\"a\": -Infinity}"].map(|body| Case::post(body).differing("not-a-number")));
    cases.push(Case::post("\u{feff}{}").differing("other-encoding"));
    cases.push(Case::post(b"{\0}\0".as_slice()).differing("other-encoding"));
    cases.push(Case::post("[".repeat(200) + &"]".repeat(200)).differing("deep-nesting"));
    cases
}
