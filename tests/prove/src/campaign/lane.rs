//! Runs transitions, one after another, on one object of its own, and judges each. Knows no property.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use jiff::Timestamp;
use kube::api::DeleteParams;
use kube::{Client, Error};
use serde_json::{Value, json};

use super::case::{Case, NAME};
use super::look::{Eyes, Look, SETTLES};
use super::outcome::Outcome;
use super::tally::{Oracle, Tally};
use crate::state::{State, differences};

/// How often a state is looked at.
const PAUSE: Duration = Duration::from_millis(40);
/// How long the status may lag before Events are asked for why.
const PATIENCE: Duration = Duration::from_secs(1);

/// One object that lives through many transitions, and a fresh one for each to compare with.
pub struct Lane {
    eyes: Eyes,
    prefix: String,
    made: AtomicU32,
    /// The object, what spec it is at, and its state there.
    at: Option<At>,
}

struct At {
    name: String,
    spec: Value,
    state: State,
}

impl Lane {
    /// The `number`th lane of a run, in its namespace.
    #[must_use]
    pub fn new(client: &Client, namespace: &str, run: &str, number: usize) -> Self {
        Self {
            eyes: Eyes::new(client, namespace),
            prefix: format!("w{run}-{number:02}"),
            made: AtomicU32::new(0),
            at: None,
        }
    }

    /// Runs one transition: there, what comes of it, and back.
    ///
    /// # Errors
    /// When an oracle is not satisfied. The next transition then begins with a new object.
    pub async fn run(&mut self, case: &Case, tally: &Tally) -> Result<Outcome> {
        let outcome = self.judged(case, tally).await;
        if outcome.is_err() {
            self.leave().await;
        }
        outcome
    }

    async fn judged(&mut self, case: &Case, tally: &Tally) -> Result<Outcome> {
        self.reach(&case.from, tally).await.context("before the transition")?;
        let At { name, state, .. } = self.at.as_ref().context("no object")?;
        let paused = case.to["paused"] == true;
        let outcome = self.send(name, &case.to, tally).await?;
        outcome.allowed(case.expect)?;
        match &outcome {
            Outcome::Works if paused => self.only_its_status_turned(name, state).await?,
            Outcome::Works => drop(self.equals_fresh(name, &case.to, tally).await?),
            Outcome::Refused(_) => tally.satisfied(Oracle::RefusedAtAdmission),
            Outcome::Shown(_) => tally.satisfied(Oracle::ShownInStatus),
        }
        let start = Instant::now();
        let back = self.send(name, &case.from, tally).await?;
        ensure!(matches!(back, Outcome::Works), "back to the first spec: {back:?}");
        self.becomes(name, state)
            .await
            .context("back to the first spec, but not to the first state")?;
        tally.took(start.elapsed());
        tally.satisfied(match outcome {
            Outcome::Works => Oracle::BackToTheFirstState,
            _ => Oracle::CorrectedIsApplied,
        });
        Ok(outcome)
    }

    /// Brings the lane's object to `spec`; a new one where there is none.
    async fn reach(&mut self, spec: &Value, tally: &Tally) -> Result<()> {
        if self.at.as_ref().is_some_and(|at| at.spec == *spec) {
            return Ok(());
        }
        let name = match self.at.take() {
            Some(at) => at.name,
            None => self.new_name(),
        };
        let outcome = self.send(&name, spec, tally).await?;
        ensure!(matches!(outcome, Outcome::Works), "the base does not work: {outcome:?}");
        let state = self.equals_fresh(&name, spec, tally).await?;
        self.at = Some(At {
            name,
            spec: spec.clone(),
            state,
        });
        Ok(())
    }

    fn new_name(&self) -> String {
        format!("{}-{:05}", self.prefix, self.made.fetch_add(1, Ordering::Relaxed))
    }

    /// Leaves the object to what became of it, and deletes it.
    async fn leave(&mut self) {
        if let Some(at) = self.at.take() {
            let _ = self.eyes.objects().delete(&at.name, &DeleteParams::default()).await;
        }
    }

    /// Sends a spec as a user does, and waits until it is clear what came of it.
    async fn send(&self, name: &str, spec: &Value, tally: &Tally) -> Result<Outcome> {
        let since = Timestamp::now().to_string();
        let named: Value = serde_json::from_str(&spec.to_string().replace(NAME, name))?;
        let object = json!({
            "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService",
            "metadata": {"name": name}, "spec": named,
        });
        let start = Instant::now();
        match self.eyes.write(name, &object).await {
            // 500: what has another shape than the schema could not even be decoded.
            Err(Error::Api(status)) if matches!(status.code, 400 | 422 | 500) => {
                return Ok(Outcome::Refused(status.message.clone()));
            }
            answer => answer.context("the object could not be sent")?,
        }
        loop {
            let waits = match self.eyes.look(name).await? {
                Ok(Look {
                    refusal: Some(refusal), ..
                }) => return Ok(Outcome::Shown(refusal)),
                Ok(_) => {
                    tally.took(start.elapsed());
                    return Ok(Outcome::Works);
                }
                Err(waits) => waits,
            };
            if start.elapsed() > PATIENCE
                && let Some(note) = self.eyes.unreadable(name, &since).await?
            {
                return Ok(Outcome::Shown(note));
            }
            ensure!(
                start.elapsed() < SETTLES,
                "not settled within {} s: {waits}",
                SETTLES.as_secs()
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Makes a fresh object of the same spec, waits until the two look the same, and takes it away again.
    async fn equals_fresh(&self, name: &str, spec: &Value, tally: &Tally) -> Result<State> {
        let fresh = self.new_name();
        let outcome = self.send(&fresh, spec, tally).await?;
        let compared = match outcome {
            Outcome::Works => self.alike(&fresh, name).await,
            other => bail!("a fresh object of the same spec: {other:?}"),
        };
        self.eyes.objects().delete(&fresh, &DeleteParams::default()).await?;
        let state = compared.context("not like a fresh object of the same spec")?;
        tally.satisfied(Oracle::LikeAFreshObject);
        Ok(state)
    }

    /// Waits until two objects look the same.
    async fn alike(&self, fresh: &str, name: &str) -> Result<State> {
        let start = Instant::now();
        loop {
            let seen = match (self.eyes.look(fresh).await?, self.eyes.look(name).await?) {
                (Ok(fresh), Ok(it)) => {
                    let lines = differences(&fresh.state, &it.state);
                    if lines.is_empty() {
                        return Ok(it.state);
                    }
                    lines.join("; ")
                }
                (Err(waits), _) | (_, Err(waits)) => waits,
            };
            ensure!(start.elapsed() < SETTLES, "{seen}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until an object looks as it did.
    async fn becomes(&self, name: &str, state: &State) -> Result<()> {
        let start = Instant::now();
        loop {
            let seen = match self.eyes.look(name).await? {
                Ok(it) => {
                    let lines = differences(state, &it.state);
                    if lines.is_empty() {
                        return Ok(());
                    }
                    lines.join("; ")
                }
                Err(waits) => waits,
            };
            ensure!(start.elapsed() < SETTLES, "{seen}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// A paused object keeps every child as it is.
    async fn only_its_status_turned(&self, name: &str, before: &State) -> Result<()> {
        let Ok(now) = self.eyes.look(name).await? else {
            bail!("it did not stay at its generation")
        };
        let mut lines = differences(before, &now.state);
        lines.retain(|line| !line.starts_with("WebhookService/"));
        ensure!(lines.is_empty(), "paused, but {}", lines.join("; "));
        Ok(())
    }
}
