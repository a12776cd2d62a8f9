//! One secret as a key. Its text goes in and never comes out again: not by `Debug`, not in an error.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use ring::{hmac, signature};
use subtle::ConstantTimeEq;

use super::scheme::{Algorithm, Encoding, KeyForm};
use super::signature::Signature;

/// The shortest and longest key of Standard Webhooks, in bytes.
const STANDARD_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A key that can say whether a signature is its own.
pub enum Key {
    /// Of an HMAC.
    Hmac(Algorithm, hmac::Key),
    /// The public half of a pair of Ed25519.
    Public(signature::UnparsedPublicKey<Vec<u8>>),
    /// A token.
    Token(Vec<u8>),
}

impl fmt::Debug for Key {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Hmac(..) => "Key::Hmac",
            Self::Public(_) => "Key::Public",
            Self::Token(_) => "Key::Token",
        })
    }
}

impl Key {
    /// Reads a secret. Line breaks at its end are no part of it: files and `kubectl create secret --from-file` have them.
    ///
    /// # Errors
    /// What is wrong with it and what to do, without any of its text.
    pub fn read(secret: &[u8], form: KeyForm) -> Result<Self, String> {
        let secret = secret.strip_suffix(b"\n").unwrap_or(secret);
        let secret = secret.strip_suffix(b"\r").unwrap_or(secret);
        if secret.is_empty() {
            return Err(
                "it is empty, and an empty secret would accept everybody's signature: write the secret into it"
                    .to_owned(),
            );
        }
        match form {
            KeyForm::Bytes(algorithm) => Ok(hmac_key(algorithm, secret)),
            KeyForm::Token => Ok(Self::Token(secret.to_vec())),
            KeyForm::StandardOrToken if !secret.starts_with(b"whsec_") => Ok(Self::Token(secret.to_vec())),
            KeyForm::Standard | KeyForm::StandardOrToken => standard(secret),
            KeyForm::PublicKey(Encoding::Hex) => public(HEXLOWER.decode(secret).ok()),
            KeyForm::PublicKey(Encoding::Base64) => public(BASE64.decode(secret).ok()),
        }
    }

    /// The HMAC of `parts`; `None` when this key makes none.
    #[must_use]
    pub fn sign(&self, parts: &[&[u8]]) -> Option<hmac::Tag> {
        let Self::Hmac(_, key) = self else { return None };
        let mut context = hmac::Context::with_key(key);
        for part in parts {
            context.update(part);
        }
        Some(context.sign())
    }

    /// Whether `presented` was made with this key over the concatenation of `parts`. Takes the same time wherever it differs.
    #[must_use]
    pub fn made(&self, presented: &Signature<'_>, parts: &[&[u8]]) -> bool {
        match (self, presented) {
            (Self::Hmac(algorithm, _), Signature::Made { by, bytes }) if algorithm == by => self
                .sign(parts)
                .is_some_and(|tag| tag.as_ref().ct_eq(&bytes[..by.length()]).into()),
            (
                Self::Public(key),
                Signature::Made {
                    by: Algorithm::Ed25519,
                    bytes,
                },
            ) => key.verify(&parts.concat(), bytes).is_ok(),
            (Self::Token(token), Signature::Token(presented)) => token.ct_eq(presented.as_bytes()).into(),
            _ => false,
        }
    }
}

fn hmac_key(algorithm: Algorithm, bytes: &[u8]) -> Key {
    let hash = match algorithm {
        Algorithm::HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::HmacSha512 => hmac::HMAC_SHA512,
        Algorithm::HmacSha256 | Algorithm::Ed25519 => hmac::HMAC_SHA256,
    };
    Key::Hmac(algorithm, hmac::Key::new(hash, bytes))
}

fn standard(secret: &[u8]) -> Result<Key, String> {
    if let Some(key) = secret.strip_prefix(b"whpk_") {
        return public(BASE64.decode(key).ok());
    }
    let text = secret.strip_prefix(b"whsec_").unwrap_or(secret);
    match BASE64.decode(text) {
        Ok(bytes) if STANDARD_BYTES.contains(&bytes.len()) => Ok(hmac_key(Algorithm::HmacSha256, &bytes)),
        Ok(bytes) => Err(format!(
            "after whsec_ it holds {} bytes, and Standard Webhooks asks for {} to {}: copy it as the sender shows it",
            bytes.len(),
            STANDARD_BYTES.start(),
            STANDARD_BYTES.end()
        )),
        Err(_) => Err("after whsec_ it is no base64: copy it as the sender shows it".to_owned()),
    }
}

fn public(bytes: Option<Vec<u8>>) -> Result<Key, String> {
    match bytes {
        Some(bytes) if bytes.len() == 32 => Ok(Key::Public(signature::UnparsedPublicKey::new(
            &signature::ED25519,
            bytes,
        ))),
        _ => Err("it is no public key of Ed25519, which is 32 bytes: copy it as the sender shows it".to_owned()),
    }
}
