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
    let answer = get(client, &format!("query?{question}")).await?;
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

/// The groups of rules whose names begin so.
///
/// # Errors
/// When Prometheus does not answer.
pub async fn rule_groups(client: &Client, start: &str) -> Result<Vec<Value>> {
    let answer = get(client, "rules").await?;
    let groups = answer.pointer("/data/groups").and_then(Value::as_array);
    let groups = groups.context("no groups")?.iter();
    Ok(groups
        .filter(|group| group["name"].as_str().is_some_and(|name| name.starts_with(start)))
        .cloned()
        .collect())
}

/// What one of the pages below `/api/v1/` says.
async fn get(client: &Client, page: &str) -> Result<Value> {
    let path = format!("/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/{page}");
    Ok(client.request(http::Request::get(path).body(Vec::new())?).await?)
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
