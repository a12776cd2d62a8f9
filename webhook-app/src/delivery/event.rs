//! What a webhook calls itself: its id and its type, from where its sender writes them. Pure.
//!
//! Sources: as in [`scheme`](crate::verify::scheme), and CloudEvents 1.0.2, HTTP binding §3.1.3.2.

use data_encoding::HEXLOWER;
use hyper::HeaderMap;
use serde::Deserialize;

use crate::verify::scheme::Scheme;

/// The type of a webhook that names none.
const SOME_TYPE: &str = "webhook.received";

/// The longest type, in bytes.
const MOST_BYTES: usize = 128;

/// A webhook's own words about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The sender's id: the same when it sends the same again. A new one where it has none.
    pub id: String,
    /// What happened, as a name that may be a header's value.
    pub type_: String,
}

/// What senders write into a body about it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Named<'a> {
    #[serde(borrow)]
    id: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    event_id: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    type_: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    event: Option<Inner<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Inner<'a> {
    #[serde(borrow, rename = "type")]
    type_: Option<std::borrow::Cow<'a, str>>,
}

impl Event {
    /// Reads it off a webhook that came by `scheme`.
    #[must_use]
    pub fn of(scheme: Option<&Scheme>, headers: &HeaderMap, body: &[u8]) -> Self {
        let header = |names: &[&str]| {
            let mut found = names.iter().filter_map(|name| headers.get(*name)?.to_str().ok());
            found.next().map(ToOwned::to_owned)
        };
        let named = || serde_json::from_slice::<Named<'_>>(body).unwrap_or_default();
        let text = |cow: Option<std::borrow::Cow<'_, str>>| cow.map(std::borrow::Cow::into_owned);
        let (id, sender, type_) = match scheme {
            Some(Scheme::GitHub) => (
                header(&["x-github-delivery"]),
                "com.github.",
                header(&["x-github-event"]),
            ),
            Some(Scheme::Stripe) => {
                let named = named();
                (text(named.id), "com.stripe.", text(named.type_))
            }
            Some(Scheme::Slack) => {
                let named = named();
                let inner = named.event.and_then(|event| event.type_);
                (text(named.event_id), "com.slack.", text(inner.or(named.type_)))
            }
            Some(Scheme::Shopify) => (
                header(&["x-shopify-webhook-id"]),
                "com.shopify.",
                header(&["x-shopify-topic"]),
            ),
            Some(Scheme::GitLab) => {
                let id = header(&["webhook-id", "idempotency-key", "x-gitlab-event-uuid"]);
                (id, "com.gitlab.", header(&["x-gitlab-event"]))
            }
            Some(Scheme::StandardWebhooks | Scheme::Custom(_)) | None => {
                (header(&["webhook-id", "svix-id"]), "", text(named().type_))
            }
        };
        let type_ = type_
            .filter(|type_| !type_.is_empty())
            .map(|type_| format!("{sender}{}", plain(&type_)));
        Self {
            id: id.filter(|id| !id.is_empty()).unwrap_or_else(new_id),
            type_: type_.unwrap_or_else(|| SOME_TYPE.to_owned()),
        }
    }
}

/// A name of letters, digits, dots, dashes and underscores.
fn plain(text: &str) -> String {
    let letters = text.chars().map(|letter| match letter {
        '/' | ':' => '.',
        letter if letter.is_ascii_alphanumeric() || "._-".contains(letter) => letter.to_ascii_lowercase(),
        _ => '_',
    });
    letters.take(MOST_BYTES).collect()
}

/// An id that no other webhook has.
#[must_use]
pub fn new_id() -> String {
    use ring::rand::{SecureRandom, SystemRandom};
    let mut bytes = [0; 16];
    // It fails only where the system has no source of chance at all; an id that repeats is then the lesser evil.
    let _ = SystemRandom::new().fill(&mut bytes);
    HEXLOWER.encode(&bytes)
}

#[cfg(test)]
mod tests {
    use hyper::http::HeaderName;

    use super::*;

    fn of(scheme: Option<&Scheme>, headers: &[(&'static str, &str)], body: &str) -> (String, String) {
        let headers = headers.iter();
        let headers = headers
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let event = Event::of(scheme, &headers, body.as_bytes());
        (event.id, event.type_)
    }

    #[test]
    fn each_sender_says_it_in_its_own_place() {
        for (scheme, headers, body, id, type_) in [
            (
                Scheme::GitHub,
                &[("x-github-delivery", "d-1"), ("x-github-event", "push")][..],
                "{}",
                "d-1",
                "com.github.push",
            ),
            (
                Scheme::Stripe,
                &[],
                r#"{"id": "evt_1", "type": "charge.failed"}"#,
                "evt_1",
                "com.stripe.charge.failed",
            ),
            (
                Scheme::Slack,
                &[],
                r#"{"event_id": "Ev1", "type": "event_callback", "event": {"type": "message"}}"#,
                "Ev1",
                "com.slack.message",
            ),
            (
                Scheme::Shopify,
                &[("x-shopify-webhook-id", "s"), ("x-shopify-topic", "orders/create")],
                "{}",
                "s",
                "com.shopify.orders.create",
            ),
            (
                Scheme::GitLab,
                &[("x-gitlab-event-uuid", "u"), ("x-gitlab-event", "Push Hook")],
                "{}",
                "u",
                "com.gitlab.push_hook",
            ),
            (
                Scheme::StandardWebhooks,
                &[("svix-id", "msg_1")],
                r#"{"type": "user.created"}"#,
                "msg_1",
                "user.created",
            ),
        ] {
            assert_eq!(of(Some(&scheme), headers, body), (id.to_owned(), type_.to_owned()));
        }
    }

    #[test]
    fn what_names_nothing_gets_an_id_of_its_own() {
        let (first, type_) = of(None, &[], "[1]");
        assert_eq!((first.len(), type_.as_str()), (32, "webhook.received"));
        assert_ne!(of(None, &[], "[1]").0, first);
        assert_eq!(
            of(Some(&Scheme::Stripe), &[], r#"{"type": "a b\n€"}"#).1,
            "com.stripe.a_b__"
        );
    }
}
