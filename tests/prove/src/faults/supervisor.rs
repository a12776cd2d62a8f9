//! Keeps the operator of one run alive, as a kubelet does: kills it when the proxy or the run says so, and starts it again at once.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::installation::Installation;
use crate::operator::{Mode, Operator};

/// How its operators are started.
#[derive(Clone)]
pub struct Program {
    /// Whose rights.
    pub installation: Installation,
    /// Whom they ask.
    pub server: String,
    /// Where their log is.
    pub directory: PathBuf,
    /// How they stand to others.
    pub mode: Mode,
}

impl Program {
    /// Starts one.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self) -> Result<Operator> {
        Operator::start(&self.installation, &self.server, &self.directory, self.mode)
    }
}

/// The operator of one run. Killed when dropped.
pub struct Supervisor {
    restarts: mpsc::UnboundedSender<oneshot::Sender<()>>,
    task: JoinHandle<Result<()>>,
}

impl Supervisor {
    /// Takes over an operator that runs. Each of `kills` is answered once it is dead.
    #[must_use]
    pub fn of(operator: Operator, program: Program, kills: mpsc::UnboundedReceiver<oneshot::Sender<()>>) -> Self {
        let (restarts, orders) = mpsc::unbounded_channel();
        let task = tokio::spawn(keep(operator, program, kills, orders));
        Self { restarts, task }
    }

    /// Kills it and starts it again.
    ///
    /// # Errors
    /// When it had ended by itself.
    pub async fn restart(&self) -> Result<()> {
        let (done, is_done) = oneshot::channel();
        self.restarts.send(done)?;
        is_done.await.context("the operator had ended by itself")
    }

    /// Kills it for good.
    ///
    /// # Errors
    /// When it had ended by itself.
    pub async fn end(self) -> Result<()> {
        drop(self.restarts);
        self.task.await?
    }
}

async fn keep(
    mut operator: Operator,
    program: Program,
    mut kills: mpsc::UnboundedReceiver<oneshot::Sender<()>>,
    mut restarts: mpsc::UnboundedReceiver<oneshot::Sender<()>>,
) -> Result<()> {
    loop {
        let dead = tokio::select! {
            Some(dead) = kills.recv() => dead,
            dead = restarts.recv() => match dead {
                Some(dead) => dead,
                None => return operator.kill().await,
            },
            status = operator.wait() => {
                let status = status?;
                // Who loses its lease ends, and is started again.
                if !program.mode.elects {
                    bail!("the operator ended by itself with {status}");
                }
                operator = program.start()?;
                continue;
            }
        };
        operator.kill().await?;
        let _ = dead.send(());
        operator = program.start()?;
    }
}
