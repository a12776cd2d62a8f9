//! What one proof runs on: the operator as a process, the stand-in for pods, namespaces that go with it, and how
//! it speaks. Judges nothing but that the operator runs on.

use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::{Result, bail, ensure};
use e2e::cluster;
use e2e::wait::{holds, until};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use kube::{Api, Client, ResourceExt};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::installation::Installation;
use crate::operator::{Mode, Operator};
use crate::stand_in;

/// A label of every namespace of a proof.
const LABEL: &str = "webhook-operator.dev/prove";

/// How long the namespaces of 1,000 objects may take to go.
const GONE: Duration = Duration::from_mins(5);

/// A running operator with what it needs, and the namespaces of one run.
pub struct Stage {
    /// The cluster, with all rights.
    pub client: Client,
    /// Seven hexadecimal digits that no other run has.
    pub run: String,
    /// The installation that the operator belongs to.
    pub installation: Installation,
    proof: String,
    operator: Mutex<Operator>,
    log: PathBuf,
    /// How much of the log earlier runs wrote, or has been looked through.
    read: Mutex<u64>,
    stand_in: JoinHandle<Result<()>>,
}

impl Stage {
    /// Installs the chart, clears away what earlier proofs left, and starts the operator.
    ///
    /// # Errors
    /// When one of them does not come up.
    pub async fn open(proof: &str) -> Result<Self> {
        let client = cluster::client().await?;
        let installation = Installation::make(None).await?;
        clear(&client).await?;
        cleared(&client).await?;
        let directory = installation.directory(proof)?;
        let old = std::fs::metadata(directory.join("operator.log")).map_or(0, |found| found.len());
        let operator = Operator::start(&installation, installation.server(), &directory, Mode::default())?;
        operator.ready().await?;
        let stand_in = tokio::spawn(stand_in::run(client.clone()));
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
        Ok(Self {
            client,
            run: format!("{:07x}", now & 0x0FFF_FFFF),
            installation,
            proof: proof.to_owned(),
            log: operator.log.clone(),
            operator: Mutex::new(operator),
            read: Mutex::new(old),
            stand_in,
        })
    }

    /// Makes a namespace of this run.
    ///
    /// # Errors
    /// When the API server does not.
    pub async fn namespace(&self, name: &str) -> Result<String> {
        let namespace = format!("{}-{}-{name}", self.proof, self.run);
        let object = json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": {LABEL: self.proof}},
        });
        let api = Api::<Namespace>::all(self.client.clone());
        api.patch(&namespace, &PatchParams::apply("prove"), &Patch::Apply(&object))
            .await?;
        Ok(namespace)
    }

    /// Looks whether the operator runs and has not panicked since the last look.
    ///
    /// # Errors
    /// When it has ended or panicked.
    pub fn operator_runs_on(&self) -> Result<()> {
        let ended = self.operator.lock().unwrap_or_else(PoisonError::into_inner).ended()?;
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = std::fs::File::open(&self.log)?;
        file.seek(SeekFrom::Start(*read))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        // A line that is not whole yet is read the next time.
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        *read += whole as u64;
        let text = String::from_utf8_lossy(&bytes[..whole]);
        if let Some(line) = text.lines().find(|line| line.contains("panicked at")) {
            bail!("the operator panicked: {line}");
        }
        ensure!(
            ended.is_none(),
            "the operator ended with {ended:?}: {}",
            self.log.display()
        );
        Ok(())
    }

    /// What the operator's admin port answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn metrics(&self) -> Result<String> {
        let admin = self.operator.lock().unwrap_or_else(PoisonError::into_inner).admin;
        crate::operator::get(admin, "/metrics").await
    }

    /// Stops the operator and lets the namespaces go.
    ///
    /// # Errors
    /// When the operator ends otherwise than well, or the stand-in ended before.
    pub async fn close(self) -> Result<()> {
        ensure!(
            !self.stand_in.is_finished(),
            "the stand-in ended: {:?}",
            self.stand_in.await?
        );
        clear(&self.client).await?;
        self.operator
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .stop()
            .await?;
        self.stand_in.abort();
        Ok(())
    }
}

/// Lets the namespaces of all proofs go. An object in one that is left over would be written to by the next proof's operator.
async fn clear(client: &Client) -> Result<()> {
    let api = Api::<Namespace>::all(client.clone());
    let ours = ListParams::default().labels(LABEL);
    for namespace in api.list(&ours).await?.items {
        if namespace.metadata.deletion_timestamp.is_none() {
            api.delete(&namespace.name_any(), &DeleteParams::default()).await?;
        }
    }
    Ok(())
}

/// Waits until none of them is left.
async fn cleared(client: &Client) -> Result<()> {
    let api = Api::<Namespace>::all(client.clone());
    let ours = ListParams::default().labels(LABEL);
    until("the namespaces of earlier proofs are gone", GONE, || async {
        let left = api.list_metadata(&ours).await?.items.len();
        Ok(holds(left == 0, &left))
    })
    .await
}

/// Tells the person who waits.
#[allow(clippy::print_stderr, reason = "progress is for the person who runs the program")]
pub fn say(line: &str) {
    eprintln!("{line}");
}
