//! The schema campaign: every property of the definition takes every kind of value, each there and back again, in lanes.
//! Method: Acto (SOSP'23). Owns the course of a run; what is tried and how it is judged stands in the files below.

pub mod bases;
pub mod case;
pub mod cases;
pub mod choice;
pub mod lane;
pub mod look;
pub mod meaning;
mod meanings_copied;
mod meanings_monitoring;
mod meanings_own;
pub mod outcome;
pub mod place;
pub mod schema;
pub mod shrink;
pub mod tally;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use kube::Client;
use serde_json::{Value, json};

use self::case::Case;
use self::lane::Lane;
use self::tally::{Failure, Found, Oracle, Tally};
use crate::figures::save;
use crate::random::Random;
use crate::stage::{Stage, say};

/// How many transitions run at once, each in a namespace of its own.
const LANES: usize = 8;
/// How many failures are made smaller: each takes up to this many tries.
const SHRUNK: usize = 6;
/// How often a case is run again when the API server went away.
const REPEATS: usize = 3;
const TRIES: usize = 16;

/// What is asked for.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Args {
    /// A sample with every part of spec in it, in at most a minute.
    #[arg(long)]
    pub bounded: bool,
    /// Every value of every property: some 2,000 transitions. Without, a few of each kind for each property.
    #[arg(long, conflicts_with = "bounded")]
    pub every: bool,
    /// Gives the same values in the same order again.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Only properties that start with this, for example `delivery.http.url`; regressions too.
    #[arg(long)]
    pub only: Option<String>,
}

/// What all lanes share.
struct Run {
    client: Client,
    name: String,
    tally: Tally,
    chunks: Mutex<Vec<Vec<Case>>>,
    failures: Mutex<Vec<(Case, String)>>,
    stage: Stage,
    total: usize,
}

/// Runs a campaign and writes down what it found.
///
/// # Errors
/// When a transition fails, or a property has no generator.
pub async fn run(args: &Args) -> Result<()> {
    let start = Instant::now();
    let seed = args.seed.unwrap_or_else(new_seed);
    let regressions = case::kept()?;
    let mut chosen = choice::choose(args, seed)?;
    let is_asked_for = |case: &Case| args.only.as_ref().is_none_or(|only| case.path.starts_with(only));
    let first: Vec<Case> = regressions.into_iter().filter(is_asked_for).collect();
    let mut found = Found {
        seed,
        bounded: args.bounded,
        regressions: first.len(),
        ..Found::default()
    };
    found.properties = schema::properties()?.len();
    found.properties_changed = chosen.iter().map(|case| &case.path).collect::<BTreeSet<_>>().len();
    say(&format!(
        "campaign: seed {seed}, {} transitions of {} of {} properties, {} regressions first",
        chosen.len(),
        found.properties_changed,
        found.properties,
        first.len()
    ));
    let total = chosen.len() + first.len();
    let mut chunks = choice::chunks(&mut chosen);
    Random::new(seed).shuffle(&mut chunks);
    // Lanes take from the end.
    chunks.extend(first.into_iter().map(|case| vec![case]));
    let stage = Stage::open("campaign").await?;
    let run = Run {
        client: stage.client.clone(),
        name: stage.run.clone(),
        tally: Tally::default(),
        chunks: Mutex::new(chunks),
        failures: Mutex::default(),
        stage,
        total,
    };
    anchor(&run).await?;
    let run = Arc::new(run);
    let lanes: Vec<_> = (1..=LANES)
        .map(|number| tokio::spawn(lane(run.clone(), number)))
        .collect();
    for lane in lanes {
        lane.await??;
    }
    let run = Arc::into_inner(run).context("a lane has not ended")?;
    finish(run, found, start).await
}

fn new_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs() % 1_000_000)
}

