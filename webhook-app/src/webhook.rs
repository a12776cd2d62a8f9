//! What makes a webhook acceptable: its content type and its body. Pure; knows nothing of connections.

use serde::de::IgnoredAny;

use crate::answer::Refusal;

/// Whether the content type announces JSON: `application/json` or `application/*+json`, with any parameters.
///
/// # Errors
/// [`Refusal::WrongType`].
pub fn check_type(content_type: Option<&[u8]>) -> Result<(), Refusal> {
    let text = content_type
        .and_then(|value| std::str::from_utf8(value).ok())
        .ok_or(Refusal::WrongType)?;
    let media_type = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json =
        media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    if is_json { Ok(()) } else { Err(Refusal::WrongType) }
}

/// Whether the body is one JSON value. It is only looked over: no tree is built.
///
/// # Errors
/// [`Refusal::BadJson`].
pub fn check_body(body: &[u8]) -> Result<(), Refusal> {
    serde_json::from_slice::<IgnoredAny>(body)
        .map(|_| ())
        .map_err(|_| Refusal::BadJson)
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
            assert_eq!(check_type(Some(good.as_bytes())), Ok(()), "{good}");
        }
        for bad in [
            "text/plain",
            "application/jsonx",
            "text/json+json",
            "",
            "application/x-www-form-urlencoded",
        ] {
            assert_eq!(check_type(Some(bad.as_bytes())), Err(Refusal::WrongType), "{bad}");
        }
        assert_eq!(check_type(None), Err(Refusal::WrongType));
    }

    #[test]
    fn one_whole_json_value() {
        for good in ["{}", " [1, 2.5e3, null] ", "\"a\"", "true", r#"{"a":{"b":[]}}"#] {
            assert_eq!(check_body(good.as_bytes()), Ok(()), "{good}");
        }
        for bad in ["", "{", "{} {}", "{'a': 1}", "[1,]", "nan", "\u{feff}{}"] {
            assert_eq!(check_body(bad.as_bytes()), Err(Refusal::BadJson), "{bad}");
        }
    }
}
