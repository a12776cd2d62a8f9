//! A namespace of a test's own, gone after it, with its objects, events and logs shown when the test failed.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use futures::FutureExt;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, Patch, PatchParams};
use kube::{Api, Client};
use serde_json::json;

use crate::cluster;
use crate::wait::{holds, until};

/// What a test works in.
#[derive(Clone)]
pub struct Space {
    /// The cluster.
    pub client: Client,
    /// The test's own namespace.
    pub namespace: String,
}

/// Runs `test` in a namespace of its own that enforces Pod Security *restricted*.
///
/// # Errors
/// Those of `test`, after everything in the namespace has been shown, and those of setting up and clearing away.
pub async fn with<F: Future<Output = Result<()>>>(name: &str, test: impl FnOnce(Space) -> F) -> Result<()> {
    let client = cluster::client().await?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis() % 1_000_000_000;
    let namespace = format!("e2e-{name}-{now}");
    let api = Api::<Namespace>::all(client.clone());
    let object = json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": namespace, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
    });
    api.patch(&namespace, &PatchParams::apply("e2e"), &Patch::Apply(&object))
        .await?;
    let space = Space {
        client,
        namespace: namespace.clone(),
    };
    // A failed assertion is a panic, and must neither leave the namespace behind nor go without the picture.
    let outcome = AssertUnwindSafe(test(space)).catch_unwind().await;
    if !matches!(outcome, Ok(Ok(()))) {
        show(&namespace).await;
    }
    api.delete(&namespace, &DeleteParams::default()).await?;
    let gone = until("the namespace is gone", Duration::from_mins(2), || async {
        let left = api.get_metadata_opt(&namespace).await?;
        Ok(holds(left.is_none(), &left.map(|one| one.metadata.deletion_timestamp)))
    });
    let gone = gone.await;
    match outcome {
        Ok(result) => result.and(gone),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

impl Space {
    /// Runs kubectl in the test's namespace.
    ///
    /// # Errors
    /// As [`cluster::run`].
    pub async fn kubectl(&self, arguments: &[&str]) -> Result<String> {
        cluster::kubectl(&[&["-n", &self.namespace][..], arguments].concat()).await
    }
}

/// Prints what a person would look at first.
async fn show(namespace: &str) {
    const KINDS: &str = "webhookservices,deployments,pods,services,servicemonitors,prometheusrules";
    const OURS: &str = "app.kubernetes.io/managed-by=webhook-operator";
    const OPERATOR: &str = "deployment/webhook-operator";
    for look in [
        &["-n", namespace, "get", KINDS, "-o", "wide"][..],
        &["-n", namespace, "get", "webhookservices", "-o", "yaml"],
        &[
            "-n",
            namespace,
            "get",
            "events",
            "--sort-by=.metadata.creationTimestamp",
        ],
        &["-n", namespace, "logs", "--prefix", "--tail=20", "-l", OURS],
        &["-n", cluster::CADVISOR_NAMESPACE, "get", "all", "-o", "wide"],
        &["-n", cluster::OPERATOR_NAMESPACE, "logs", OPERATOR, "--tail=60"],
    ] {
        let text = cluster::kubectl(look)
            .await
            .unwrap_or_else(|error| format!("{error:#}"));
        eprint(&format!("--- kubectl {}\n{text}\n", look.join(" ")));
    }
}

#[allow(clippy::print_stderr, reason = "the test runner shows it beside the failure")]
fn eprint(text: &str) {
    eprintln!("{text}");
}
