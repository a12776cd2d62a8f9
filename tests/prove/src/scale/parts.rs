//! The order of the measurements, and what of each becomes a figure.

use std::time::Duration;

use anyhow::{Context, Result};
use kube::Client;

use super::burst::{self, Crowd};
use super::contender::{Contender, start_ours};
use super::edits::Edits;
use super::verdicts::{self, number};
use super::{Args, Part, Scale, floor, memory, millis, outage, restart, same};
use crate::figures::{Figure, say};
use crate::installation::Installation;
use crate::usage::{Usage, megabytes};

/// The small bursts.
const SMALL: [usize; 2] = [10, 100];

/// How many objects come during a restart among so many: 400 among 1,000.
fn meanwhile(objects: usize) -> usize {
    objects * 2 / 5
}

/// Edits at rest: so many, one each so often.
const EDITS: usize = 200;
const PAUSE: Duration = Duration::from_millis(100);

/// The descriptors that are fewer than 100.
const DESCRIPTORS: f64 = 99.0;

/// Who takes turns; ours last, since its objects are used further.
const ALL: [Contender; 3] = [Contender::Floor, Contender::Go, Contender::Ours];

/// Everything that `args` asks for.
///
/// # Errors
/// When something cannot be measured.
pub async fn all(args: &Args, client: &Client, installation: &Installation, scale: &mut Scale) -> Result<()> {
    let objects = args.objects();
    if args.has(Part::Memory) {
        let operator = start_ours(installation).await?;
        let usage = Usage(operator.pid()?);
        usage.rests().await?;
        scale.found(Figure::new(
            "memory without objects",
            megabytes(usage.memory()?),
            10.0,
            "MB",
        ));
        operator.stop().await?;
    }
    let empty = if args.has(Part::Restart) {
        Some(among_none(meanwhile(objects), client, installation).await?)
    } else {
        None
    };
    if args.has(Part::Burst) {
        same::check(client, installation).await?;
        for size in SMALL.into_iter().filter(|size| *size < objects) {
            for contender in ALL {
                scale.took(burst::alone(contender, client, installation, size).await?);
            }
        }
    }
    let mut crowd = bursts(args, client, installation, objects, scale).await?;
    at_rest(args, &mut crowd, scale).await?;
    if let Some(empty) = empty {
        restarts(&mut crowd, empty, scale).await?;
    }
    if args.has(Part::Outage) {
        away(args, &mut crowd, scale).await?;
    }
    crowd.end().await?;
    if args.large {
        let mut crowd = bursts(args, client, installation, objects * 10, scale).await?;
        if args.has(Part::Memory) {
            remember(&crowd, 60.0, scale)?;
        }
        if args.has(Part::Edits) {
            while_starting(&mut crowd, scale).await?;
        }
        crowd.end().await?;
    }
    Ok(())
}

/// Bursts of one size; those of the last that the operator has made stay.
async fn bursts(
    args: &Args,
    client: &Client,
    installation: &Installation,
    objects: usize,
    scale: &mut Scale,
) -> Result<Crowd> {
    if !args.has(Part::Burst) {
        let mut crowd = Crowd::start(Contender::Ours, client, installation).await?;
        let took = crowd.grow(objects).await?;
        say(&format!("{objects} objects made in {:.2} s", took.as_secs_f64()));
        crowd.rests().await?;
        return Ok(crowd);
    }
    for _ in 1..args.rounds {
        for contender in ALL {
            scale.took(burst::alone(contender, client, installation, objects).await?);
        }
    }
    for contender in [Contender::Floor, Contender::Go] {
        scale.took(burst::alone(contender, client, installation, objects).await?);
    }
    let mut crowd = Crowd::start(Contender::Ours, client, installation).await?;
    scale.took(burst::measure(&mut crowd, Contender::Ours, objects).await?);
    let (api, name) = crowd.field.api(0);
    let children = floor::children(&api.get(&name).await?)?.len();
    for figure in verdicts::of(&scale.bursts, objects, children) {
        scale.found(figure);
    }
    Ok(crowd)
}

