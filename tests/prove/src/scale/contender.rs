//! Who is measured: a loop without a controller, the operator, and one that a team would write in Go. Starts and stops
//! them, all with the same rights and the same number of workers.

use std::fs::File;
use std::process::Stdio;

use anyhow::{Context, Result};
use kube::Client;
use tokio::process::{Child, Command};

use super::floor;
use crate::installation::Installation;
use crate::operator::{Mode, Operator};
use crate::usage::Usage;

/// How many objects each works on at once: `CONCURRENCY` in the operator's `work.rs`, `workers` in the peer's `main.go`.
pub const WORKERS: usize = 8;

/// The receivers' image, which nobody pulls. The operator's process is given the same.
pub const IMAGE: &str = "webhook-app:prove";

/// Who.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contender {
    /// See [`floor`].
    Floor,
    /// The operator in Go.
    Go,
    /// The operator.
    Ours,
}

impl Contender {
    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Floor => "bare loop",
            Self::Go => "controller-runtime",
            Self::Ours => "webhook-operator",
        }
    }

    /// Starts it.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(self, installation: &Installation) -> Result<Running> {
        Ok(match self {
            Self::Floor => Running::Floor(floor::client(installation).await?),
            Self::Go => Running::Go(start_go(installation)?),
            Self::Ours => Running::Ours(start_ours(installation).await?),
        })
    }
}

/// A started contender.
pub enum Running {
    /// By this client.
    Floor(Client),
    /// This process, killed when dropped.
    Go(Child),
    /// This one.
    Ours(Operator),
    /// It was stopped.
    Nobody,
}

impl Running {
    /// Its process, where it is one of its own.
    ///
    /// # Errors
    /// When that has ended.
    pub fn usage(&self) -> Result<Option<Usage>> {
        Ok(match self {
            Self::Floor(_) | Self::Nobody => None,
            Self::Go(child) => Some(Usage(child.id().context("the operator in Go has ended")?)),
            Self::Ours(operator) => Some(Usage(operator.pid()?)),
        })
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub async fn stop(self) -> Result<()> {
        match self {
            Self::Floor(_) | Self::Nobody => Ok(()),
            Self::Go(mut child) => child.kill().await.context("the operator in Go could not be killed"),
            Self::Ours(operator) => operator.stop().await,
        }
    }
}

/// Starts the operator before its API server, without an election, and waits until it leads.
///
/// # Errors
/// When it does not.
pub async fn start_ours(installation: &Installation) -> Result<Operator> {
    let directory = installation.directory("scale")?;
    let operator = Operator::start(installation, installation.server(), &directory, Mode::default())?;
    operator.ready().await?;
    Ok(operator)
}

fn start_go(installation: &Installation) -> Result<Child> {
    let program =
        std::env::var("GO_OPERATOR").context("GO_OPERATOR names no program: run `make prove`, which sets it")?;
    let directory = installation.directory("scale-go")?;
    let kubeconfig = directory.join("kubeconfig");
    std::fs::write(&kubeconfig, installation.kubeconfig(installation.server()).to_string())?;
    let log = File::options()
        .create(true)
        .append(true)
        .open(directory.join("operator.log"))?;
    let mut command = Command::new(program);
    command.env_clear().env("KUBECONFIG", kubeconfig).arg(IMAGE);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(true);
    command.spawn().context("the operator in Go could not be started")
}