/// One object that asks for cAdvisor all the while: what is shared then is the same for all others.
async fn anchor(run: &Run) -> Result<()> {
    let namespace = run.stage.namespace("anchor").await?;
    let eyes = look::Eyes::new(&run.client, &namespace);
    let object = json!({
        "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService", "metadata": {"name": "anchor"}, "spec": {},
    });
    let apply = kube::api::PatchParams::apply("prove");
    eyes.objects()
        .patch("anchor", &apply, &kube::api::Patch::Apply(&object))
        .await?;
    let ready = |object: &Value| {
        let conditions = object["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let wanted = ["Ready", "ContainerMetricsReady"];
        wanted.iter().all(|type_| {
            conditions
                .iter()
                .any(|one| one["type"] == **type_ && one["status"] == "True")
        })
    };
    e2e::wait::until("the anchor is ready", look::SETTLES, || async {
        let object = eyes.object("anchor").await?;
        Ok(e2e::wait::holds(ready(&object), &object["status"]))
    })
    .await
}

async fn lane(run: Arc<Run>, number: usize) -> Result<()> {
    let namespace = run.stage.namespace(&format!("{number:02}")).await?;
    let mut lane = Lane::new(&run.client, &namespace, &run.name, number);
    loop {
        let chunk = run.chunks.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(chunk) = chunk else { return Ok(()) };
        for case in chunk {
            one(&run, &mut lane, case).await;
        }
    }
}

/// Whether no answer came, rather than a bad one.
fn is_transport(error: &anyhow::Error) -> bool {
    let kube = error.chain().find_map(|cause| cause.downcast_ref::<kube::Error>());
    kube.is_some_and(|error| !matches!(error, kube::Error::Api(_)))
}

/// Waits until the API server answers again.
async fn back(run: &Run) -> Result<()> {
    e2e::wait::until("the API server is back", look::SETTLES, || async {
        run.client.apiserver_version().await?;
        Ok(e2e::wait::Found::Yes(()))
    })
    .await
}

/// Runs a case; the operator has to live on after it.
async fn one(run: &Run, lane: &mut Lane, case: Case) {
    let mut result = lane.run(&case, &run.tally).await;
    for _ in 0..REPEATS {
        // An API server that is away says nothing about the operator.
        if !result.as_ref().is_err_and(is_transport) || back(run).await.is_err() {
            break;
        }
        run.tally.repeated();
        result = lane.run(&case, &run.tally).await;
    }
    if let Err(trouble) = run.stage.operator_runs_on() {
        result = Err(trouble);
    } else {
        run.tally.satisfied(Oracle::OperatorRunsOn);
    }
    let number = run.tally.ran(&case, result.as_ref().ok());
    if number.is_multiple_of(50) || number == run.total {
        say(&format!("campaign: {number} of {}", run.total));
    }
    if let Err(error) = result {
        let why: String = format!("{error:#}").chars().take(1200).collect();
        say(&format!(
            "campaign: FAILED {} ({:?}, {:?}) {}: {why}",
            case.path, case.kind, case.expect, case.value
        ));
        run.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((case, why));
    }
}

/// Makes failures smaller, keeps them, and writes everything down.
async fn finish(run: Run, mut found: Found, start: Instant) -> Result<()> {
    let failures = run.failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    let namespace = run.stage.namespace("shrink").await?;
    let scratch = Tally::default();
    for (number, (case, why)) in failures.into_iter().enumerate() {
        let mut lane = Lane::new(&run.client, &namespace, &run.name, LANES + 1 + number % 60);
        let (case, why) = if number < SHRUNK {
            shrunk(&mut lane, case, why, &scratch).await
        } else {
            (case, why)
        };
        let file = case::keep(&case, &why)?;
        found.failures.push(Failure {
            what: format!("spec.{} = {}", case.path, case.value),
            why,
            kept: file.display().to_string(),
            again: format!("prove campaign --only '{}' --seed {}", case.path, found.seed),
        });
    }
    run.stage.close().await?;
    run.tally.into_found(&mut found);
    found.seconds = start.elapsed().as_secs_f64();
    let file = save("campaign", &found)?;
    let total: usize = found.kinds.values().map(|counts| counts.transitions).sum();
    say(&format!(
        "campaign: {total} transitions in {:.0} s, {} failed: {}",
        found.seconds,
        found.failures.len(),
        file.display()
    ));
    ensure!(
        found.failures.is_empty(),
        "{} of {total} transitions failed; seed {}",
        found.failures.len(),
        found.seed
    );
    Ok(())
}

/// The smallest case found that still fails.
async fn shrunk(lane: &mut Lane, mut case: Case, mut why: String, scratch: &Tally) -> (Case, String) {
    let (mut tries, mut candidates) = (0, shrink::smaller(&case));
    while let Some(candidate) = (tries < TRIES && !candidates.is_empty()).then(|| candidates.remove(0)) {
        tries += 1;
        // What fails before the transition is another failure.
        if let Err(error) = lane.run(&candidate, scratch).await
            && !format!("{error:#}").starts_with("before the transition")
        {
            (case, why) = (candidate, format!("{error:#}").chars().take(600).collect());
            candidates = shrink::smaller(&case);
        }
    }
    (case, why)
}
