//! The cluster under test, and who may use it at the same time.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use kube::Client;
use kube::config::{KubeConfigOptions, Kubeconfig};
use tokio::process::Command;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Most tests share the cluster; one that stops the operator or changes what all see has it alone.
static USE: RwLock<()> = RwLock::const_new(());

/// The namespace of the operator.
pub const OPERATOR_NAMESPACE: &str = "webhook-operator-system";
/// The namespace of the shared cAdvisor.
pub const CADVISOR_NAMESPACE: &str = "webhook-operator-system-cadvisor";

/// Shares the cluster with other tests while the guard lives.
pub async fn shared() -> RwLockReadGuard<'static, ()> {
    USE.read().await
}

/// Has the cluster alone while the guard lives.
pub async fn alone() -> RwLockWriteGuard<'static, ()> {
    USE.write().await
}

/// The cluster's name, from `WEBHOOK_E2E_CLUSTER`.
///
/// # Errors
/// When it is not set.
pub fn name() -> Result<String> {
    std::env::var("WEBHOOK_E2E_CLUSTER")
        .context("WEBHOOK_E2E_CLUSTER is not set: run `make test`, which brings a cluster up and names it")
}

/// Where builds and clusters are kept.
#[must_use]
pub fn cache() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache");
    base.filter(|path| path.is_absolute())
        .unwrap_or_else(home)
        .join("webhook-operator")
}

/// The cluster's kubeconfig.
///
/// # Errors
/// When no cluster is named.
pub fn kubeconfig() -> Result<PathBuf> {
    Ok(cache().join("state").join(format!("{}.kubeconfig", name()?)))
}

/// A client of the cluster. Only a kind cluster is ever touched.
///
/// # Errors
/// When there is none, or it is not kind's.
pub async fn client() -> Result<Client> {
    let kubeconfig = Kubeconfig::read_from(kubeconfig()?)?;
    let context = kubeconfig.current_context.clone().unwrap_or_default();
    ensure!(
        context.starts_with("kind-"),
        "context {context} is no kind cluster: it is left alone"
    );
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    Ok(Client::try_from(config)?)
}

/// Runs the kubectl of this cluster's version, which `KUBECTL` names.
///
/// # Errors
/// As [`run`].
pub async fn kubectl(arguments: &[&str]) -> Result<String> {
    run(&program("KUBECTL")?, arguments).await
}

/// Runs the helm that `HELM` names.
///
/// # Errors
/// As [`run`].
pub async fn helm(arguments: &[&str]) -> Result<String> {
    run(&program("HELM")?, arguments).await
}

/// Waits until the operators of the present template are up, and no others are left.
///
/// # Errors
/// When they are not within two minutes.
pub async fn operators_rolled_out() -> Result<()> {
    let status = ["rollout", "status", "deployment/webhook-operator", "--timeout=120s"];
    kubectl(&[&["-n", OPERATOR_NAMESPACE][..], &status].concat()).await?;
    Ok(())
}

/// One of the images that `tests/cluster/rust-images.sh` has made or named, by its variable there, such as `OPERATOR_IMAGE`.
///
/// # Errors
/// When it has not.
pub fn image(variable: &str) -> Result<String> {
    let file = cache().join("state/images.env");
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let mut lines = text.lines();
    let value = lines.find_map(|line| line.strip_prefix(variable)?.strip_prefix('='));
    value
        .map(str::to_owned)
        .with_context(|| format!("{} has no {variable}", file.display()))
}

fn program(variable: &str) -> Result<String> {
    std::env::var(variable).with_context(|| format!("{variable} is not set: run `make test`, which sets it"))
}

/// Runs a program against the cluster and returns what it printed.
///
/// # Errors
/// When it cannot be started or fails; its output is in the error.
pub async fn run(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .env("KUBECONFIG", kubeconfig()?)
        .stdin(std::process::Stdio::null())
        .output()
        .await
        .with_context(|| program.to_owned())?;
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    ensure!(
        output.status.success(),
        "{program} {}: {stdout}{stderr}",
        arguments.join(" ")
    );
    Ok(stdout.into_owned())
}

/// Runs a program in the cluster's node, from where Services are reached as pods reach them.
///
/// # Errors
/// As [`run`].
pub async fn in_node(arguments: &[&str]) -> Result<String> {
    let node = format!("{}-control-plane", name()?);
    run("docker", &[&["exec", &node][..], arguments].concat()).await
}
