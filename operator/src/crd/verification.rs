//! The `verification` part of the API: how senders prove who they are. Owns its schema and defaults; the Secrets it names
//! are never read here, the kubelet mounts them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule::rule;

/// How senders prove who they are. Everybody else is answered 401.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    rule("(self.scheme == 'Custom') == has(self.custom)", "custom goes with scheme Custom: write both, or neither"),
]))]
pub struct Verification {
    /// By whose rules webhooks are signed.
    pub scheme: Scheme,

    /// The keys of Secrets that hold the accepted secrets. All are valid at once, so that a secret can change without a
    /// gap; a change in a Secret reaches the receivers without a restart.
    #[schemars(length(min = 1, max = 16))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name", "key"]))]
    #[schemars(extend("x-kubernetes-validations" = [
        rule("self.exists(one, !one.optional)", "every secret is optional, and without any nobody could be believed: take optional from one"),
        rule("self.all(one, one.name.size() + one.key.size() <= 250)", "name and key are longer than 250 letters together: shorten the key"),
    ]))]
    pub secret_refs: Vec<SecretKey>,

    /// How far from now the time of signing may be in seconds, for schemes that sign it.
    #[serde(default = "tolerance_seconds")]
    #[schemars(range(min = 1, max = 3600))]
    pub tolerance_seconds: i32,

    /// What a sender that no other scheme fits does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
}

fn tolerance_seconds() -> i32 {
    300
}

/// By whose rules webhooks are signed.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// GitHub's `X-Hub-Signature-256`.
    GitHub,
    /// Standard Webhooks 1.0, and Svix.
    StandardWebhooks,
    /// Stripe's `Stripe-Signature`.
    Stripe,
    /// Slack's `X-Slack-Signature`.
    Slack,
    /// Shopify's `X-Shopify-Hmac-SHA256`.
    Shopify,
    /// GitLab's `X-Gitlab-Token`, or its signatures.
    GitLab,
    /// As `custom` says.
    Custom,
}

/// One key of a Secret in the same namespace.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretKey {
    /// The Secret.
    #[schemars(length(min = 1, max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')", "write the name of a Secret in this namespace: a-z, 0-9, '-' and '.'")]))]
    pub name: String,

    /// The key in it.
    #[schemars(length(min = 1, max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[-._a-zA-Z0-9]+$')", "write a key of the Secret: letters, digits, '-', '_' and '.'")]))]
    pub key: String,

    /// True: the receivers also run while the Secret or its key is not there.
    #[serde(default)]
    pub optional: bool,
}

/// What a sender that no other scheme fits does.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    rule("self.algorithm != 'Token' || (self.signed == '{body}' && !has(self.timestampHeader))", "a Token signs nothing: leave signed and timestampHeader out"),
    rule("self.signed.contains('{timestamp}') == has(self.timestampHeader)", "{timestamp} in signed goes with timestampHeader: write both, or neither"),
]))]
pub struct Custom {
    /// The header that carries the signature or the token.
    #[schemars(length(min = 1, max = 128))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[-A-Za-z0-9_]+$')", "write a header's name, for example X-Signature")]))]
    pub header: String,

    /// What signs.
    #[serde(default)]
    pub algorithm: Algorithm,

    /// How the signature is written.
    #[serde(default)]
    pub encoding: Encoding,

    /// What stands before it, for example `sha256=`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 64))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[ -~]*$')", "write the prefix in visible ASCII letters, for example sha256=")]))]
    pub prefix: String,

    /// What is signed: text in which `{body}` stands for the body, `{timestamp}` for the value of `timestampHeader` and
    /// `{header:NAME}` for that of another header.
    #[serde(default = "signed")]
    #[schemars(length(max = 256))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^([^{}]|[{]timestamp[}]|[{]header:[-A-Za-z0-9_]+[}])*[{]body[}]([^{}]|[{]timestamp[}]|[{]header:[-A-Za-z0-9_]+[}])*$')", "write {body} once, and beside it only text, {timestamp} and {header:NAME}, for example {timestamp}.{body}")]))]
    pub signed: String,

    /// The header with the time of signing, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[-A-Za-z0-9_]+$')", "write a header's name, for example X-Timestamp")]))]
    pub timestamp_header: Option<String>,

    /// How the sender checks this endpoint before it sends. Slack's way needs nothing here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handshake: Option<Handshake>,
}

fn signed() -> String {
    "{body}".to_owned()
}

/// What signs.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-1, for senders that know nothing better.
    HmacSha1,
    /// HMAC with SHA-256.
    #[default]
    HmacSha256,
    /// HMAC with SHA-512.
    HmacSha512,
    /// Ed25519; the secret is the sender's public key, in the signature's encoding.
    Ed25519,
    /// Nothing: the header carries the secret itself.
    Token,
}

/// How a signature is written.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Hexadecimal.
    #[default]
    Hex,
    /// Base64.
    Base64,
}

/// How a sender checks an endpoint before it sends.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule("(self.style == 'Meta') == has(self.tokenSecretRef)", "tokenSecretRef goes with style Meta: write both, or neither")]))]
pub struct Handshake {
    /// Whose way it is.
    pub style: HandshakeStyle,

    /// The token that Meta's handshake must know. The receivers read it when they start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_secret_ref: Option<TokenKey>,
}

/// Whose way a handshake is.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandshakeStyle {
    /// X's challenge-response check.
    X,
    /// Meta's verification request.
    Meta,
}

/// One key of a Secret in the same namespace.
#[derive(JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenKey {
    /// The Secret.
    #[schemars(length(min = 1, max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')", "write the name of a Secret in this namespace: a-z, 0-9, '-' and '.'")]))]
    pub name: String,

    /// The key in it.
    #[schemars(length(min = 1, max = 253))]
    #[schemars(extend("x-kubernetes-validations" = [rule("self.matches('^[-._a-zA-Z0-9]+$')", "write a key of the Secret: letters, digits, '-', '_' and '.'")]))]
    pub key: String,
}
