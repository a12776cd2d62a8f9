//! What a described scheme signs.
#![no_main]

use hyper::http::HeaderName;
use libfuzzer_sys::fuzz_target;
use webhook_app::verify::custom::{Custom, Description, Proof};
use webhook_app::verify::scheme::Encoding;

fuzz_target!(|input: (&str, bool)| {
    let (signed, has_time) = input;
    let header = HeaderName::from_static("x-signature");
    let description = Description {
        header: header.clone(),
        proof: Proof::HmacSha256,
        encoding: Encoding::Hex,
        prefix: String::new(),
        signed: signed.to_owned(),
        timestamp_header: has_time.then_some(header),
    };
    if Custom::new(description).is_ok() {
        assert_eq!(
            signed.matches("{body}").count(),
            1,
            "a signature that does not cover the body"
        );
        assert_eq!(signed.contains("{timestamp}"), has_time);
    }
});
