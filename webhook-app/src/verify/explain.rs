//! Why a request does or does not prove its sender, in a person's words. Tries what usually went wrong; says which of it
//! would have made the signature fit, and never a signature or a secret. Pure.

use std::path::Path;
use std::time::Duration;

use hyper::HeaderMap;

use super::keyring::{Keyring, Secrets};
use super::scheme::{Form, KeyForm, Method, Scheme, Stamp};
use super::{Unproven, Verifier, signature, value};

/// A secret and its name.
pub type Secret = (String, Vec<u8>);

/// A request as somebody captured it, and what its receiver knows. No `Debug`: it holds secrets.
pub struct Case<'a> {
    /// By whose rules it should be signed.
    pub scheme: &'a Scheme,
    /// How far from `now` the time of signing may be.
    pub tolerance: Duration,
    /// The request's headers.
    pub headers: &'a HeaderMap,
    /// Its body, byte for byte.
    pub body: &'a [u8],
    /// The accepted secrets by name.
    pub secrets: &'a [Secret],
    /// When it arrived, in seconds since 1970.
    pub now: u64,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether the request proves its sender.
    pub is_proven: bool,
    /// One line: what is so, and what to do about it.
    pub line: String,
}

/// Explains a case.
///
/// # Errors
/// What is wrong with a secret, without any of its text.
pub fn explain(case: &Case<'_>) -> Result<Finding, String> {
    let outcome = check(case, case.secrets, case.body)?;
    let line = match outcome {
        Ok(slot) => {
            let line = format!("it verifies, by the secret {slot}");
            return Ok(Finding { is_proven: true, line });
        }
        Err(Unproven::Missing) => missing(case),
        Err(Unproven::Malformed) => malformed(case),
        Err(Unproven::Stale) => stale(case),
        Err(Unproven::Mismatch) => mismatch(case),
    };
    Ok(Finding { is_proven: false, line })
}

fn check(case: &Case<'_>, secrets: &[Secret], body: &[u8]) -> Result<Result<String, Unproven>, String> {
    let keys = Keyring::new(Path::new(""), &Secrets::of(secrets.to_vec()), case.scheme.key_form());
    let keys = keys.map_err(|error| error.to_string())?;
    let slot = Verifier::new(case.scheme, case.tolerance).check(case.headers, body, &keys, case.now);
    Ok(slot.map(ToOwned::to_owned))
}

/// All schemes that need no description, with the names they are chosen by.
const KNOWN: [(&str, Scheme); 6] = [
    ("github", Scheme::GitHub),
    ("standard-webhooks", Scheme::StandardWebhooks),
    ("stripe", Scheme::Stripe),
    ("slack", Scheme::Slack),
    ("shopify", Scheme::Shopify),
    ("gitlab", Scheme::GitLab),
];

/// The methods of the scheme whose signature is there.
fn presented(case: &Case<'_>) -> Option<Method> {
    let mut methods = case.scheme.methods().into_iter();
    methods.find(|method| case.headers.contains_key(&method.signature))
}

fn missing(case: &Case<'_>) -> String {
    if let Some(method) = presented(case) {
        let other = match &method.stamp {
            Stamp::Header(name) if !case.headers.contains_key(name) => name.as_str(),
            _ => "another header that it signs",
        };
        return format!(
            "{} is there, but {other} is missing: a proxy may have dropped it",
            method.signature
        );
    }
    let is_there = |scheme: &Scheme| {
        scheme
            .methods()
            .iter()
            .any(|method| case.headers.contains_key(&method.signature))
    };
    if let Some((name, _)) = KNOWN.iter().find(|(_, scheme)| is_there(scheme)) {
        return format!("wrong scheme: its headers are those of {name}; choose --verification {name}");
    }
    if case.headers.contains_key("x-hub-signature") {
        return "it has only X-Hub-Signature, whose SHA-1 proves nothing any more: the sender must send X-Hub-Signature-256".to_owned();
    }
    let methods = case.scheme.methods();
    let names: Vec<_> = methods.iter().map(|method| method.signature.as_str()).collect();
    format!(
        "the signature is missing: no header {}; set the secret at the sender, and look whether a proxy drops the header",
        names.join(" or ")
    )
}

fn malformed(case: &Case<'_>) -> String {
    let Some(method) = presented(case) else {
        return missing(case);
    };
    let mut names = vec![&method.signature];
    if let Stamp::Header(name) = &method.stamp {
        names.push(name);
    }
    if let Some(name) = names
        .iter()
        .find(|name| case.headers.get_all(**name).iter().count() > 1)
    {
        return format!("{name} is there twice: which of the two was meant, nobody knows");
    }
    let Ok(text) = value(case.headers, &method.signature) else {
        return format!("{} holds what is no text, or is too long", method.signature);
    };
    let lower = text.to_ascii_lowercase();
    let advice = match &method.form {
        _ if text.trim() != text => "there is white space around it",
        Form::Plain { prefix, .. } if !text.starts_with(prefix.as_str()) => {
            "it does not begin with the scheme's prefix"
        }
        Form::Plain { .. } if lower != text && signature::read(&method.form, &lower).is_ok() => {
            "its hexadecimal digits are in capital letters, which the scheme's sender does not write"
        }
        Form::Plain { .. } => "after its prefix it is not a whole signature",
        Form::Versions => "the scheme writes v1, and base64, several with a space between them",
        Form::Fields => "the scheme writes t= the time, and v1= with hexadecimal digits, with commas between them",
        Form::Token { .. } => "it does not begin with the token's prefix",
    };
    if signature::read(&method.form, text).is_ok() {
        return "the time of signing is not a number of seconds since 1970".to_owned();
    }
    format!("{} is malformed: {advice}", method.signature)
}

