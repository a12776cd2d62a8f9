//! A secret as it is mounted, in every form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webhook_app::verify::key::Key;
use webhook_app::verify::scheme::{Algorithm, Encoding, KeyForm};

/// One secret for each kind of mistake.
const MISTAKES: [&[u8]; 4] = [b"", b"whsec_!", b"whsec_AAAA", b"whpk_"];

fn said(secret: &[u8], form: KeyForm) -> String {
    Key::read(secret, form).map_or_else(|reason| plain(&reason), |_| String::new())
}

fn plain(reason: &str) -> String {
    reason.replace(|letter: char| letter.is_ascii_digit(), "")
}

fuzz_target!(|secret: &[u8]| {
    for form in [
        KeyForm::Bytes(Algorithm::HmacSha256),
        KeyForm::Standard,
        KeyForm::StandardOrToken,
        KeyForm::Token,
        KeyForm::PublicKey(Encoding::Hex),
        KeyForm::PublicKey(Encoding::Base64),
    ] {
        match Key::read(secret, form) {
            Ok(_) => assert!(
                !matches!(secret, b"" | b"\n" | b"\r\n"),
                "an empty secret believes everybody"
            ),
            // It says what kind of mistake it is, and a length: nothing else of the secret.
            Err(reason) => assert!(
                MISTAKES.iter().any(|mistake| said(mistake, form) == plain(&reason)),
                "{reason}"
            ),
        }
    }
});
