//! The header of a signature, in every form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webhook_app::verify::scheme::{Algorithm, Encoding, Form};
use webhook_app::verify::signature::{Signature, read};

fuzz_target!(|value: &str| {
    let plain = |algorithm, encoding| Form::Plain {
        prefix: "v1=".to_owned(),
        algorithm,
        encoding,
    };
    for form in [
        plain(Algorithm::HmacSha1, Encoding::Hex),
        plain(Algorithm::HmacSha256, Encoding::Hex),
        plain(Algorithm::HmacSha512, Encoding::Base64),
        plain(Algorithm::Ed25519, Encoding::Base64),
        Form::Versions,
        Form::Fields,
        Form::Token {
            prefix: "Bearer ".to_owned(),
        },
    ] {
        let Ok(presented) = read(&form, value) else { continue };
        assert!(
            (1..=16).contains(&presented.signatures.len()),
            "unbounded, or nothing to check"
        );
        for signature in presented.signatures {
            if let Signature::Made { by, bytes } = signature {
                assert!(
                    bytes[by.length()..].iter().all(|byte| *byte == 0),
                    "more than the function gives"
                );
            }
        }
    }
});
