//! Headers and a body that nobody signed: by no scheme do they prove a sender, and the explanation says so too.
//! The input is `Name: value` lines, an empty line, and the body.
#![no_main]

use std::path::Path;
use std::time::Duration;

use hyper::HeaderMap;
use hyper::http::{HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use webhook_app::verify::Verifier;
use webhook_app::verify::explain::{Case, explain};
use webhook_app::verify::keyring::{Keyring, Secrets};
use webhook_app::verify::scheme::Scheme;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fuzz_target!(|input: &[u8]| {
    let end = input.windows(2).position(|two| two == b"\n\n").unwrap_or(input.len());
    let (head, body) = (&input[..end], input.get(end + 2..).unwrap_or_default());
    let mut headers = HeaderMap::new();
    for line in head.split(|byte| *byte == b'\n').take(32) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    let secrets = vec![("slot".to_owned(), SECRET.as_bytes().to_vec())];
    for scheme in [
        Scheme::GitHub,
        Scheme::StandardWebhooks,
        Scheme::Stripe,
        Scheme::Slack,
        Scheme::Shopify,
        Scheme::GitLab,
    ] {
        let Ok(keys) = Keyring::new(Path::new("/"), &Secrets::of(secrets.clone()), scheme.key_form()) else {
            panic!("a good secret")
        };
        let now = 1_700_000_000;
        let tolerance = Duration::from_secs(300);
        let outcome = Verifier::new(&scheme, tolerance).check(&headers, body, &keys, now);
        assert!(outcome.is_err(), "believed without a signature");
        let case = Case {
            scheme: &scheme,
            tolerance,
            headers: &headers,
            body,
            secrets: &secrets,
            now,
        };
        assert!(explain(&case).is_ok_and(|finding| !finding.is_proven && !finding.line.contains(SECRET)));
    }
});
