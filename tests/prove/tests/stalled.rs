//! `/healthz` tells a standstill: an API server that takes a write and never answers holds the operator up for as long as it waits.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use e2e::cluster;
use e2e::wait::{holds, until};
use prove::faults::lane::Lane;
use prove::faults::workload::{Deed, Step};
use prove::mirror::Mirror;
use prove::operator::{Mode, Operator};
use prove::proxy::Proxy;
use prove::proxy::call::{Call, Verb};
use prove::proxy::fault::{Fault, Kind, Point};
use serde_json::json;

/// Half of the time that the operator waits for an answer.
const STALLED_AFTER: u64 = 5;

/// Longer than it does.
const OVER: Duration = Duration::from_secs(30);

/// The first apply of the receivers' Deployment is never answered.
fn never_answered() -> Fault {
    let call = Call {
        verb: Verb::Patch,
        resource: "deployments".to_owned(),
        place: "own".to_owned(),
        name: Some("orders".to_owned()),
    };
    Fault {
        point: Point { call, nth: 1 },
        kind: Kind::BlackHole,
        is_outage: false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standstill_is_told_and_over_once_the_request_is_given_up() -> Result<()> {
    let client = cluster::client().await?;
    let mirror = Arc::new(Mirror::start(&client).await?);
    let lane = Lane::make(9, client, mirror).await?;
    lane.clear().await?;
    let (kills, _killed) = tokio::sync::mpsc::unbounded_channel();
    let proxy = Proxy::start(
        lane.upstream.clone(),
        lane.places.clone(),
        Some(never_answered()),
        kills,
    )
    .await?;
    let mode = Mode {
        stalled_after: Some(STALLED_AFTER),
        ..Mode::default()
    };
    let directory = lane.installation.directory("stalled")?;
    let operator = Operator::start(&lane.installation, &proxy.url(), &directory, mode)?;
    operator.ready().await?;
    let health = || operator.get("/healthz");
    anyhow::ensure!(
        health().await?.starts_with("HTTP/1.1 200"),
        "stalled before it had anything to do"
    );

    let orders = Step::InTurn(vec![Deed::Apply("orders", json!({}))]);
    lane.perform(&orders).await?;
    until("/healthz names what stands still", OVER, || async {
        let answer = health().await?;
        let named = format!("WebhookService {}/orders has been worked on for", lane.places.own);
        Ok(holds(
            answer.starts_with("HTTP/1.1 503") && answer.contains(&named),
            &answer,
        ))
    })
    .await?;
    until("it is well again, and the Deployment is made", OVER, || async {
        let (answer, state) = (health().await?, lane.state());
        let is_made = state.contains_key("own Deployment/orders");
        Ok(holds(answer.starts_with("HTTP/1.1 200") && is_made, &answer))
    })
    .await?;
    operator.stop().await?;
    lane.clear().await
}
