//! `webhook-app send`: signs a webhook as its sender would, sends it, and says what came back.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::CONTENT_TYPE;
use hyper::http::HeaderValue;
use hyper::{HeaderMap, Request, StatusCode};

use super::{counted, now, print, read, scheme};
use crate::config::SendArgs;
use crate::delivery::client::{self, HttpClient};
use crate::delivery::event::new_id;
use crate::verify::scheme::Scheme;
use crate::verify::sign::{SigningKey, sign};

/// How long an answer is waited for. Longer than a receiver's request may take, so that its own answer is seen.
const PATIENCE: Duration = Duration::from_mins(1);

/// How much of an answer is shown, in bytes.
const MOST_BYTES: usize = 64 * 1024;

const BODY: &[u8] = br#"{"type":"test","message":"sent by webhook-app send"}"#;

/// How long to wait between two tries.
const PAUSE: Duration = Duration::from_millis(250);

/// Sends one webhook. True: it was taken, and counted where that was asked for.
///
/// # Errors
/// When it could not be signed or sent.
pub async fn run(arguments: &SendArgs) -> Result<bool> {
    let body = match &arguments.body_file {
        Some(file) => read("--body-file", file)?,
        None => BODY.to_vec(),
    };
    let headers = headers(arguments, &body)?;
    let names: Vec<_> = headers.keys().map(ToString::to_string).collect();
    print(&format!(
        "POST {} with {} bytes and {}",
        arguments.url,
        body.len(),
        names.join(", ")
    ))?;
    let client = client::new(arguments.ca_file.as_deref())?;
    let end = Instant::now() + arguments.wait.unwrap_or_default();
    let status = loop {
        let outcome = attempt(arguments, &client, &headers, &body).await;
        let is_early = Instant::now() < end;
        match outcome {
            Ok((StatusCode::SERVICE_UNAVAILABLE, _)) | Err(_) if is_early => tokio::time::sleep(PAUSE).await,
            Ok((status, before)) => break status.is_success() && is_counted(arguments, &client, before, end).await?,
            Err(error) => return Err(error),
        }
    };
    Ok(status)
}

/// One try: what came back, and how much the receiver had counted before.
async fn attempt(
    arguments: &SendArgs,
    client: &HttpClient,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(StatusCode, Option<u64>)> {
    let before = match &arguments.counted_at {
        Some(page) => Some(counted::read(client, page).await?),
        None => None,
    };
    let mut request = Request::post(arguments.url.clone()).body(Full::new(Bytes::copy_from_slice(body)))?;
    request.headers_mut().clone_from(headers);
    let began = Instant::now();
    let answer = tokio::time::timeout(PATIENCE, client.request(request)).await;
    let answer = answer.map_err(|_| anyhow!("{} gave no answer within {PATIENCE:?}", arguments.url))?;
    let answer = answer.with_context(|| format!("{} cannot be reached", arguments.url))?;
    let status = answer.status();
    print(&format!("{status} after {} ms", began.elapsed().as_millis()))?;
    let text = Limited::new(answer.into_body(), MOST_BYTES).collect().await;
    let text = text
        .map_err(|error| anyhow!("its answer broke off: {error}"))?
        .to_bytes();
    print(&String::from_utf8_lossy(&text))?;
    Ok((status, before))
}

/// Looks until the receiver has counted one more than `before`.
async fn is_counted(arguments: &SendArgs, client: &HttpClient, before: Option<u64>, end: Instant) -> Result<bool> {
    let (Some(page), Some(before)) = (&arguments.counted_at, before) else {
        return Ok(true);
    };
    loop {
        let now = counted::read(client, page).await?;
        if now > before {
            print(&format!("counted: {before} before, {now} now"))?;
            return Ok(true);
        }
        if Instant::now() >= end {
            bail!("it was taken but not counted: {page} says {now} as before; is it the page of this receiver?");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn headers(arguments: &SendArgs, body: &[u8]) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let (scheme, secret) = match (scheme(&arguments.by)?, &arguments.secret_file) {
        (None, None) => return Ok(headers),
        (Some(scheme), Some(file)) => (scheme, read("--secret-file", file)?),
        (Some(_), None) => bail!("--verification needs --secret-file: name the file with the secret to sign with"),
        (None, Some(_)) => bail!("--secret-file is of no use without --verification: name the scheme to sign by"),
    };
    let key = SigningKey::read(&secret, scheme.key_form()).map_err(|reason| anyhow!("--secret-file: {reason}"))?;
    let id = new_id();
    if scheme == Scheme::GitHub {
        headers.insert("x-github-event", HeaderValue::from_static("ping"));
        headers.insert("x-github-delivery", id.parse()?);
    }
    for (name, value) in sign(&scheme, &key, &id, now(), body) {
        let value =
            HeaderValue::from_str(&value).map_err(|_| anyhow!("--secret-file: it cannot be sent in a header"))?;
        headers.insert(name, value);
    }
    Ok(headers)
}
