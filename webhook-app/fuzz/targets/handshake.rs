//! The query of a handshake and the body of Slack's. Whoever asks X's way gets an HMAC by our key: never one of a webhook.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use webhook_app::handshake::{Handshake, slack};
use webhook_app::verify::keyring::{Keyring, Secrets};
use webhook_app::verify::scheme::Scheme;

fuzz_target!(|input: &str| {
    let secrets = Secrets::of(vec![("slot".to_owned(), b"s3cret".to_vec())]);
    let Ok(keys) = Keyring::new(Path::new("/"), &secrets, Scheme::GitHub.key_form()) else {
        panic!("a good secret")
    };
    let token = format!("crc_token={input}");
    if !input.contains(['&', '%', '+']) && Handshake::X.answer(&token, &keys).is_some() {
        assert!(
            serde_json::from_str::<serde_json::Value>(input).is_err(),
            "signed what could be a webhook"
        );
    }
    let _ = Handshake::X.answer(input, &keys);
    assert!(
        Handshake::Meta(b"only-those-who-know-this".to_vec())
            .answer(input, &keys)
            .is_none()
            || input.contains("know")
    );
    let _ = slack(input.as_bytes());
});
