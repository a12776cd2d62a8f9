//! Whether a receiver has counted a webhook, read off its own metrics page.

use anyhow::{Context, Result, anyhow, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::http::Uri;

use crate::delivery::client::HttpClient;

/// What every webhook is counted under, whatever became of it.
const FAMILY: &str = "webhook_requests_total{";

/// How much of a page is read, in bytes. Ours has some kilobytes.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// How many webhooks the receiver behind `page` has counted.
///
/// # Errors
/// When the page cannot be read.
pub(super) async fn read(client: &HttpClient, page: &Uri) -> Result<u64> {
    let request = Request::get(page.clone()).body(Full::new(Bytes::new()))?;
    let answer = client.request(request).await;
    let answer = answer.with_context(|| format!("--counted-at {page} cannot be reached"))?;
    ensure!(
        answer.status().is_success(),
        "--counted-at {page} answers {}",
        answer.status()
    );
    let body = Limited::new(answer.into_body(), MOST_BYTES).collect().await;
    let body = body
        .map_err(|error| anyhow!("--counted-at {page}: {error}"))?
        .to_bytes();
    Ok(sum(&String::from_utf8_lossy(&body)))
}

fn sum(page: &str) -> u64 {
    let series = page.lines().filter(|line| line.starts_with(FAMILY));
    series
        .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn all_series_of_the_family_and_no_other() {
        let page = "# TYPE webhook_requests_total counter\nwebhook_requests_total{status=\"error\"} 2\n\
                    webhook_requests_total{status=\"success\"} 40\nwebhook_payload_size_bytes_total 7\n";
        assert_eq!(super::sum(page), 42);
    }
}
