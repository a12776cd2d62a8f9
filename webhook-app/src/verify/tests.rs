//! The vectors that the schemes' owners publish, and the ways in which each must fail.

mod vectors;

use data_encoding::HEXLOWER;
use hyper::HeaderMap;
use ring::hmac;

use super::custom::{Custom, Description, Proof};
use super::keyring::{Keyring, Secrets};
use super::scheme::Encoding;
use super::*;
use vectors::{A1, Vector, W1, vectors};

const TOLERANCE: Duration = Duration::from_mins(5);

fn keyring(scheme: &Scheme, secrets: &[&str]) -> Keyring {
    let named = |(place, secret): (usize, &&str)| (format!("slot-{place}"), secret.as_bytes().to_vec());
    let secrets = Secrets::of(secrets.iter().enumerate().map(named).collect());
    Keyring::new(std::path::Path::new("/secrets"), &secrets, scheme.key_form()).unwrap()
}

impl Vector {
    fn check_with(&self, secrets: &[&str], headers: &HeaderMap, body: &[u8], now: u64) -> Result<String, Unproven> {
        let keys = keyring(&self.scheme, secrets);
        let slot = Verifier::new(&self.scheme, TOLERANCE).check(headers, body, &keys, now);
        slot.map(ToOwned::to_owned)
    }

