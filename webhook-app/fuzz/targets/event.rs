//! What a webhook calls itself, by every scheme, and the headers of the event made of it.
#![no_main]

use hyper::HeaderMap;
use hyper::http::HeaderValue;
use libfuzzer_sys::fuzz_target;
use webhook_app::delivery::event::Event;
use webhook_app::verify::scheme::Scheme;

fuzz_target!(|input: (&[u8], &[u8])| {
    let (value, body) = input;
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(value) {
        for name in [
            "x-github-delivery",
            "x-github-event",
            "webhook-id",
            "svix-id",
            "x-shopify-topic",
            "x-gitlab-event",
        ] {
            headers.insert(name, value.clone());
        }
    }
    for scheme in [
        None,
        Some(Scheme::GitHub),
        Some(Scheme::StandardWebhooks),
        Some(Scheme::Stripe),
        Some(Scheme::Slack),
        Some(Scheme::Shopify),
        Some(Scheme::GitLab),
    ] {
        let event = Event::of(scheme.as_ref(), &headers, body);
        assert!(
            !event.id.is_empty() && !event.type_.is_empty(),
            "CloudEvents asks for both"
        );
    }
});
