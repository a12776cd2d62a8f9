//! Faults placed one by one: a crash at each write, an error at each request, a fault in each watch. Each run has to end in the state
//! of the runs without faults. Runs plans on several lanes at once; what a plan is, and what is right, is said elsewhere.

pub mod lane;
pub mod oracle;
pub mod plan;
pub mod reference;
pub mod report;
pub mod run;
pub mod sample;
pub mod supervisor;
pub mod workload;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use e2e::cluster;
use kube::Client;

use crate::figures::save;
use crate::installation::Installation;
use crate::mirror::Mirror;
use crate::stand_in;
use lane::Lane;
use plan::{Matrix, Plan};
use reference::Reference;
use report::{Outcome, Report};
use run::run;
use workload::Workload;

/// What is run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A sample of this seed; none for everything.
    pub seed: Option<u64>,
    /// Only plans whose line holds this.
    pub only: Option<String>,
    /// How many runs at once.
    pub lanes: usize,
}

/// How many plans of each workload a sample has, at least, of the crashes and of each other matrix.
const SAMPLED: [usize; 3] = [5, 3, 3];

/// How many runs that were late beside others are timed again by themselves: what others take of the machine is not the operator's.
/// More than these are late because of the operator.
const LATE: usize = 20;

/// Runs the three matrices; each report is written as soon as it is there. `say` hears of progress.
///
/// # Errors
/// When a run could not be made, or two runs without faults differ.
pub async fn prove(settings: &Settings, say: &(dyn Fn(&str) + Sync)) -> Result<Vec<Report>> {
    let client = cluster::client().await?;
    Installation::make(None).await?;
    let standing_in = tokio::spawn(stand_in::run(client.clone()));
    let lanes = lanes(&client, settings.lanes).await?;
    say(&format!("{} lanes are ready", lanes.len()));
    let workloads = workloads(settings)?;
    let references = references(&lanes, &workloads, say).await?;
    let mut reports = Vec::new();
    let matrices = [
        (Matrix::Crash, plan::crashes(&references)),
        (Matrix::Errors, plan::errors(&references)),
        (Matrix::Watches, plan::watches(&references)),
    ];
    for ((matrix, generated), each) in matrices.into_iter().zip(SAMPLED) {
        let (count, began) = (generated.len(), Instant::now());
        let plans = choose(generated, each, settings);
        if plans.is_empty() {
            continue;
        }
        say(&format!("{}: {} of {count} plans", matrix.word(), plans.len()));
        let outcomes = run_all(&lanes, &references, plans, say).await?;
        let report = Report::of(matrix, settings.seed, count, &outcomes, began.elapsed());
        if settings.only.is_none() {
            say(&format!("written: {}", save(&report.matrix, &report)?.display()));
        }
        reports.push(report);
    }
    standing_in.abort();
    ensure!(
        !reports.is_empty(),
        "no plan is called so: run without --only, which names them all"
    );
    Ok(reports)
}

async fn lanes(client: &Client, count: usize) -> Result<Vec<Arc<Lane>>> {
    let mirror = Arc::new(Mirror::start(client).await?);
    let made = (1..=count).map(|number| Lane::make(number, client.clone(), Arc::clone(&mirror)));
    let made = futures::future::try_join_all(made).await?;
    Ok(made.into_iter().map(Arc::new).collect())
}

/// Those that are needed: a plan's line names its own.
fn workloads(settings: &Settings) -> Result<Vec<Workload>> {
    let named = settings.only.as_ref().and_then(|only| only.split('/').nth(1));
    let named = named.filter(|word| !word.is_empty());
    named.map_or_else(|| Ok(workload::ALL.into()), |word| Ok(vec![word.parse()?]))
}

fn choose(plans: Vec<Plan>, each: usize, settings: &Settings) -> Vec<Plan> {
    let only = settings.only.as_deref().unwrap_or_default();
    let mut plans: Vec<_> = plans
        .into_iter()
        .filter(|plan| plan.to_string().contains(only))
        .collect();
    if let (Some(seed), None) = (settings.seed, &settings.only) {
        plans = sample::sample(plans, each, seed);
    }
    // The longest run beside all others, not after them.
    plans.sort_by_key(|plan| !plan.is_long());
    plans
}

