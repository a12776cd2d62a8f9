//! The flags that say how senders prove who they are.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use hyper::http::HeaderName;

use super::values::{header, seconds};
use crate::verify::custom::{Custom, Description, Proof};
use crate::verify::scheme::{Encoding, Scheme};

/// By whose rules webhooks are signed.
#[derive(Args, Clone, Debug)]
pub struct SchemeArgs {
    /// By whose rules webhooks are signed. `none` believes everybody.
    #[arg(long, env = "WEBHOOK_VERIFICATION", value_name = "SCHEME", value_enum, default_value_t = SchemeName::None)]
    pub verification: SchemeName,

    /// With `custom`: the header that carries the signature or the token.
    #[arg(long, env = "WEBHOOK_CUSTOM_HEADER", value_name = "HEADER", value_parser = header)]
    pub custom_header: Option<HeaderName>,

    /// With `custom`: what signs.
    #[arg(long, env = "WEBHOOK_CUSTOM_ALGORITHM", value_name = "ALGORITHM", value_enum, default_value_t = Proof::HmacSha256)]
    pub custom_algorithm: Proof,

    /// With `custom`: how the signature is written.
    #[arg(long, env = "WEBHOOK_CUSTOM_ENCODING", value_name = "ENCODING", value_enum, default_value_t = Encoding::Hex)]
    pub custom_encoding: Encoding,

    /// With `custom`: what stands before the signature or the token.
    #[arg(long, env = "WEBHOOK_CUSTOM_PREFIX", value_name = "TEXT", default_value = "")]
    pub custom_prefix: String,

    /// With `custom`: what is signed, with {body}, {timestamp} and {header:NAME} for what the request carries.
    #[arg(
        long,
        env = "WEBHOOK_CUSTOM_SIGNED",
        value_name = "TEMPLATE",
        default_value = "{body}"
    )]
    pub custom_signed: String,

    /// With `custom`: the header with the time of signing, in seconds since 1970.
    #[arg(long, env = "WEBHOOK_CUSTOM_TIMESTAMP_HEADER", value_name = "HEADER", value_parser = header)]
    pub custom_timestamp_header: Option<HeaderName>,
}

/// How senders prove who they are.
#[derive(Args, Clone, Debug)]
pub struct VerificationArgs {
    /// By whose rules.
    #[command(flatten)]
    pub by: SchemeArgs,

    /// Where the accepted secrets are: each file is one, its name that of the key. Changes are followed.
    #[arg(long, env = "WEBHOOK_SECRETS_DIR", value_name = "DIRECTORY")]
    pub secrets_dir: Option<PathBuf>,

    /// How far from now the time of signing may be, where a scheme signs it.
    #[arg(long, env = "WEBHOOK_TOLERANCE", default_value = "300s", value_name = "TIME", value_parser = seconds)]
    pub tolerance: Duration,

    /// With `custom`: the handshake by which the sender checks this endpoint. Slack's needs no flag.
    #[arg(long, env = "WEBHOOK_HANDSHAKE", value_name = "STYLE", value_enum, default_value_t = HandshakeStyle::None)]
    pub handshake: HandshakeStyle,

    /// With `--handshake meta`: the file with the token that Meta's handshake must know.
    #[arg(long, env = "WEBHOOK_HANDSHAKE_TOKEN_FILE", value_name = "FILE")]
    pub handshake_token_file: Option<PathBuf>,
}

/// The schemes by name.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemeName {
    /// Everybody is believed.
    None,
    /// GitHub's `X-Hub-Signature-256`.
    Github,
    /// Standard Webhooks 1.0, and Svix.
    StandardWebhooks,
    /// Stripe's `Stripe-Signature`.
    Stripe,
    /// Slack's `X-Slack-Signature`.
    Slack,
    /// Shopify's `X-Shopify-Hmac-SHA256`.
    Shopify,
    /// GitLab's `X-Gitlab-Token`, or its signatures.
    Gitlab,
    /// As the flags `--custom-…` say.
    Custom,
}

/// The handshakes by GET.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandshakeStyle {
    /// None: GET is refused.
    None,
    /// X's challenge-response check.
    X,
    /// Meta's verification request.
    Meta,
}

impl SchemeArgs {
    /// The chosen scheme, `None` when everybody is believed.
    ///
    /// # Errors
    /// One line on flags that do not go together.
    pub fn scheme(&self) -> Result<Option<Scheme>, String> {
        Ok(match self.verification {
            SchemeName::None => None,
            SchemeName::Github => Some(Scheme::GitHub),
            SchemeName::StandardWebhooks => Some(Scheme::StandardWebhooks),
            SchemeName::Stripe => Some(Scheme::Stripe),
            SchemeName::Slack => Some(Scheme::Slack),
            SchemeName::Shopify => Some(Scheme::Shopify),
            SchemeName::Gitlab => Some(Scheme::GitLab),
            SchemeName::Custom => Some(Scheme::Custom(self.custom()?)),
        })
    }

    fn custom(&self) -> Result<Custom, String> {
        let header = self.custom_header.clone();
        let header =
            header.ok_or("--verification custom needs --custom-header: name the header that carries the signature")?;
        let custom = Custom::new(Description {
            header,
            proof: self.custom_algorithm,
            encoding: self.custom_encoding,
            prefix: self.custom_prefix.clone(),
            signed: self.custom_signed.clone(),
            timestamp_header: self.custom_timestamp_header.clone(),
        });
        custom.map_err(|reason| format!("--custom-signed: {:?} cannot be used: {reason}", self.custom_signed))
    }
}

impl VerificationArgs {
    /// The chosen scheme, `None` when everybody is believed.
    ///
    /// # Errors
    /// One line on flags that do not go together.
    pub fn scheme(&self) -> Result<Option<Scheme>, String> {
        let scheme = self.by.scheme()?;
        match (&scheme, &self.secrets_dir, self.handshake) {
            (Some(_), None, _) => {
                Err("--verification needs --secrets-dir: name the directory that holds the secrets".to_owned())
            }
            (None, Some(_), _) => Err(
                "--secrets-dir is of no use without --verification: name the scheme, or leave the secrets out"
                    .to_owned(),
            ),
            (Some(Scheme::Custom(_)), _, HandshakeStyle::Meta) if self.handshake_token_file.is_none() => {
                Err("--handshake meta needs --handshake-token-file: name the file that holds the token".to_owned())
            }
            (Some(Scheme::Custom(_)), ..) | (_, _, HandshakeStyle::None) => Ok(scheme),
            _ => Err("--handshake goes with --verification custom alone: leave it out".to_owned()),
        }
    }
}
