//! Two operators, one writer: told to stop, the leader hands over at once; killed, it is followed when its lease has run out;
//! and the API server's own log shows that no two ever wrote in turns.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::audit::{self, Request};
use e2e::objects::UP;
use e2e::space::Space;
use e2e::wait::{Found, holds, until};
use e2e::{cluster, space};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{Pod, Service};
use kube::api::{DeleteParams, Patch, PatchParams};
use kube::{Api, ResourceExt};
use serde_json::json;

/// The pod that leads.
async fn leader(space: &Space) -> Result<Pod> {
    let leases = Api::<Lease>::namespaced(space.client.clone(), cluster::OPERATOR_NAMESPACE);
    let holder = leases
        .get("webhook-operator")
        .await?
        .spec
        .and_then(|spec| spec.holder_identity);
    let holder = holder.filter(|holder| !holder.is_empty()).context("nobody leads")?;
    let pods = Api::<Pod>::namespaced(space.client.clone(), cluster::OPERATOR_NAMESPACE);
    let all = pods.list(&kube::api::ListParams::default()).await?;
    let mut all = all.items.into_iter();
    all.find(|pod| holder.starts_with(&pod.name_any()))
        .with_context(|| format!("{holder} is no pod's"))
}

/// Changes what is ours for as long as it is polled, so that whoever leads has something to write.
async fn disturb(space: &Space) -> Result<()> {
    let services = space.api::<Service>();
    for port in (7000..8000).cycle() {
        let changed = json!({"spec": {"ports": [{"name": "http", "port": port, "targetPort": "http"}]}});
        services
            .patch("orders", &PatchParams::default(), &Patch::Merge(changed))
            .await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// The writes from `since` on, once another pod than `before` has made some.
async fn followed(before: &str, since: &str) -> Result<Vec<Request>> {
    until(&format!("another than {before} writes"), UP, || async {
        let writes: Vec<_> = audit::since(since).await?.into_iter().filter(Request::writes).collect();
        let by_other = writes.iter().filter(|write| write.pod != before).count();
        Ok(if by_other >= 5 {
            Found::Yes(writes)
        } else {
            Found::NotYet(format!("{by_other} of {}", writes.len()))
        })
    })
    .await
}

/// The seconds between the last write of one pod and the first of the next; an error when the two took turns.
fn gap(writes: &[Request], before: &str) -> Result<f64> {
    let first = writes
        .iter()
        .position(|write| write.pod != before)
        .context("nobody followed")?;
    let (old, new) = writes.split_at(first);
    ensure!(
        new.iter().all(|write| write.pod != before),
        "{before} wrote after another had begun: {new:#?}"
    );
    let last = old.last().context("the leader wrote nothing")?;
    let second = |at: &str| -> Result<f64> {
        let of_day = at.split('T').nth(1).context("no time")?.trim_end_matches('Z');
        of_day
            .split(':')
            .try_fold(0.0, |sum, part| Ok(sum * 60.0 + part.parse::<f64>()?))
    };
    let begin = new.first().context("nobody followed")?;
    Ok((second(&begin.at)? - second(&last.at)?).rem_euclid(86400.0))
}

/// Sends a pod's operator a signal that it cannot hear.
async fn signal(pod: &Pod, signal: &str) -> Result<()> {
    let uid = pod.uid().context("no uid")?.replace('-', "[-_]");
    let send = format!(
        "for p in $(pgrep -x webhook-operato); do ! grep -qE '{uid}' /proc/$p/cgroup || kill -{signal} $p; done"
    );
    cluster::in_node(&["sh", "-c", &send]).await.map(drop)
}

/// How a leader goes.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// Told to.
    Told,
    /// At once.
    Killed,
    /// It stands still, and wakes up when another leads.
    Frozen,
}

/// Waits until the operator of this pod was started anew: it ended when it saw that another leads.
async fn started_anew(space: &Space, before: &Pod) -> Result<()> {
    let restarts = |pod: &Pod| {
        let status = pod.status.as_ref()?;
        Some(status.container_statuses.as_ref()?.first()?.restart_count)
    };
    let pods = Api::<Pod>::namespaced(space.client.clone(), cluster::OPERATOR_NAMESPACE);
    until("the frozen one has ended", UP, || async {
        let found = restarts(&pods.get(&before.name_any()).await?);
        Ok(holds(found > restarts(before), &found))
    })
    .await
}

async fn hand_over(space: &Space, way: Way) -> Result<f64> {
    let pod = leader(space).await?;
    let (name, since) = (pod.name_any(), audit::now().await?);
    let disturbed = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        match way {
            Way::Told => {
                let pods = Api::<Pod>::namespaced(space.client.clone(), cluster::OPERATOR_NAMESPACE);
                pods.delete(&name, &DeleteParams::default()).await?;
            }
            Way::Killed => signal(&pod, "KILL").await?,
            Way::Frozen => signal(&pod, "STOP").await?,
        }
        let writes = followed(&name, &since).await?;
        if way != Way::Frozen {
            return Ok(writes);
        }
        // What it had in hand when it froze, it must not send now.
        signal(&pod, "CONT").await?;
        started_anew(space, &pod).await?;
        followed(&name, &since).await
    };
    let writes = tokio::select! {
        writes = disturbed => writes?,
        ended = disturb(space) => return Err(ended.err().context("it goes on for ever")?),
    };
    cluster::operators_rolled_out().await?;
    gap(&writes, &name)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_writes_and_the_other_follows() -> Result<()> {
    let _use = cluster::alone().await;
    space::with("leadership", |space| async move {
        let spec = json!({"replicas": 1, "resources": {"requests": {"cpu": "5m"}}, "monitoring": {"containerMetrics": "None"}});
        space.apply("orders", spec).await?;
        space.ready("orders").await?;
        let mut told = Vec::new();
        for _ in 0..3 {
            told.push(hand_over(&space, Way::Told).await?);
        }
        // A busy machine may hold one up; a hand-over that waited for the lease to run out would hold up all.
        ensure!(told.iter().any(|gap| *gap <= 2.0), "told to stop, the gaps were {told:?} s");
        for way in [Way::Killed, Way::Frozen] {
            let gap = hand_over(&space, way).await?;
            ensure!(gap <= 15.0, "without a word, the gap was {gap} s");
        }
        Ok(())
    })
    .await
}
