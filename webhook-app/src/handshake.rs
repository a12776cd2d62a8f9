//! How senders ask whether an endpoint is who they think, before or between webhooks. Pure.
//!
//! Sources: Slack Events API, "URL verification handshake"; X Account Activity API, "Challenge-response check"; Meta
//! Graph API, "Webhooks: verification requests".

use data_encoding::BASE64;
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::json;
use subtle::ConstantTimeEq;

use crate::answer::Answer;
use crate::verify::keyring::Keyring;

/// The longest challenge that is answered, in bytes.
const MOST_BYTES: usize = 128;

/// A handshake by GET on the webhook path.
#[derive(Clone)]
pub enum Handshake {
    /// `crc_token` is answered with its HMAC, by the key in the first slot.
    X,
    /// `hub.challenge` is answered to who knows this token.
    Meta(Vec<u8>),
}

impl Handshake {
    /// The answer to a GET with this query, `None` when it is no handshake, or not by one who may ask.
    #[must_use]
    pub fn answer(&self, query: &str, keys: &Keyring) -> Option<Answer> {
        let parameter = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(known, _)| known == name).map(|(_, value)| value)
        };
        match self {
            Self::X => {
                let token = parameter("crc_token").filter(|token| may_be_signed(token))?;
                let (_, key) = keys.slots().next()?;
                let mac = BASE64.encode(key.sign(&[token.as_bytes()])?.as_ref());
                let body = json!({"response_token": format!("sha256={mac}")}).to_string();
                Some(Answer::new(StatusCode::OK, "application/json", body))
            }
            Self::Meta(token) => {
                let is_known = parameter("hub.verify_token").is_some_and(|said| said.as_bytes().ct_eq(token).into());
                let challenge = parameter("hub.challenge").filter(|challenge| is_plain(challenge))?;
                let answer = || Answer::new(StatusCode::OK, "text/plain", challenge.into_owned());
                (is_known && parameter("hub.mode").is_some_and(|mode| mode == "subscribe")).then(answer)
            }
        }
    }
}

/// Letters, digits and what base64 needs: nothing that a browser would take for more than text.
fn is_plain(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+/=.".contains(&byte);
    (1..=MOST_BYTES).contains(&text.len()) && text.bytes().all(is_plain)
}

/// Whoever asks gets an HMAC by our key: it must never be that of a webhook.
fn may_be_signed(token: &str) -> bool {
    is_plain(token) && serde_json::from_str::<serde::de::IgnoredAny>(token).is_err()
}

/// The answer to Slack's `url_verification`, `None` when `body` is another event. Its signature must have held.
#[must_use]
pub fn slack(body: &[u8]) -> Option<Answer> {
    #[derive(Deserialize)]
    struct Event<'a> {
        #[serde(rename = "type")]
        type_: &'a str,
        challenge: &'a str,
    }
    let event: Event<'_> = serde_json::from_slice(body).ok()?;
    let body = json!({"challenge": event.challenge}).to_string();
    (event.type_ == "url_verification").then(|| Answer::new(StatusCode::OK, "application/json", body))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use futures::FutureExt;
    use http_body_util::BodyExt;

    use super::*;
    use crate::verify::keyring::Secrets;
    use crate::verify::scheme::{Algorithm, KeyForm};

    fn text(answer: Option<Answer>) -> Option<String> {
        let body = answer?.response.into_body().collect().now_or_never().unwrap().unwrap();
        Some(String::from_utf8(body.to_bytes().to_vec()).unwrap())
    }

    fn keys() -> Keyring {
        let secrets = Secrets::of(vec![("current".to_owned(), b"key".to_vec())]);
        Keyring::new(Path::new("/"), &secrets, KeyForm::Bytes(Algorithm::HmacSha256)).unwrap()
    }

    #[test]
    fn x_gets_the_mac_of_what_can_be_no_webhook() {
        let answer = |query| text(Handshake::X.answer(query, &keys()));
        // By `printf challenge | openssl dgst -sha256 -hmac key -binary | base64`.
        let expected =
            r#"{"response_token":"sha256=MAC"}"#.replace("MAC", "/pSWP7rGsIbPhx1COvS7X3o9wOYdN+THjRIqbMdRs+g=");
        assert_eq!(answer("crc_token=challenge&nonce=1"), Some(expected));
        for query in [
            "",
            "crc_token=",
            "crc_token=17",
            "crc_token=true",
            "crc_token=%7B%7D",
            "crc_token=a%20b",
        ] {
            assert_eq!(answer(query), None, "{query}");
        }
    }

    #[test]
    fn meta_gets_its_challenge_back_when_it_knows_the_token() {
        let meta = Handshake::Meta(b"token".to_vec());
        let answer = |query| text(meta.answer(query, &keys()));
        assert_eq!(
            answer("hub.mode=subscribe&hub.challenge=158&hub.verify_token=token"),
            Some("158".to_owned())
        );
        for query in [
            "hub.mode=subscribe&hub.challenge=158&hub.verify_token=tokem",
            "hub.mode=subscribe&hub.challenge=158",
            "hub.challenge=158&hub.verify_token=token",
            "hub.mode=subscribe&hub.challenge=%3Cb%3E&hub.verify_token=token",
        ] {
            assert_eq!(answer(query), None, "{query}");
        }
    }

    #[test]
    fn slack_gets_its_challenge_back() {
        let event = br#"{"token": "t", "challenge": "3eZb", "type": "url_verification"}"#;
        assert_eq!(text(slack(event)), Some(r#"{"challenge":"3eZb"}"#.to_owned()));
        for other in [
            &br#"{"type": "event_callback", "challenge": "3eZb"}"#[..],
            b"{}",
            b"[",
            b"payload=1",
        ] {
            assert!(slack(other).is_none());
        }
    }
}
