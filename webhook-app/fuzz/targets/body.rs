//! A body and its content type: what serde reads as a value is taken, what it does not is not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webhook_app::webhook::{Kind, check_body, check_type};

fuzz_target!(|input: (&[u8], &[u8])| {
    let (content_type, body) = input;
    let _ = check_type(Some(content_type), true);
    let _ = check_body(Kind::Form, body);
    let is_taken = check_body(Kind::Json, body).is_ok();
    match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(_) => assert!(is_taken, "JSON was refused"),
        // A tree has bounds that a look over does not need: its depth, and the size of its numbers.
        Err(error)
            if error.is_syntax()
                && !["recursion", "number"]
                    .iter()
                    .any(|bound| error.to_string().contains(bound)) =>
        {
            assert!(!is_taken, "taken, though {error}");
        }
        Err(_) => {}
    }
});
