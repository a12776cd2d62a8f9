//! Rest: once everything has converged, nothing that the operator manages changes, and it writes nothing. Owns the proof
//! at several sizes; makes plain objects and objects with every optional part side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use e2e::wait::{holds, until};
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt, stream};
use kube::api::ListParams;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::campaign::case::NAME;
use crate::campaign::look::Eyes;
use crate::figures::save;
use crate::stage::{Stage, say};

/// What is asked for.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub struct Args {
    /// 20 objects for 20 seconds, instead of 1, 100 and 1,000 for two minutes each.
    #[arg(long)]
    pub bounded: bool,
}

/// The namespaces that the objects are spread over.
const SPACES: usize = 5;
/// How many objects are sent at once.
const AT_ONCE: usize = 16;
/// How long converging may take, for each object and for all.
const EACH: Duration = Duration::from_secs(1);
const ALL: Duration = Duration::from_mins(2);
/// Between two looks.
const PAUSE: Duration = Duration::from_secs(5);

/// All of it, as it is written down.
#[derive(Serialize, Deserialize, Clone, Debug, Default)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// Whether it was the short form.
    pub bounded: bool,
    /// By number of objects.
    pub sizes: Vec<Size>,
    /// All of it.
    pub seconds: f64,
}

/// One size.
#[derive(Serialize, Deserialize, Clone, Debug, Default)]
#[serde(rename_all = "camelCase")]
pub struct Size {
    /// How many `WebhookServices`.
    pub objects: usize,
    /// How many objects were watched for a change: they, their children, and the shared ones.
    pub watched: usize,
    /// From the first one sent to all of them ready.
    pub converged_seconds: f64,
    /// How long they were watched.
    pub rest_seconds: f64,
    /// How often.
    pub looks: usize,
    /// What changed, one a line.
    pub changed: Vec<String>,
    /// What the operator wrote meanwhile, by kind and verb.
    pub writes: BTreeMap<String, u64>,
}

/// Resource versions, by namespace, kind and name.
type Versions = BTreeMap<String, String>;

/// Proves rest at each size and writes down what was found.
///
/// # Errors
/// When something changed or was written, or did not converge.
pub async fn run(args: Args) -> Result<()> {
    let start = Instant::now();
    let stage = Stage::open("rest").await?;
    let (sizes, time): (&[usize], _) = if args.bounded {
        (&[20], Duration::from_secs(20))
    } else {
        (&[1, 100, 1000], Duration::from_mins(2))
    };
    let mut found = Found {
        bounded: args.bounded,
        ..Found::default()
    };
    let mut crowd = Crowd::new(&stage).await?;
    for size in sizes {
        found.sizes.push(crowd.rest(&stage, *size, time).await?);
    }
    stage.operator_runs_on()?;
    stage.close().await?;
    found.seconds = start.elapsed().as_secs_f64();
    let file = save("rest", &found)?;
    say(&format!("rest: {:.0} s: {}", found.seconds, file.display()));
    let restless = found
        .sizes
        .iter()
        .filter(|size| !size.changed.is_empty() || !size.writes.is_empty());
    let restless: Vec<String> = restless.map(|size| size.objects.to_string()).collect();
    ensure!(
        restless.is_empty(),
        "something changed at rest, with {} objects: see {}",
        restless.join(", "),
        file.display()
    );
    Ok(())
}

/// Objects in several namespaces, which grow in number.
struct Crowd {
    eyes: Vec<Eyes>,
    shared: Eyes,
    objects: usize,
}

impl Crowd {
    async fn new(stage: &Stage) -> Result<Self> {
        let mut eyes = Vec::new();
        for number in 0..SPACES {
            eyes.push(Eyes::new(&stage.client, &stage.namespace(&number.to_string()).await?));
        }
        let shared = Eyes::new(&stage.client, &stage.installation.shared_namespace());
        Ok(Self {
            eyes,
            shared,
            objects: 0,
        })
    }

    async fn rest(&mut self, stage: &Stage, size: usize, time: Duration) -> Result<Size> {
        let start = Instant::now();
        let new: Vec<usize> = (self.objects..size).collect();
        self.objects = size;
        let sent = stream::iter(&new).map(|number| self.send(*number));
        sent.buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        let limit = ALL + EACH * u32::try_from(size)?;
        until(&format!("{size} objects are ready"), limit, || async {
            let behind = self.behind().await?;
            Ok(holds(behind.is_empty(), &behind.iter().take(3).collect::<Vec<_>>()))
        })
        .await?;
        let converged = start.elapsed();
        say(&format!(
            "rest: {size} objects ready after {:.0} s",
            converged.as_secs_f64()
        ));
        let before = self.settled(stage).await?;
        let mut found = Size {
            objects: size,
            watched: before.0.len(),
            converged_seconds: converged.as_secs_f64(),
            ..Size::default()
        };
        ensure!(
            found.watched > 5 * size,
            "only {} objects are seen of {size} and their children",
            found.watched
        );
        let start = Instant::now();
        while start.elapsed() < time {
            tokio::time::sleep(PAUSE).await;
            found.changed = changes(&before.0, &self.versions().await?);
            found.looks += 1;
            if !found.changed.is_empty() {
                break;
            }
        }
        found.writes = more(&before.1, &writes(stage).await?);
        found.rest_seconds = start.elapsed().as_secs_f64();
        say(&format!(
            "rest: {size} objects, {} watched for {:.0} s: {} changed, {} kinds of writes",
            found.watched,
            found.rest_seconds,
            found.changed.len(),
            found.writes.len()
        ));
        Ok(found)
    }