/// Runs every workload twice without faults, on different lanes.
async fn references(
    lanes: &[Arc<Lane>],
    workloads: &[Workload],
    say: &(dyn Fn(&str) + Sync),
) -> Result<Vec<Reference>> {
    let twice = workloads
        .iter()
        .chain(workloads)
        .map(|workload| Plan::without_fault(*workload));
    let jobs = Mutex::new(twice.collect::<VecDeque<_>>());
    let runs = Mutex::new(BTreeMap::<Workload, Vec<_>>::new());
    let working = lanes.iter().map(|lane| async {
        while let Some(plan) = next(&jobs) {
            let ran = run(lane, &plan, None).await.with_context(|| plan.to_string())?;
            runs.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(plan.workload)
                .or_default()
                .push(ran);
        }
        anyhow::Ok(())
    });
    futures::future::try_join_all(working).await?;
    let mut references = Vec::new();
    for (workload, mut runs) in runs.into_inner().unwrap_or_else(PoisonError::into_inner) {
        let (Some(one), Some(other)) = (runs.pop(), runs.pop()) else {
            continue;
        };
        let reference = Reference::of(workload, one, &other)?;
        let writes = reference.points.iter().filter(|point| point.call.verb.writes()).count();
        let counted = |counts: &BTreeMap<String, usize>| counts.values().sum::<usize>();
        say(&format!(
            "{workload} without faults: {writes} writes, {} created, {} deleted; masked {:?}, counts vary {:?}",
            counted(&reference.creates),
            counted(&reference.deletes),
            reference.masked(),
            reference.varying
        ));
        references.push(reference);
    }
    Ok(references)
}

fn next(jobs: &Mutex<VecDeque<Plan>>) -> Option<Plan> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

async fn run_all(
    lanes: &[Arc<Lane>],
    references: &[Reference],
    plans: Vec<Plan>,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Vec<Outcome>> {
    let total = plans.len();
    let jobs = Mutex::new(VecDeque::from(plans));
    let outcomes = Mutex::new(Vec::new());
    let working = lanes.iter().map(|lane| async {
        while let Some(plan) = next(&jobs) {
            let reference = references.iter().find(|reference| reference.workload == plan.workload);
            let reference = reference.context("a plan without a reference")?;
            let outcome = try_plan(lane, reference, plan).await?;
            let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
            outcomes.push(outcome.clone());
            say(&line(&outcome, outcomes.len(), total));
        }
        anyhow::Ok(())
    });
    futures::future::try_join_all(working).await?;
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    let late = outcomes.iter_mut().filter(|outcome| outcome.is_late()).take(LATE);
    for outcome in late {
        let (alone, workload) = (lanes.first().context("no lane")?, outcome.plan.workload);
        let reference = references.iter().find(|reference| reference.workload == workload);
        *outcome = once(alone, reference.context("a plan without a reference")?, &outcome.plan).await?;
        say(&format!("by itself: {}", line(outcome, total, total)));
    }
    Ok(outcomes)
}

/// Runs a plan; once more where its request did not come.
async fn try_plan(lane: &Lane, reference: &Reference, plan: Plan) -> Result<Outcome> {
    let mut outcome = once(lane, reference, &plan).await?;
    if !outcome.is_met && outcome.wrong.is_empty() {
        outcome = once(lane, reference, &plan).await?;
    }
    Ok(outcome)
}

async fn once(lane: &Lane, reference: &Reference, plan: &Plan) -> Result<Outcome> {
    let mut outcome = Outcome {
        plan: plan.clone(),
        wrong: Vec::new(),
        is_met: true,
        took: None,
    };
    match run(lane, plan, Some(&reference.states)).await {
        Ok(ran) => {
            outcome.wrong = oracle::judge(plan.matrix, reference, &ran);
            (outcome.is_met, outcome.took) = (ran.is_met, ran.took);
        }
        Err(error) => outcome.wrong.push(format!("{error:#}")),
    }
    if !outcome.wrong.is_empty() {
        let logs = lane.installation.directory("faults")?;
        let name = plan.to_string().replace(['/', ' ', '*'], "_");
        let kept = lane.installation.directory("failed")?.join(format!("{name}.log"));
        let _ = std::fs::copy(logs.join("operator.log"), &kept);
        outcome.wrong.push(format!("log: {}", kept.display()));
    }
    Ok(outcome)
}

fn line(outcome: &Outcome, done: usize, total: usize) -> String {
    let verdict = match (outcome.wrong.is_empty(), outcome.is_met) {
        _ if outcome.is_late() => "LATE".to_owned(),
        (true, true) => "ok".to_owned(),
        (true, false) => "not met".to_owned(),
        (false, _) => format!("FAILED: {}", outcome.wrong.join(" | ")),
    };
    let took = outcome.took.map(|took| format!(" {} ms", took.as_millis()));
    format!("{done}/{total} {}{}: {verdict}", outcome.plan, took.unwrap_or_default())
}
