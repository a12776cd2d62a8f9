//! A scheme that the operator of this receiver describes, for senders that no other scheme fits. Only reads the description.

use hyper::http::HeaderName;

use super::scheme::{Algorithm, Encoding, Form, KeyForm, Method, Part, Stamp};

/// A described scheme, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custom {
    method: Method,
    key_form: KeyForm,
}

/// What a described scheme signs with.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// HMAC with SHA-1, for senders that know nothing better.
    HmacSha1,
    /// HMAC with SHA-256.
    HmacSha256,
    /// HMAC with SHA-512.
    HmacSha512,
    /// Ed25519; the secret is the sender's public key, in the signature's encoding.
    Ed25519,
    /// Nothing: the header carries the secret itself.
    Token,
}

/// The description.
#[derive(Clone, Debug)]
pub struct Description {
    /// The header that carries the signature or the token.
    pub header: HeaderName,
    /// What signs.
    pub proof: Proof,
    /// How a signature is written.
    pub encoding: Encoding,
    /// What stands before it.
    pub prefix: String,
    /// What is signed: text in which `{body}` stands for the body, `{timestamp}` for the value of `timestamp_header` and
    /// `{header:NAME}` for that of any header. Tokens sign nothing, and do not look at it.
    pub signed: String,
    /// The header with the time of signing, in seconds since 1970.
    pub timestamp_header: Option<HeaderName>,
}

impl Custom {
    /// Checks a description.
    ///
    /// # Errors
    /// What is wrong with `signed`, and what to write instead.
    pub fn new(described: Description) -> Result<Self, String> {
        let Description {
            header,
            prefix,
            encoding,
            ..
        } = described;
        let algorithm = match described.proof {
            Proof::HmacSha1 => Algorithm::HmacSha1,
            Proof::HmacSha256 => Algorithm::HmacSha256,
            Proof::HmacSha512 => Algorithm::HmacSha512,
            Proof::Ed25519 => Algorithm::Ed25519,
            Proof::Token => {
                let method = Method {
                    signature: header,
                    form: Form::Token { prefix },
                    signed: vec![],
                    stamp: Stamp::None,
                };
                return Ok(Self {
                    method,
                    key_form: KeyForm::Token,
                });
            }
        };
        let method = Method {
            signature: header,
            form: Form::Plain {
                prefix,
                algorithm,
                encoding,
            },
            signed: parts(&described.signed, described.timestamp_header.is_some())?,
            stamp: described.timestamp_header.map_or(Stamp::None, Stamp::Header),
        };
        let key_form = match algorithm {
            Algorithm::Ed25519 => KeyForm::PublicKey(encoding),
            hmac => KeyForm::Bytes(hmac),
        };
        Ok(Self { method, key_form })
    }

    pub(super) fn method(&self) -> Method {
        self.method.clone()
    }

    pub(super) fn key_form(&self) -> KeyForm {
        self.key_form
    }
}

fn parts(signed: &str, has_timestamp: bool) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = signed;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after
            .split_once('}')
            .ok_or("a '{' is not closed: write {body}, {timestamp} or {header:NAME}")?;
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(match (name, name.strip_prefix("header:")) {
            ("body", _) => Part::Body,
            ("timestamp", _) => Part::Stamp,
            (_, Some(header)) => Part::Header(header.parse().map_err(|_| format!("{header:?} is no header's name"))?),
            _ => {
                return Err(format!(
                    "{{{name}}} is not known: write {{body}}, {{timestamp}} or {{header:NAME}}"
                ));
            }
        });
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    if parts.iter().filter(|part| **part == Part::Body).count() != 1 {
        return Err("what is signed must hold the body: write {body} once".to_owned());
    }
    match (parts.contains(&Part::Stamp), has_timestamp) {
        (true, false) => Err("{timestamp} needs --custom-timestamp-header".to_owned()),
        (false, true) => Err("a timestamp that is not signed proves nothing: write {timestamp} where it is signed, or leave --custom-timestamp-header out".to_owned()),
        _ => Ok(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_in_parts() {
        let header = |name| Part::Header(HeaderName::from_static(name));
        let text = |text: &str| Part::Text(text.to_owned());
        for (signed, has_timestamp, expected) in [
            ("{body}", false, vec![Part::Body]),
            (
                "v1:{timestamp}:{body}",
                true,
                vec![text("v1:"), Part::Stamp, text(":"), Part::Body],
            ),
            (
                "{header:X-Id}.{body}!",
                false,
                vec![header("x-id"), text("."), Part::Body, text("!")],
            ),
        ] {
            assert_eq!(parts(signed, has_timestamp), Ok(expected), "{signed}");
        }
    }

    #[test]
    fn what_cannot_be_signed_is_told() {
        for (signed, has_timestamp, says) in [
            ("", false, "write {body} once"),
            ("{body}{body}", false, "write {body} once"),
            ("{body", false, "a '{' is not closed"),
            ("{bdy}", false, "{bdy} is not known"),
            ("{header:}{body}", false, "\"\" is no header's name"),
            ("{timestamp}.{body}", false, "needs --custom-timestamp-header"),
            ("{body}", true, "a timestamp that is not signed proves nothing"),
        ] {
            let said = parts(signed, has_timestamp).unwrap_err();
            assert!(said.contains(says), "{signed}: {said}");
        }
    }
}