    /// Waits until nothing changes between two looks: ready is not yet at rest, the last Events may be under way.
    async fn settled(&self, stage: &Stage) -> Result<(Versions, BTreeMap<String, u64>)> {
        let (start, mut before) = (Instant::now(), (self.versions().await?, writes(stage).await?));
        loop {
            tokio::time::sleep(PAUSE).await;
            let now = (self.versions().await?, writes(stage).await?);
            if now == before {
                return Ok(now);
            }
            ensure!(
                start.elapsed() < ALL,
                "it does not come to rest: {:?}",
                changes(&before.0, &now.0)
            );
            before = now;
        }
    }

    async fn send(&self, number: usize) -> Result<()> {
        let (eyes, name) = (&self.eyes[number % SPACES], name(number));
        let spec: Value = serde_json::from_str(&spec(number).to_string().replace(NAME, &name))?;
        let object = json!({
            "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService", "metadata": {"name": name}, "spec": spec,
        });
        eyes.write(&name, &object).await?;
        Ok(())
    }

    /// Those that are not ready at their present generation yet. An `HTTPRoute` without a Gateway is as ready as it gets.
    async fn behind(&self) -> Result<Vec<String>> {
        let mut behind = Vec::new();
        for eyes in &self.eyes {
            for object in eyes.objects().list(&ListParams::default()).await?.items {
                let status = &object.data["status"];
                let is_ready = |one: &Value| {
                    one["type"] == "Ready" && (one["status"] == "True" || one["reason"] == "HTTPRoutePending")
                };
                let ready = status["conditions"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(is_ready));
                if !ready || status["observedGeneration"].as_i64() != object.metadata.generation {
                    behind.push(format!(
                        "{} {}",
                        object.metadata.name.unwrap_or_default(),
                        status["conditions"]
                    ));
                }
            }
        }
        Ok(behind)
    }

    async fn versions(&self) -> Result<Versions> {
        let all = self.eyes.iter().chain([&self.shared]).map(Eyes::versions);
        Ok(try_join_all(all).await?.into_iter().flatten().collect())
    }
}

fn name(number: usize) -> String {
    format!("rest-{number:04}")
}

/// Every other object has every optional part that can stand beside the others; none is like another.
fn spec(number: usize) -> Value {
    if number.is_multiple_of(2) {
        return json!({"replicas": 1 + number % 5});
    }
    json!({
        "service": {"type": "NodePort", "annotations": {"example.org/number": number.to_string()}},
        "verification": {"scheme": "GitHub", "secretRefs": [{"name": "s", "key": "k"}]},
        "delivery": {"http": {"url": format!("http://target-{number}.example/"), "caRef": {"name": "ca"}}},
        "imagePullSecrets": [{"name": "pull"}],
        "autoscaling": {"minReplicas": 2, "maxReplicas": 5},
        "disruption": {"maxUnavailable": "50%"},
        "ingress": {"host": format!("{NAME}.example")},
        "httpRoute": {"parentRefs": [{"name": "gateway"}], "hostnames": [format!("r.{NAME}.example")]},
        "podTemplate": {
            "labels": {"team": "a"}, "annotations": {"example.org/a": "b"}, "env": [{"name": "RUST_LOG", "value": "debug"}],
            "tolerations": [{"operator": "Exists"}], "nodeSelector": {"kubernetes.io/os": "linux"},
        },
        "monitoring": {
            "port": 9090, "serviceMonitor": {"labels": {"release": "stack"}, "interval": "15s"}, "alerts": {"alertLabels": {"team": "a"}},
            "dashboard": {"folder": "Webhooks"},
        },
    })
}

/// What the operator has written so far, by kind and verb.
async fn writes(stage: &Stage) -> Result<BTreeMap<String, u64>> {
    let text = stage.metrics().await?;
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("webhook_operator_writes_total"));
    let counts = lines.filter_map(|line| line.split_once(' '));
    counts
        .map(|(labels, count)| Ok((labels.to_owned(), count.trim().parse()?)))
        .collect()
}

/// What was written between two counts.
fn more(before: &BTreeMap<String, u64>, now: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let more = now
        .iter()
        .map(|(labels, count)| (labels.clone(), count - before.get(labels).copied().unwrap_or_default()));
    more.filter(|(_, count)| *count > 0).collect()
}

fn changes(before: &Versions, now: &Versions) -> Vec<String> {
    let names: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let differing = names.into_iter().filter(|name| before.get(*name) != now.get(*name));
    differing
        .map(|name| format!("{name}: {:?}, then {:?}", before.get(name), now.get(name)))
        .collect()
}
