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

/// Whether the content type announces JSON: `application/json` or `application/*+json`, with any parameters.
///
/// # Errors
/// [`Fault::WrongType`].
pub fn check_type(content_type: Option<&[u8]>) -> Result<(), Fault> {
    let text = content_type
        .and_then(|value| std::str::from_utf8(value).ok())
        .ok_or(Fault::WrongType)?;
    let media_type = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json =
        media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    if is_json { Ok(()) } else { Err(Fault::WrongType) }
}

/// Whether the body is one JSON value. It is only looked over: no tree is built, and nesting costs no stack.
///
/// # Errors
/// [`Fault::NotUtf8`] and [`Fault::NotJson`].
pub fn check_body(body: &[u8]) -> Result<(), Fault> {
    // Skipping over a byte slice, serde_json does not look into strings; as text it cannot meet a byte that is not UTF-8.
    let text = std::str::from_utf8(body).map_err(|error| Fault::NotUtf8(error.valid_up_to()))?;
    serde_json::from_str::<IgnoredAny>(text)
        .map(|_| ())
        .map_err(Fault::NotJson)
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
            assert!(check_type(Some(good.as_bytes())).is_ok(), "{good}");
        }
        for bad in [
            "text/plain",
            "application/jsonx",
            "text/json+json",
            "",
            "application/x-www-form-urlencoded",
        ] {
            assert!(check_type(Some(bad.as_bytes())).is_err(), "{bad}");
        }
        assert!(check_type(None).is_err());
        assert!(check_type(Some(b"application/\xff+json")).is_err());
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
            assert!(check_body(good.as_bytes()).is_ok(), "{good}");
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
            assert!(check_body(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_fault_says_where() {
        assert_eq!(
            check_body(b"{\"a\": 1,\n}").unwrap_err().to_string(),
            "the body is not valid JSON: key must be a string at line 2 column 1"
        );
        assert_eq!(
            check_body(b"\"a\xff\"").unwrap_err().to_string(),
            "the body is not valid JSON: it is not UTF-8 at byte 2"
        );
    }
}
