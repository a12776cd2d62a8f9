//! Whatever is signed verifies, and whatever is altered after that does not: by every scheme, for any secret, body and time.
//! And what `explain` says of a request never holds what only those may know who share the secret.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::time::Duration;

use data_encoding::{BASE64, HEXLOWER};
use hyper::HeaderMap;
use proptest::prelude::*;
use proptest::sample::Index;
use webhook_app::verify::custom::{Custom, Description, Proof};
use webhook_app::verify::explain::{Case, explain};
use webhook_app::verify::keyring::{Keyring, Secrets};
use webhook_app::verify::scheme::{Encoding, KeyForm, Scheme};
use webhook_app::verify::sign::{SigningKey, sign};
use webhook_app::verify::{Unproven, Verifier};

const TOLERANCE: Duration = Duration::from_mins(5);

/// A sender: its scheme, the secret it signs with, the secret its receiver accepts.
#[derive(Clone, Debug)]
struct Sender {
    scheme: Scheme,
    signs_with: Vec<u8>,
    accepted: Vec<u8>,
}

fn custom(proof: Proof, encoding: Encoding, signed: &str) -> Scheme {
    let has_time = signed.contains("{timestamp}");
    let description = Description {
        header: "x-signature".parse().unwrap(),
        proof,
        encoding,
        prefix: "v1=".to_owned(),
        signed: signed.to_owned(),
        timestamp_header: has_time.then(|| "x-time".parse().unwrap()),
    };
    Scheme::Custom(Custom::new(description).unwrap())
}

/// Secrets as the scheme wants them, grown from these bytes.
fn sender(scheme: Scheme, key: &[u8; 32]) -> Sender {
    let text = |text: String| text.into_bytes();
    let public = |private: &[u8]| {
        SigningKey::read(private, scheme.key_form())
            .unwrap()
            .public()
            .unwrap()
            .to_vec()
    };
    let shared = |secret: Vec<u8>| (secret.clone(), secret);
    let (signs_with, accepted) = match &scheme {
        Scheme::StandardWebhooks if key[0].is_multiple_of(2) => {
            let private = text(format!("whsk_{}", BASE64.encode(key)));
            let public = format!("whpk_{}", BASE64.encode(&public(&private)));
            (private, text(public))
        }
        Scheme::StandardWebhooks => shared(text(format!("whsec_{}", BASE64.encode(key)))),
        Scheme::GitLab if key[0].is_multiple_of(2) => shared(text(format!("whsec_{}", BASE64.encode(key)))),
        Scheme::Custom(_) if matches!(scheme.key_form(), KeyForm::PublicKey(_)) => {
            let private = text(HEXLOWER.encode(key));
            let public = HEXLOWER.encode(&public(&private));
            (private, text(public))
        }
        _ => shared(text(HEXLOWER.encode(key))),
    };
    Sender {
        scheme,
        signs_with,
        accepted,
    }
}

fn senders() -> impl Strategy<Value = Sender> {
    let schemes = vec![
        Scheme::GitHub,
        Scheme::StandardWebhooks,
        Scheme::Stripe,
        Scheme::Slack,
        Scheme::Shopify,
        Scheme::GitLab,
        custom(Proof::HmacSha1, Encoding::Hex, "{body}"),
        custom(Proof::HmacSha256, Encoding::Base64, "{timestamp}.{body}"),
        custom(Proof::HmacSha512, Encoding::Hex, "{header:X-Id}:{body}"),
        custom(Proof::Ed25519, Encoding::Hex, "{timestamp}{body}"),
        custom(Proof::Token, Encoding::Hex, "{body}"),
    ];
    (prop::sample::select(schemes), any::<[u8; 32]>()).prop_map(|(scheme, key)| sender(scheme, &key))
}

impl Sender {
    fn headers(&self, now: u64, body: &[u8]) -> HeaderMap {
        let key = SigningKey::read(&self.signs_with, self.scheme.key_form()).unwrap();
        let signed = sign(&self.scheme, &key, "msg_1", now, body);
        signed
            .into_iter()
            .map(|(name, value)| (name, value.parse().unwrap()))
            .collect()
    }

