//! Signs a webhook as its sender would: the other half of [`Verifier`](super::Verifier), by the same data. For trying out a
//! receiver, and for tests that sign and tamper. Pure.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use hyper::http::HeaderName;
use ring::signature::{Ed25519KeyPair, KeyPair};

use super::key::Key;
use super::scheme::{Encoding, Form, KeyForm, Method, Part, Scheme, Stamp};

/// What a sender holds.
pub enum SigningKey {
    /// The secret that its receiver holds too.
    Shared(Key),
    /// A token, as it is sent.
    Token(String),
    /// The private half of a pair of Ed25519.
    Private(Box<Ed25519KeyPair>),
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("SigningKey")
    }
}

impl SigningKey {
    /// Reads a secret as a sender holds it. Ed25519's is the 32 bytes that its pair grows from: after `whsk_` in base64 for
    /// Standard Webhooks, in the signature's encoding for a described scheme.
    ///
    /// # Errors
    /// What is wrong with it and what to do, without any of its text.
    pub fn read(secret: &[u8], form: KeyForm) -> Result<Self, String> {
        let secret = secret.trim_ascii_end();
        let seed = match form {
            KeyForm::PublicKey(Encoding::Hex) => HEXLOWER.decode(secret).unwrap_or_default(),
            KeyForm::PublicKey(Encoding::Base64) => BASE64.decode(secret).unwrap_or_default(),
            _ => match secret.strip_prefix(b"whsk_") {
                Some(text) => BASE64.decode(text).unwrap_or_default(),
                None => return Self::shared(secret, form),
            },
        };
        // Some write the public half behind it.
        let pair = seed
            .get(..32)
            .and_then(|seed| Ed25519KeyPair::from_seed_unchecked(seed).ok());
        let pair = pair.ok_or("it is no private key of Ed25519, which is 32 bytes: copy it as its owner shows it")?;
        Ok(Self::Private(Box::new(pair)))
    }

    fn shared(secret: &[u8], form: KeyForm) -> Result<Self, String> {
        match Key::read(secret, form)? {
            Key::Token(token) => String::from_utf8(token)
                .map(Self::Token)
                .map_err(|_| "a token is sent as text, and this is none: copy it as its owner shows it".to_owned()),
            Key::Public(_) => {
                Err("a public key cannot sign: write the private one, which begins with whsk_".to_owned())
            }
            key @ Key::Hmac(..) => Ok(Self::Shared(key)),
        }
    }

    /// The public half, where there is one.
    #[must_use]
    pub fn public(&self) -> Option<&[u8]> {
        match self {
            Self::Private(pair) => Some(pair.public_key().as_ref()),
            _ => None,
        }
    }

    fn sign(&self, parts: &[&[u8]]) -> Option<Vec<u8>> {
        match self {
            Self::Shared(key) => key.sign(parts).map(|tag| tag.as_ref().to_vec()),
            Self::Private(pair) => Some(pair.sign(&parts.concat()).as_ref().to_vec()),
            Self::Token(_) => None,
        }
    }
}

/// A header that a signed webhook carries.
pub type Header = (HeaderName, String);

/// The headers that prove `body` to receivers of `scheme`. `id` names the webhook where that is signed, and stands for every
/// header that a described scheme signs; `now` is in seconds since 1970.
#[must_use]
pub fn sign(scheme: &Scheme, key: &SigningKey, id: &str, now: u64, body: &[u8]) -> Vec<Header> {
    let is_token = matches!(key, SigningKey::Token(_));
    let methods = scheme.methods();
    let fits = |method: &&Method| matches!(method.form, Form::Token { .. }) == is_token;
    methods
        .iter()
        .find(fits)
        .map(|method| headers(method, key, id, now, body))
        .unwrap_or_default()
}

fn headers(method: &Method, key: &SigningKey, id: &str, now: u64, body: &[u8]) -> Vec<Header> {
    let stamp = now.to_string();
    let mut headers = Vec::new();
    let parts = method.signed.iter().map(|part| match part {
        Part::Text(text) => text.as_bytes(),
        Part::Stamp => stamp.as_bytes(),
        Part::Header(_) => id.as_bytes(),
        Part::Body => body,
    });
    let made = key.sign(&parts.collect::<Vec<_>>()).unwrap_or_default();
    for part in &method.signed {
        if let Part::Header(name) = part {
            headers.push((name.clone(), id.to_owned()));
        }
    }
    if let Stamp::Header(name) = &method.stamp {
        headers.push((name.clone(), stamp.clone()));
    }
    let value = match (&method.form, key) {
        (Form::Token { prefix }, SigningKey::Token(token)) => format!("{prefix}{token}"),
        (Form::Plain { prefix, encoding, .. }, _) => format!("{prefix}{}", encoded(&made, *encoding)),
        (Form::Versions, SigningKey::Private(_)) => format!("v1a,{}", BASE64.encode(&made)),
        (Form::Versions, _) => format!("v1,{}", BASE64.encode(&made)),
        (Form::Fields, _) => format!("t={stamp},v1={}", HEXLOWER.encode(&made)),
        (Form::Token { .. }, _) => return headers,
    };
    headers.push((method.signature.clone(), value));
    headers
}

fn encoded(bytes: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Hex => HEXLOWER.encode(bytes),
        Encoding::Base64 => BASE64.encode(bytes),
    }
}