fn stale(case: &Case<'_>) -> String {
    let stamp = presented(case).and_then(|method| {
        let text = match &method.stamp {
            Stamp::Header(name) => value(case.headers, name).ok()?.to_owned(),
            _ => signature::read(&method.form, value(case.headers, &method.signature).ok()?)
                .ok()?
                .stamp?
                .to_owned(),
        };
        text.parse::<u64>().ok()
    });
    let stamp = stamp.unwrap_or_default();
    let (away, side) = if stamp < case.now {
        (case.now - stamp, "before")
    } else {
        (stamp - case.now, "after")
    };
    format!(
        "stale: the signature fits, but was made {} {side} it arrived, and only {} are allowed; for an old capture write --at {stamp}, else compare the clocks",
        humantime::format_duration(Duration::from_secs(away)),
        humantime::format_duration(case.tolerance)
    )
}

fn mismatch(case: &Case<'_>) -> String {
    let fits =
        |secrets: &[Secret], body: &[u8]| !matches!(check(case, secrets, body), Err(_) | Ok(Err(Unproven::Mismatch)));
    for (what, body) in other_bodies(case.body) {
        if fits(case.secrets, &body) {
            return format!("the body was changed on its way: {what}; give the receiver the bytes as they were sent");
        }
    }
    for (what, secrets) in other_secrets(case) {
        if fits(&secrets, case.body) {
            return format!("wrong secret: {what}");
        }
    }
    "wrong secret, or a changed body: none of the secrets made this signature over these bytes; compare the secret with the sender's, and capture the body byte for byte".to_owned()
}

/// What bodies become on their way.
fn other_bodies(body: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut bodies = Vec::new();
    if let Some(shorter) = body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n")) {
        bodies.push(("a line break was added at its end", shorter.to_vec()));
    }
    bodies.push(("the line break at its end was dropped", [body, b"\n"].concat()));
    let text = String::from_utf8_lossy(body);
    bodies.push(("its line breaks became CR LF", text.replace("\r\n", "\n").into_bytes()));
    bodies.push((
        "its line breaks became LF",
        text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes(),
    ));
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) {
        let what = "it is JSON that was written anew, with other spaces, escapes or order";
        let compact = value.to_string();
        bodies.push((what, layout(&compact, ", ", ": ").into_bytes()));
        bodies.push((what, compact.into_bytes()));
        bodies.push((what, serde_json::to_vec_pretty(&value).unwrap_or_default()));
        // In the order in which it came.
        let in_order = layout(&text, ",", ":");
        bodies.push((what, layout(&in_order, ", ", ": ").into_bytes()));
        bodies.push((what, in_order.into_bytes()));
    }
    bodies.retain(|(_, other)| other != body);
    bodies
}

/// JSON with other spaces between its tokens: none but those in `comma` and `colon`.
fn layout(json: &str, comma: &str, colon: &str) -> String {
    let (mut out, mut is_text, mut is_escaped) = (String::with_capacity(json.len()), false, false);
    for letter in json.chars() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = is_text,
            '"' => is_text = !is_text,
            _ => {}
        }
        match letter {
            ',' if !is_text => out.push_str(comma),
            ':' if !is_text => out.push_str(colon),
            ' ' | '\n' | '\r' | '\t' if !is_text => {}
            _ => out.push(letter),
        }
    }
    out
}

/// What people make of secrets when they copy them.
fn other_secrets(case: &Case<'_>) -> Vec<(&'static str, Vec<Secret>)> {
    let each = |change: fn(&[u8]) -> Vec<u8>| {
        case.secrets
            .iter()
            .map(|(name, secret)| (name.clone(), change(secret)))
            .collect()
    };
    let mut others = vec![
        (
            "white space around it was copied too",
            each(|secret| secret.trim_ascii().to_vec()),
        ),
        (
            "its line break belongs to it at the sender",
            each(|secret| [secret.trim_ascii_end(), b"\n\n"].concat()),
        ),
    ];
    if matches!(case.scheme.key_form(), KeyForm::Bytes(_)) {
        others.push((
            "the sender uses it without its whsec_",
            each(|secret| secret.strip_prefix(b"whsec_").unwrap_or(secret).to_vec()),
        ));
        others.push((
            "the sender's begins with whsec_: copy that too",
            each(|secret| [b"whsec_", secret].concat()),
        ));
        others.push((
            "the sender uses the bytes that it is the base64 of",
            each(|secret| decoded(&data_encoding::BASE64, secret)),
        ));
        others.push((
            "the sender uses the bytes that it is the hexadecimal form of",
            each(|secret| decoded(&data_encoding::HEXLOWER, secret)),
        ));
    }
    others
}

fn decoded(encoding: &data_encoding::Encoding, secret: &[u8]) -> Vec<u8> {
    encoding.decode(secret.trim_ascii()).unwrap_or_else(|_| secret.to_vec())
}