/// What is measured while nothing else happens.
async fn at_rest(args: &Args, crowd: &mut Crowd, scale: &mut Scale) -> Result<()> {
    if args.has(Part::Memory) {
        remember(crowd, 20.0, scale)?;
        let usage = crowd.running.usage()?.context("nobody runs")?;
        let grown = memory::secrets(crowd, usage).await?;
        let what = format!("memory that {} unrelated Secrets of 1 MB add", memory::SECRETS);
        scale.found(Figure::new(what, grown, memory::NOTHING, "MB"));
    }
    if args.has(Part::Edits) {
        let mut edits = Edits::watch(&crowd.field).await?;
        let numbers = (0..crowd.objects)
            .map(|number| number * 7919 % crowd.objects)
            .take(EDITS);
        let all = edits.run(numbers, 3, PAUSE, std::future::pending()).await?;
        let mut times: Vec<_> = all.iter().map(|edit| edit.took).collect();
        let remark = format!("{} edits among {} objects", times.len(), crowd.objects);
        for (name, part, bound) in [("p50", 500, 10.0), ("p99", 990, 25.0)] {
            let what = format!("from an edit to the applied child, at rest: {name}");
            scale.found(Figure::new(what, millis(&mut times, part), bound, "ms").remark(&remark));
        }
        crowd.rests().await?;
        while_starting(crowd, scale).await?;
    }
    Ok(())
}

fn remember(crowd: &Crowd, bound: f64, scale: &mut Scale) -> Result<()> {
    let usage = crowd.running.usage()?.context("nobody runs")?;
    let peak = format!("{:.2} MB at most", megabytes(usage.peak_memory()?));
    let what = format!("memory with {} objects", crowd.objects);
    scale.found(Figure::new(what, megabytes(usage.memory()?), bound, "MB").remark(peak));
    Ok(())
}

async fn while_starting(crowd: &mut Crowd, scale: &mut Scale) -> Result<()> {
    let mut late = restart::edits(crowd, 5).await?;
    crowd.rests().await?;
    let remark = format!(
        "{} edits while it looked at all objects for the first time; {} more, from before it had listed them, took {:.0} ms at p99",
        late.looking.len(),
        late.listing.len(),
        millis(&mut late.listing, 990),
    );
    let what = format!(
        "from an edit to the applied child, while it starts among {} objects: p99",
        crowd.objects
    );
    scale.found(Figure::new(what, millis(&mut late.looking, 990), 250.0, "ms").remark(remark));
    Ok(())
}

/// How long objects that come during a start take where there are no others.
async fn among_none(objects: usize, client: &Client, installation: &Installation) -> Result<Duration> {
    let mut crowd = Crowd::start(Contender::Ours, client, installation).await?;
    let took = restart::among(&mut crowd, objects).await?;
    crowd.end().await?;
    Ok(took)
}

async fn restarts(crowd: &mut Crowd, empty: Duration, scale: &mut Scale) -> Result<()> {
    let objects = crowd.objects;
    let writes = restart::writes(crowd).await?;
    let what = format!("restart among {objects} objects: writes");
    let remark = format!("{} objects have another resourceVersion than before", writes.changed);
    let requests = writes.requests;
    scale.found(Figure::new(what, number(requests.all() - requests.reads), 0.0, "requests").remark(remark));
    let more = meanwhile(objects);
    let took = restart::among(crowd, more).await?;
    let remark = format!("{:.2} s to {:.2} s", took.as_secs_f64(), empty.as_secs_f64());
    let what = format!("{more} new objects during a restart among {objects}, to the same among none");
    let ratio = took.as_secs_f64() / empty.as_secs_f64();
    scale.found(Figure::new(what, ratio, 1.2, "×").remark(remark));
    let usage = crowd.running.usage()?.context("nobody runs")?;
    say(&format!(
        "memory after it: {:.2} MB with {} objects",
        megabytes(usage.memory()?),
        crowd.objects
    ));
    Ok(())
}

async fn away(args: &Args, crowd: &mut Crowd, scale: &mut Scale) -> Result<()> {
    let found = outage::run(crowd, *args.outage).await?;
    let what = |what: &str| format!("{} s without an API server: {what}", found.lasted.as_secs());
    let remark = format!(
        "{} objects; started again {} times, as the lease ran out",
        crowd.objects, found.restarts
    );
    scale.found(Figure::new(what("descriptors"), number(found.descriptors), DESCRIPTORS, "").remark(remark));
    let share = found.cpu.as_secs_f64() / found.lasted.as_secs_f64() * 100.0;
    scale.found(Figure::new(what("processor"), share, 5.0, "%"));
    scale.found(Figure::new(
        what("caught up after"),
        found.caught_up.as_secs_f64(),
        30.0,
        "s",
    ));
    Ok(())
}