    fn check(&self, secret: &[u8], headers: &HeaderMap, body: &[u8], now: u64) -> Result<String, Unproven> {
        let secrets = Secrets::of(vec![("slot".to_owned(), secret.to_vec())]);
        let keys = Keyring::new(Path::new("/"), &secrets, self.scheme.key_form()).unwrap();
        let verifier = Verifier::new(&self.scheme, TOLERANCE);
        verifier.check(headers, body, &keys, now).map(ToOwned::to_owned)
    }

    fn is_token(&self) -> bool {
        self.headers(1, b"a") == self.headers(2, b"b")
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_verifies(sender in senders(), body: Vec<u8>, now in 0..4_000_000_000_u64) {
        let headers = sender.headers(now, &body);
        prop_assert_eq!(sender.check(&sender.accepted, &headers, &body, now), Ok("slot".to_owned()));
    }

    #[test]
    fn an_altered_body_does_not(sender in senders(), body in prop::collection::vec(any::<u8>(), 1..200), at: Index, by in 1..=255_u8) {
        prop_assume!(!sender.is_token());
        let headers = sender.headers(1000, &body);
        let mut altered = body.clone();
        altered[at.index(body.len())] ^= by;
        prop_assert_eq!(sender.check(&sender.accepted, &headers, &altered, 1000), Err(Unproven::Mismatch));
        altered = body.clone();
        altered.insert(at.index(body.len() + 1), by);
        prop_assert_eq!(sender.check(&sender.accepted, &headers, &altered, 1000), Err(Unproven::Mismatch));
    }

    #[test]
    fn an_altered_header_does_not(sender in senders(), body: Vec<u8>, which: Index, at: Index, by in 0x20..0x7f_u8) {
        let mut headers = sender.headers(1_700_000_000, &body);
        let place = which.index(headers.len());
        let value = headers.values_mut().nth(place).unwrap();
        let mut bytes = value.as_bytes().to_vec();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != by);
        bytes[at] = by;
        // A space at an end is no part of a header's value: no server would hand it over.
        prop_assume!(bytes.trim_ascii() == bytes);
        *value = bytes.as_slice().try_into().unwrap();
        prop_assert!(sender.check(&sender.accepted, &headers, &body, 1_700_000_000).is_err());
    }

    #[test]
    fn another_secret_does_not(sender in senders(), body: Vec<u8>, key: [u8; 32]) {
        let mut key = key;
        // Of the same kind, as the first byte decides it.
        key[0] &= !1;
        let headers = sender.headers(1000, &body);
        let other = self::sender(sender.scheme.clone(), &key);
        prop_assume!(other.accepted != sender.accepted);
        prop_assert_ne!(sender.check(&other.accepted, &headers, &body, 1000), Ok("slot".to_owned()));
    }

    #[test]
    fn an_explanation_gives_nothing_away(sender in senders(), body: Vec<u8>, other: Vec<u8>, now in 0..2000_u64, drop_one: Option<Index>) {
        let mut headers = sender.headers(1000, &body);
        if let Some(which) = drop_one {
            let name = headers.keys().nth(which.index(headers.len())).unwrap().clone();
            headers.remove(name);
        }
        let proper = sender.headers(1000, &other);
        let secrets = [("a".to_owned(), sender.accepted.clone())];
        let case = Case { scheme: &sender.scheme, tolerance: TOLERANCE, headers: &headers, body: &other, secrets: &secrets, now };
        let finding = explain(&case).unwrap();
        let checked = sender.check(&sender.accepted, &headers, &other, now);
        prop_assert_eq!(finding.is_proven, checked.is_ok(), "{}", finding.line);
        for (name, value) in &proper {
            if !name.as_str().contains("id") && !name.as_str().contains("time") {
                let made = value.to_str().unwrap();
                prop_assert!(!finding.line.contains(made.trim_start_matches("v1=")));
            }
        }
        prop_assert!(!finding.line.contains(std::str::from_utf8(&sender.accepted).unwrap()));
    }
}