    fn headers(&self) -> HeaderMap {
        let pairs = self.headers.iter();
        pairs
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    fn check(&self, headers: &HeaderMap) -> Result<String, Unproven> {
        self.check_with(&[self.secret], headers, self.body, self.at)
    }

    fn is_timed(&self) -> bool {
        self.at > 0
    }
}

#[test]
fn every_vector_passes_with_its_secret_in_any_slot() {
    for vector in vectors() {
        let name = vector.name;
        assert_eq!(vector.check(&vector.headers()), Ok("slot-0".to_owned()), "{name}");
        let other = if vector.secret.starts_with("wh") {
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7o0"
        } else {
            "another"
        };
        let rotated = vector.check_with(&[other, vector.secret], &vector.headers(), vector.body, vector.at);
        assert_eq!(rotated, Ok("slot-1".to_owned()), "{name}");
        let wrong = vector.check_with(&[other], &vector.headers(), vector.body, vector.at);
        assert_eq!(wrong, Err(Unproven::Mismatch), "{name}");
        let with_line_break = format!("{}\n", vector.secret);
        let from_file = vector.check_with(&[&with_line_break], &vector.headers(), vector.body, vector.at);
        assert_eq!(from_file, Ok("slot-0".to_owned()), "{name}");
    }
}

#[test]
fn another_body_is_a_mismatch_unless_nothing_is_signed() {
    for vector in vectors().into_iter().filter(|vector| vector.name != "GitLab's token") {
        let mut longer = vector.body.to_vec();
        longer.push(b'\n');
        for body in [&longer[..], &vector.body[..vector.body.len() - 1], b""] {
            let outcome = vector.check_with(&[vector.secret], &vector.headers(), body, vector.at);
            assert_eq!(outcome, Err(Unproven::Mismatch), "{}", vector.name);
        }
    }
}

#[test]
fn a_time_beyond_the_tolerance_is_stale_and_an_altered_one_a_mismatch() {
    for vector in vectors().into_iter().filter(Vector::is_timed) {
        let at = |now| vector.check_with(&[vector.secret], &vector.headers(), vector.body, now);
        for (now, expected) in [
            (vector.at + 300, Ok("slot-0".to_owned())),
            (vector.at - 300, Ok("slot-0".to_owned())),
            (vector.at + 301, Err(Unproven::Stale)),
            (vector.at - 301, Err(Unproven::Stale)),
            (0, Err(Unproven::Stale)),
            (u64::MAX, Err(Unproven::Stale)),
        ] {
            assert_eq!(at(now), expected, "{} at {now}", vector.name);
        }
        let stamp = vector.at.to_string();
        for (altered, expected) in [
            ((vector.at + 1).to_string(), Unproven::Mismatch),
            (format!("0{stamp}"), Unproven::Mismatch),
            (format!("-{stamp}"), Unproven::Malformed),
            (format!("+{stamp}"), Unproven::Malformed),
            (format!("{stamp}.0"), Unproven::Malformed),
            ("1".repeat(13), Unproven::Malformed),
        ] {
            let mut headers = vector.headers();
            for value in headers
                .values_mut()
                .filter(|value| value.to_str().unwrap().contains(&stamp))
            {
                *value = value.to_str().unwrap().replace(&stamp, &altered).parse().unwrap();
            }
            assert_eq!(vector.check(&headers), Err(expected), "{} {altered}", vector.name);
        }
    }
}

#[test]
fn each_header_must_be_there_once_and_be_bounded() {
    for vector in vectors() {
        let names: Vec<_> = vector.headers().keys().cloned().collect();
        for name in names {
            let mut headers = vector.headers();
            let value = headers.remove(&name).unwrap();
            assert_eq!(
                vector.check(&headers),
                Err(Unproven::Missing),
                "{} without {name}",
                vector.name
            );
            for _ in 0..2 {
                headers.append(&name, value.clone());
            }
            assert_eq!(
                vector.check(&headers),
                Err(Unproven::Malformed),
                "{} with {name} twice",
                vector.name
            );
            headers.insert(&name, "x".repeat(MOST_BYTES + 1).parse().unwrap());
            assert_eq!(
                vector.check(&headers),
                Err(Unproven::Malformed),
                "{} with long {name}",
                vector.name
            );
        }
    }
}

#[test]
fn the_right_one_of_several_signatures_is_enough() {
    let of = |name| vectors().into_iter().find(|vector| vector.name == name).unwrap();
    let wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (vector, value) in [
        (of("W1"), format!("{wrong} {W1} v2,new")),
        (of("A1"), format!("{wrong} {A1}")),
        (
            of("T1"),
            format!(
                "t=1533204620,v1={},v1=2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7",
                "0".repeat(64)
            ),
        ),
    ] {
        let mut headers = vector.headers();
        headers.insert(vector.headers.last().unwrap().0, value.parse().unwrap());
        assert_eq!(vector.check(&headers), Ok("slot-0".to_owned()), "{}", vector.name);
    }
}

#[test]
fn a_weaker_proof_does_not_stand_in_for_a_stronger_one() {
    let github = &vectors()[0];
    let legacy = [(
        HeaderName::from_static("x-hub-signature"),
        "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59".parse().unwrap(),
    )];
    assert_eq!(github.check(&legacy.into_iter().collect()), Err(Unproven::Missing));
    let signed = vectors()
        .into_iter()
        .find(|vector| vector.name == "GitLab signing")
        .unwrap();
    let mut headers = signed.headers();
    headers.insert(
        "webhook-signature",
        "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".parse().unwrap(),
    );
    headers.insert("x-gitlab-token", "a token".parse().unwrap());
    let both = signed.check_with(&[signed.secret, "a token"], &headers, signed.body, signed.at);
    assert_eq!(both, Err(Unproven::Mismatch));
}

#[test]
fn a_described_scheme_signs_what_it_says() {
    let scheme = |proof, encoding, signed: &str| {
        let described = Description {
            header: HeaderName::from_static("x-sig"),
            proof,
            encoding,
            prefix: "mac ".to_owned(),
            signed: signed.to_owned(),
            timestamp_header: signed
                .contains("{timestamp}")
                .then(|| HeaderName::from_static("x-time")),
        };
        Scheme::Custom(Custom::new(described).unwrap())
    };
    let signed = |hash, bytes: &[u8]| hmac::sign(&hmac::Key::new(hash, b"key"), bytes);
    for (proof, hash) in [
        (Proof::HmacSha1, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        (Proof::HmacSha256, hmac::HMAC_SHA256),
        (Proof::HmacSha512, hmac::HMAC_SHA512),
    ] {
        let scheme = scheme(proof, Encoding::Hex, "{header:x-id}|{timestamp}|{body}");
        let mac = format!("mac {}", HEXLOWER.encode(signed(hash, b"7|100|{}").as_ref()));
        let headers = [("x-sig", mac.as_str()), ("x-time", "100"), ("x-id", "7")];
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let keys = keyring(&scheme, &["key"]);
        let verifier = Verifier::new(&scheme, TOLERANCE);
        assert_eq!(verifier.check(&headers, b"{}", &keys, 90), Ok("slot-0"));
        assert_eq!(verifier.check(&headers, b"{}", &keys, 500), Err(Unproven::Stale));
        assert_eq!(verifier.check(&headers, b"[]", &keys, 90), Err(Unproven::Mismatch));
    }
    let token = scheme(Proof::Token, Encoding::Hex, "{body}");
    let keys = keyring(&token, &["key"]);
    let check = |value: &str| {
        let headers = [(HeaderName::from_static("x-sig"), value.parse().unwrap())]
            .into_iter()
            .collect();
        Verifier::new(&token, TOLERANCE)
            .check(&headers, b"{}", &keys, 0)
            .map(ToOwned::to_owned)
    };
    assert_eq!(check("mac key"), Ok("slot-0".to_owned()));
    assert_eq!(check("mac ke"), Err(Unproven::Mismatch));
    assert_eq!(check("key"), Err(Unproven::Malformed));
}

#[test]
fn an_unusable_secret_is_named_and_not_shown() {
    let read = |scheme: Scheme, secret: &str| {
        let secrets = Secrets::of(vec![("current".to_owned(), secret.as_bytes().to_vec())]);
        Keyring::new(std::path::Path::new("/secrets"), &secrets, scheme.key_form())
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    for (scheme, secret, says) in [
        (Scheme::GitHub, "", "it is empty"),
        (Scheme::GitHub, "\n", "it is empty"),
        (Scheme::StandardWebhooks, "whsec_&hush", "no base64"),
        (Scheme::StandardWebhooks, "whsec_aHVzaA==", "holds 4 bytes"),
        (Scheme::StandardWebhooks, "whpk_aHVzaA==", "no public key"),
        (Scheme::GitLab, "whsec_&hush", "no base64"),
    ] {
        let said = read(scheme, secret);
        assert!(said.starts_with("/secrets/current: ") && said.contains(says), "{said}");
        assert!(!said.contains("hush") && !said.contains("aHVz"), "{said}");
    }
    assert!(!format!("{:?}", keyring(&Scheme::GitHub, &["hush"])).contains("hush"));
}
