//! The signature schemes as data: which header carries what, what is signed, and how. Checks nothing.
//!
//! Sources: each sender's own documentation; GitHub "Validating webhook deliveries", Standard Webhooks 1.0.0, Stripe
//! "Verify webhook signatures manually", Slack "Verifying requests from Slack", Shopify "Verify the origin of a webhook",
//! GitLab "Webhooks".

use hyper::http::HeaderName;

use super::custom::Custom;

const STANDARD_HEADERS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];
const SVIX_HEADERS: [&str; 3] = ["svix-id", "svix-timestamp", "svix-signature"];

/// One way in which a request can prove who sent it. Where a scheme has several, the first whose signature header is there
/// is the one that must hold: a request never falls back to a weaker one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// The header that carries the signature or the token.
    pub signature: HeaderName,
    /// How that header is written.
    pub form: Form,
    /// What is signed, in order. Empty for tokens.
    pub signed: Vec<Part>,
    /// Where the time of signing stands.
    pub stamp: Stamp,
}

/// How the header of a signature is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// One signature after a fixed prefix, such as `sha256=…`.
    Plain {
        /// What stands before it.
        prefix: String,
        /// Which function made it.
        algorithm: Algorithm,
        /// How its bytes are written.
        encoding: Encoding,
    },
    /// `v1,…` and `v1a,…`, separated by spaces: Standard Webhooks.
    Versions,
    /// `t=…,v1=…`, with any number of `v1`: Stripe.
    Fields,
    /// The secret itself after a fixed prefix.
    Token {
        /// What stands before it.
        prefix: String,
    },
}

/// The function that signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-1, for senders that know nothing better.
    HmacSha1,
    /// HMAC with SHA-256.
    HmacSha256,
    /// HMAC with SHA-512.
    HmacSha512,
    /// Ed25519; the secret is the sender's public key.
    Ed25519,
}

impl Algorithm {
    /// The length of a signature, in bytes.
    #[must_use]
    pub fn length(self) -> usize {
        match self {
            Self::HmacSha1 => 20,
            Self::HmacSha256 => 32,
            Self::HmacSha512 | Self::Ed25519 => 64,
        }
    }
}

/// How the bytes of a signature are written.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Lower-case hexadecimal.
    Hex,
    /// Standard base64 with padding.
    Base64,
}

/// One part of what is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Fixed text.
    Text(String),
    /// The time of signing, as it was written.
    Stamp,
    /// The value of a header, which must be there.
    Header(HeaderName),
    /// The body, as it arrived.
    Body,
}

/// Where the time of signing stands, in whole seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// Nowhere: a signature is good for ever.
    None,
    /// In a header of its own.
    Header(HeaderName),
    /// In the signature header, as Stripe's `t`.
    Field,
}

/// How a secret becomes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyForm {
    /// Its bytes are the key of an HMAC.
    Bytes(Algorithm),
    /// `whsec_` and base64, or `whpk_` and base64: Standard Webhooks.
    Standard,
    /// A `whsec_` secret is Standard Webhooks', any other the token: GitLab.
    StandardOrToken,
    /// It is the token.
    Token,
    /// A public key of Ed25519, in this encoding.
    PublicKey(Encoding),
}

/// The schemes that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `X-Hub-Signature-256`.
    GitHub,
    /// Standard Webhooks 1.0, by its own headers or Svix's.
    StandardWebhooks,
    /// `Stripe-Signature`.
    Stripe,
    /// `X-Slack-Signature`.
    Slack,
    /// `X-Shopify-Hmac-SHA256`.
    Shopify,
    /// `X-Gitlab-Token`, or Standard Webhooks where GitLab signs.
    GitLab,
    /// As the operator of this receiver says.
    Custom(Custom),
}

impl Scheme {
    /// The methods by which a request can prove its sender, in the order of precedence.
    #[must_use]
    pub fn methods(&self) -> Vec<Method> {
        match self {
            Self::GitHub => vec![of_body("x-hub-signature-256", "sha256=", Encoding::Hex)],
            Self::StandardWebhooks => vec![standard(STANDARD_HEADERS), standard(SVIX_HEADERS)],
            Self::Stripe => vec![Method {
                signature: HeaderName::from_static("stripe-signature"),
                form: Form::Fields,
                signed: vec![Part::Stamp, text("."), Part::Body],
                stamp: Stamp::Field,
            }],
            Self::Slack => vec![Method {
                signed: vec![text("v0:"), Part::Stamp, text(":"), Part::Body],
                stamp: Stamp::Header(HeaderName::from_static("x-slack-request-timestamp")),
                ..of_body("x-slack-signature", "v0=", Encoding::Hex)
            }],
            Self::Shopify => vec![
                of_body("x-shopify-hmac-sha256", "", Encoding::Base64),
                of_body("shopify-hmac-sha256", "", Encoding::Base64),
            ],
            Self::GitLab => vec![
                standard(STANDARD_HEADERS),
                Method {
                    signature: HeaderName::from_static("x-gitlab-token"),
                    form: Form::Token { prefix: String::new() },
                    signed: vec![],
                    stamp: Stamp::None,
                },
            ],
            Self::Custom(custom) => vec![custom.method()],
        }
    }

    /// Whether this sender may wrap its JSON in a form.
    #[must_use]
    pub fn takes_forms(&self) -> bool {
        matches!(self, Self::GitHub | Self::Slack)
    }

    /// How this scheme's secrets become keys.
    #[must_use]
    pub fn key_form(&self) -> KeyForm {
        match self {
            Self::GitHub | Self::Stripe | Self::Slack | Self::Shopify => KeyForm::Bytes(Algorithm::HmacSha256),
            Self::StandardWebhooks => KeyForm::Standard,
            Self::GitLab => KeyForm::StandardOrToken,
            Self::Custom(custom) => custom.key_form(),
        }
    }
}

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

/// An HMAC-SHA256 of the body alone.
fn of_body(signature: &'static str, prefix: &str, encoding: Encoding) -> Method {
    Method {
        signature: HeaderName::from_static(signature),
        form: Form::Plain {
            prefix: prefix.to_owned(),
            algorithm: Algorithm::HmacSha256,
            encoding,
        },
        signed: vec![Part::Body],
        stamp: Stamp::None,
    }
}

/// Standard Webhooks, with these headers.
fn standard([id, stamp, signature]: [&'static str; 3]) -> Method {
    let (id, stamp) = (HeaderName::from_static(id), HeaderName::from_static(stamp));
    Method {
        signature: HeaderName::from_static(signature),
        form: Form::Versions,
        signed: vec![Part::Header(id), text("."), Part::Stamp, text("."), Part::Body],
        stamp: Stamp::Header(stamp),
    }
}
