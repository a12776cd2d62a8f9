//! What makes a webhook acceptable: its content type and its body. Pure; knows nothing of connections or answers.

use serde::de::IgnoredAny;

/// What is wrong with a webhook. Says where, never what the sender wrote.
#[derive(thiserror::Error, Debug)]
pub enum Fault {
    /// The content type is absent or not JSON's.
    #[error("the content type must be application/json, or application/ and a name that ends in +json")]
    WrongType,
    /// A byte is not UTF-8, which JSON must be.
    #[error("the body is not valid JSON: it is not UTF-8 at byte {0}")]
    NotUtf8(usize),
    /// The body is no JSON value, or more than one.
    #[error("the body is not valid JSON: {0}")]
    NotJson(#[source] serde_json::Error),
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// JSON.
    Json,
    /// The fields of a form: how some senders wrap their JSON.
    Form,
}

/// What the content type announces: `application/json` or `application/*+json` with any parameters, or, where `takes_forms`,
/// `application/x-www-form-urlencoded`.
///
/// # Errors
/// [`Fault::WrongType`].
pub fn check_type(content_type: Option<&[u8]>, takes_forms: bool) -> Result<Kind, Fault> {
    if content_type == Some(b"application/json") {
        return Ok(Kind::Json);
    }
    let text = content_type
        .and_then(|value| std::str::from_utf8(value).ok())
        .ok_or(Fault::WrongType)?;
    let media_type = text.split(';').next().unwrap_or_default().trim();
    let (kind, name) = media_type.split_once('/').ok_or(Fault::WrongType)?;
    let ends_in_json = || {
        name.len() > 5 && name.is_char_boundary(name.len() - 5) && name[name.len() - 5..].eq_ignore_ascii_case("+json")
    };
    match kind.eq_ignore_ascii_case("application") {
        true if name.eq_ignore_ascii_case("json") || ends_in_json() => Ok(Kind::Json),
        true if takes_forms && name.eq_ignore_ascii_case("x-www-form-urlencoded") => Ok(Kind::Form),
        _ => Err(Fault::WrongType),
    }
}

/// Whether the body is one JSON value, or a form whose `payload`, if it has one, is. It is only looked over: no tree is
/// built, and nesting costs no stack.
///
/// # Errors
/// [`Fault::NotUtf8`] and [`Fault::NotJson`].
pub fn check_body(kind: Kind, body: &[u8]) -> Result<(), Fault> {
    // Skipping over a byte slice, serde_json does not look into strings; as text it cannot meet a byte that is not UTF-8.
    let text = std::str::from_utf8(body).map_err(|error| Fault::NotUtf8(error.valid_up_to()))?;
    let is_json = |text: &str| {
        serde_json::from_str::<IgnoredAny>(text)
            .map(|_| ())
            .map_err(Fault::NotJson)
    };
    match kind {
        Kind::Json => is_json(text),
        Kind::Form => {
            let payload = form_urlencoded::parse(body).find(|(name, _)| name == "payload");
            payload.map_or(Ok(()), |(_, json)| is_json(&json))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_types_with_and_without_parameters() {
        for good in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/cloudevents+json",
            " application/json ",
        ] {
            assert_eq!(
                check_type(Some(good.as_bytes()), false).ok(),
                Some(Kind::Json),
                "{good}"
            );
        }
        for bad in [
            "text/plain",
            "application/jsonx",
            "text/json+json",
            "",
            "application/x-www-form-urlencoded",
        ] {
            assert!(check_type(Some(bad.as_bytes()), false).is_err(), "{bad}");
        }
        assert!(check_type(None, true).is_err());
        assert!(check_type(Some(b"application/\xff+json"), false).is_err());
        let form = Some(&b"application/x-www-form-urlencoded"[..]);
        assert_eq!(check_type(form, true).ok(), Some(Kind::Form));
    }

    #[test]
    fn one_whole_json_value() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        for good in [
            "{}",
            " [1, 2.5e3, null] ",
            "\"é\"",
            "true",
            r#"{"a":{"b":[]}}"#,
            "1e999",
            &deep,
        ] {
            assert!(check_body(Kind::Json, good.as_bytes()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "{",
            "{} {}",
            "{'a': 1}",
            "[1,]",
            "NaN",
            "01",
            "\"\t\"",
            "\u{feff}{}",
        ] {
            assert!(check_body(Kind::Json, bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_fault_says_where() {
        assert_eq!(
            check_body(Kind::Json, b"{\"a\": 1,\n}").unwrap_err().to_string(),
            "the body is not valid JSON: key must be a string at line 2 column 1"
        );
        assert_eq!(
            check_body(Kind::Json, b"\"a\xff\"").unwrap_err().to_string(),
            "the body is not valid JSON: it is not UTF-8 at byte 2"
        );
    }

    #[test]
    fn a_form_holds_what_it_wraps() {
        for (form, is_good) in [
            ("payload=%7B%22a%22%3A+1%7D", true),
            ("a=1&payload=[]", true),
            ("command=%2Fdeploy&text=", true),
            ("payload=%7B", false),
            ("payload=", false),
        ] {
            assert_eq!(check_body(Kind::Form, form.as_bytes()).is_ok(), is_good, "{form}");
        }
    }
}
