//! What one receiver says of itself, asked through the API server.

use anyhow::Result;
use kube::ResourceExt;

use crate::space::Space;

/// The value of one counter on a receiver's own metrics page, 0 where it is not there yet. `series` is written as it is there.
///
/// # Errors
/// When the receiver does not answer.
pub async fn value(space: &Space, pod: &str, series: &str) -> Result<u64> {
    let text = metrics(space, pod).await?;
    let found = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.trim().parse().ok());
    Ok(found.unwrap_or_default())
}

/// The values of one counter on each receiver of an object, as [`value`] reads them.
///
/// # Errors
/// When one does not answer.
pub async fn values(space: &Space, name: &str, series: &str) -> Result<Vec<u64>> {
    let mut values = Vec::new();
    for pod in space.receivers(name).await? {
        values.push(value(space, &pod.name_any(), series).await?);
    }
    Ok(values)
}

/// A receiver's whole metrics page.
///
/// # Errors
/// When it does not answer.
pub async fn metrics(space: &Space, pod: &str) -> Result<String> {
    let path = format!("/api/v1/namespaces/{}/pods/{pod}:5000/proxy/metrics", space.namespace);
    let request = http::Request::get(path).body(Vec::new())?;
    Ok(space.client.request_text(request).await?)
}
