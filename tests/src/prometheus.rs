//! Questions to the cluster's Prometheus, through the API server.

use anyhow::{Context, Result};
use kube::Client;
use serde_json::Value;

/// One series of an answer.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its labels.
    pub labels: Value,
    /// Its value.
    pub value: f64,
}

/// Asks for the present value of an expression.
///
/// # Errors
/// When Prometheus does not answer, or not with a vector.
pub async fn query(client: &Client, expression: &str) -> Result<Vec<Series>> {
    let question = form_urlencoded::Serializer::new(String::new())
        .append_pair("query", expression)
        .finish();
    let path = format!("/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/query?{question}");
    let request = http::Request::get(path).body(Vec::new())?;
    let answer: Value = client.request(request).await?;
    let result = answer
        .pointer("/data/result")
        .and_then(Value::as_array)
        .context("no vector")?;
    let series = result.iter().map(|one| {
        let value = one
            .pointer("/value/1")
            .and_then(Value::as_str)
            .context("no value")?
            .parse()?;
        Ok(Series {
            labels: one["metric"].clone(),
            value,
        })
    });
    series.collect()
}

/// The value of an expression that has one series, 0 where there is none yet.
///
/// # Errors
/// As [`query`].
pub async fn number(client: &Client, expression: &str) -> Result<f64> {
    Ok(query(client, expression)
        .await?
        .first()
        .map_or(0.0, |series| series.value))
}
