//! Who sent a webhook: checks its signature over the raw bytes, before anything is made of them. Pure but for
//! [`reload`], which reads the secrets' directory.
//!
//! [`scheme`] says what each sender does, [`custom`] what a sender does that no scheme knows; [`signature`] reads what a
//! request presents, [`keyring`] holds what is accepted, [`key`] compares the two. [`sign`] does what a sender does, and
//! [`explain`] says why a request fails.

pub mod custom;
pub mod explain;
pub mod key;
pub mod keyring;
pub mod reload;
pub mod scheme;
pub mod sign;
pub mod signature;

use std::time::Duration;

use hyper::HeaderMap;
use hyper::http::HeaderName;

use keyring::Keyring;
use scheme::{Method, Part, Scheme, Stamp};

/// The longest value of a header that is looked at, in bytes.
const MOST_BYTES: usize = 4096;

/// The longest time of signing, in digits: good for 300 centuries.
const MOST_DIGITS: usize = 12;

/// Why a request did not prove its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unproven {
    /// A header that the scheme needs is not there.
    Missing,
    /// It was signed with an accepted key, but too long ago, or ahead of its time.
    Stale,
    /// No accepted key made any of its signatures over these bytes.
    Mismatch,
    /// A header of the scheme is not as the scheme writes it, or is there twice.
    Malformed,
}

/// Checks requests by one scheme.
#[derive(Debug)]
pub struct Verifier {
    methods: Vec<Method>,
    tolerance: Duration,
}

impl Verifier {
    /// A verifier that accepts times of signing up to `tolerance` away from now.
    #[must_use]
    pub fn new(scheme: &Scheme, tolerance: Duration) -> Self {
        Self {
            methods: scheme.methods(),
            tolerance,
        }
    }

    /// The slot of the key that signed `body`; `now` is in seconds since 1970.
    ///
    /// # Errors
    /// Why none did.
    pub fn check<'k>(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        keys: &'k Keyring,
        now: u64,
    ) -> Result<&'k str, Unproven> {
        let method = self
            .methods
            .iter()
            .find(|method| headers.contains_key(&method.signature));
        let method = method.ok_or(Unproven::Missing)?;
        let presented =
            signature::read(&method.form, value(headers, &method.signature)?).map_err(|_| Unproven::Malformed)?;
        let stamp = match &method.stamp {
            Stamp::None => None,
            Stamp::Header(name) => Some(value(headers, name)?),
            Stamp::Field => Some(presented.stamp.ok_or(Unproven::Malformed)?),
        };
        let signed_at = stamp.map(seconds).transpose()?;
        let parts = parts(method, headers, stamp.unwrap_or_default(), body)?;
        let mut slots = keys.slots();
        let signer = slots.find(|(_, key)| presented.signatures.iter().any(|signature| key.made(signature, &parts)));
        let (slot, _) = signer.ok_or(Unproven::Mismatch)?;
        match signed_at {
            Some(at) if at.abs_diff(now) > self.tolerance.as_secs() => Err(Unproven::Stale),
            _ => Ok(slot),
        }
    }
}

/// The one value of a header.
fn value<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<&'h str, Unproven> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(Unproven::Missing)?;
    let text = value.to_str().ok().filter(|text| text.len() <= MOST_BYTES);
    // Which of two the sender meant, nobody knows: a front end may have looked at the other one.
    text.filter(|_| values.next().is_none()).ok_or(Unproven::Malformed)
}

fn seconds(stamp: &str) -> Result<u64, Unproven> {
    let is_number = (1..=MOST_DIGITS).contains(&stamp.len()) && stamp.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        .then(|| stamp.parse().ok())
        .flatten()
        .ok_or(Unproven::Malformed)
}

fn parts<'a>(
    method: &'a Method,
    headers: &'a HeaderMap,
    stamp: &'a str,
    body: &'a [u8],
) -> Result<Vec<&'a [u8]>, Unproven> {
    let parts = method.signed.iter().map(|part| match part {
        Part::Text(text) => Ok(text.as_bytes()),
        Part::Stamp => Ok(stamp.as_bytes()),
        Part::Header(name) => value(headers, name).map(str::as_bytes),
        Part::Body => Ok(body),
    });
    parts.collect()
}

#[cfg(test)]
mod tests;
