//! The operator as a process: started, looked at from outside, and ended in one of two ways.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::wait::{holds, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::installation::Installation;

/// The longest that a start, with all its lists, may take.
const START: Duration = Duration::from_mins(1);

/// How an operator is started.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mode {
    /// Whether it stands for election, as one of several does. Without, it writes from the moment its caches are filled.
    pub elects: bool,
    /// Seconds of standstill after which `/healthz` is to fail; none for the operator's default.
    pub stalled_after: Option<u64>,
}

/// A running operator. Killed when dropped.
pub struct Operator {
    child: Child,
    /// Where health and metrics are.
    pub admin: SocketAddr,
    /// What it logged.
    pub log: PathBuf,
}

impl Operator {
    /// Starts the program that `WEBHOOK_OPERATOR` names, which asks `server`. Files go to `directory`; an older log stays.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(installation: &Installation, server: &str, directory: &Path, mode: Mode) -> Result<Self> {
        let program = std::env::var("WEBHOOK_OPERATOR")
            .context("WEBHOOK_OPERATOR names no program: run `make prove`, which sets it")?;
        let kubeconfig = directory.join("kubeconfig");
        std::fs::write(&kubeconfig, installation.kubeconfig(server).to_string())?;
        // An address that nobody's outgoing connections come from: one of those could take the port before the operator does.
        let admin = TcpListener::bind("127.0.0.2:0")?.local_addr()?;
        let log = directory.join("operator.log");
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("KUBECONFIG", kubeconfig)
            .args([
                "--receiver-image",
                "webhook-app:prove",
                "--cadvisor-image",
                "cadvisor:prove",
            ])
            .args(["--cadvisor-namespace", &installation.shared_namespace()])
            .args(["--admin-listen", &admin.to_string()])
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(File::options().create(true).append(true).open(&log)?)
            .kill_on_drop(true);
        if let Some(id) = &installation.id {
            command.args(["--controller-id", id]);
        }
        if mode.elects {
            command.args(["--lease-namespace", &installation.namespace]);
        }
        if let Some(seconds) = mode.stalled_after {
            command.args(["--stalled-after", &seconds.to_string()]);
        }
        let child = command.spawn().context("the operator could not be started")?;
        Ok(Self { child, admin, log })
    }

    /// Its process id.
    ///
    /// # Errors
    /// When it has ended.
    pub fn pid(&self) -> Result<u32> {
        self.child.id().context("the operator has ended")
    }

    /// Waits until it says that it is ready.
    ///
    /// # Errors
    /// When it does not within a minute.
    pub async fn ready(&self) -> Result<()> {
        until("the operator is ready", START, || async {
            let answer = self.get("/readyz").await?;
            Ok(holds(answer.starts_with("HTTP/1.1 200"), &answer))
        })
        .await
    }

    /// What its admin port answers to a GET, head and body.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn get(&self, path: &str) -> Result<String> {
        get(self.admin, path).await
    }

    /// Kills it, as a lost node does.
    ///
    /// # Errors
    /// When it cannot be.
    pub async fn kill(mut self) -> Result<()> {
        self.child.kill().await.context("the operator could not be killed")
    }

    /// Tells it to stop, and waits until it has.
    ///
    /// # Errors
    /// When it ends otherwise than well.
    pub async fn stop(mut self) -> Result<()> {
        let pid = self.pid()?.to_string();
        Command::new("kill").args(["-TERM", &pid]).status().await?;
        let status = self.child.wait().await?;
        ensure!(
            status.success(),
            "the operator ended with {status}: {}",
            self.log.display()
        );
        Ok(())
    }

    /// Waits until it has ended, and tells how.
    ///
    /// # Errors
    /// When that cannot be asked.
    pub async fn wait(&mut self) -> Result<std::process::ExitStatus> {
        Ok(self.child.wait().await?)
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When that cannot be asked.
    pub fn ended(&mut self) -> Result<Option<std::process::ExitStatus>> {
        Ok(self.child.try_wait()?)
    }
}

/// What an admin port answers to a GET, head and body.
///
/// # Errors
/// When it does not answer.
pub async fn get(admin: SocketAddr, path: &str) -> Result<String> {
    let mut connection = TcpStream::connect(admin).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: operator\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    Ok(answer)
}
