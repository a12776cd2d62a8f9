//! One object, from its spec to its status: validate, build, apply, compute, write what changed.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{Patch, PatchParams};
use kube::runtime::controller::Action;
use kube::{Api, Resource, ResourceExt};
use serde_json::json;

use crate::apply::{Change, Keeper};
use crate::context::{Context, WrittenStatus};
use crate::crd::{WebhookService, WebhookServiceStatus};
use crate::desired::{self, Applied, Desired, Prepared};
use crate::error::{Error, root_cause};
use crate::gate::Verb;
use crate::mounts;
use crate::names;
use crate::progress::Work;
use crate::report;
use crate::status::{self, Failure, Observed};
use crate::validate::{Validated, validate};
use crate::watches::{Guarded, seen};

/// What a walk over the children changed, by kind.
pub type Changes = BTreeMap<&'static str, Change>;

/// Brings one object's children and status to what they should be.
///
/// # Errors
/// When the API server did not take a child or the status; the status then says so, if it could be written.
pub async fn reconcile(guarded: Arc<Guarded>, context: Arc<Context>) -> Result<Action, Error> {
    let object = match &guarded.0 {
        Ok(object) => object,
        Err(invalid) => {
            report::unreadable(&context, &guarded, invalid).await;
            return Ok(Action::await_change());
        }
    };
    if object.meta().deletion_timestamp.is_some() {
        // The API server's garbage collector takes the children: they name their owner.
        return Ok(Action::await_change());
    }
    let validated = validate(object, &context.receiver_image)?;
    let mut changes = Changes::new();
    let outcome = if validated.spec.paused {
        Ok(None)
    } else {
        apply(&context, &validated, desired::build(&validated), &mut changes)
            .await
            .map(Some)
    };
    if outcome.as_ref().is_err_and(Error::is_end_of_namespace) {
        return Ok(Action::await_change());
    }
    report::changes(&context, object, &changes).await;
    let failure = outcome.as_ref().err().map(Failure::from);
    write_status(&context, object, &validated, failure.as_ref()).await?;
    outcome?;
    context
        .failures
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&object.uid().unwrap_or_default());
    Ok(Action::await_change())
}

/// Sends every child. One that is refused does not keep the others from being sent; the first refusal is the error.
async fn apply(
    context: &Context,
    validated: &Validated,
    desired: Desired<Prepared>,
    changes: &mut Changes,
) -> Result<Desired<Applied>, Error> {
    // Without `..`: a child that is added and forgotten here does not compile.
    let Desired {
        service_account,
        service,
        deployment,
        service_monitor,
        state: PhantomData,
    } = desired;
    let (applier, watches) = (&context.applier, &context.watches);
    let (namespace, name) = (validated.namespace.as_str(), validated.name.as_str());
    let keeper = Keeper::Owner(&validated.owner);
    let mut outcomes = Vec::new();

    let found = seen(&watches.service_accounts, namespace, name);
    outcomes.push((
        "ServiceAccount",
        applier
            .apply(&service_account, found.as_ref().map(|o| o.meta()), keeper)
            .await,
    ));
    let found = seen(&watches.services, namespace, name);
    outcomes.push((
        "Service",
        applier.apply(&service, found.as_ref().map(|o| o.meta()), keeper).await,
    ));
    // Where the API is not served there is nothing to write or delete; when it comes, all objects are looked at again.
    let monitors = watches.service_monitors.borrow().clone();
    if let Some(monitors) = monitors {
        let found = seen(&monitors, namespace, name);
        let found = found.as_ref().map(|o| o.meta());
        let outcome = match &service_monitor {
            Some(wanted) => applier.apply(wanted, found, keeper).await,
            None => applier.delete::<crate::external::ServiceMonitor>(found, keeper).await,
        };
        outcomes.push(("ServiceMonitor", outcome));
    }
    // Last: its pods name the ServiceAccount.
    let found = seen(&watches.deployments, namespace, name);
    outcomes.push((
        "Deployment",
        applier
            .apply(&deployment, found.as_ref().map(|o| o.meta()), keeper)
            .await,
    ));

    let mut first_error = None;
    for (kind, outcome) in outcomes {
        match outcome {
            Ok(change) => drop(changes.insert(kind, change)),
            Err(error) => drop(first_error.get_or_insert(error)),
        }
    }
    match first_error {
        Some(error) => Err(error),
        None => Ok(Desired {
            service_account,
            service,
            deployment,
            service_monitor,
            state: PhantomData,
        }),
    }
}

/// Writes the status if it would say something new, and tells of each condition that turned.
async fn write_status(
    context: &Context,
    object: &WebhookService,
    validated: &Validated,
    failure: Option<&Failure>,
) -> Result<(), Error> {
    let old = last_status(context, object);
    let new = compute(context, validated, failure, &old);
    if new == old {
        return Ok(());
    }
    let patch = json!({
        "apiVersion": WebhookService::api_version(&()),
        "kind": WebhookService::kind(&()),
        "metadata": {"name": validated.name, "uid": validated.owner.uid},
        "status": new,
    });
    let api = Api::<WebhookService>::namespaced(context.client.clone(), &validated.namespace);
    let params = PatchParams::apply(names::MANAGER).force();
    let patch = Patch::Apply(patch);
    let request = api.patch_status(&validated.name, &params, &patch);
    let sent = context
        .gate
        .pass(Verb::Status, "WebhookService", &validated.name, request);
    match sent.await {
        // Deleted, or deleted and made anew, meanwhile: there is no status left to keep.
        Err(Error::Api { source, .. }) if matches!(source.as_ref(), kube::Error::Api(said) if matches!(said.code, 404 | 409)) =>
        {
            return Ok(());
        }
        answer => drop(answer?),
    }
    let written = WrittenStatus {
        from_version: object.resource_version(),
        status: new.clone(),
    };
    context
        .written
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(validated.owner.uid.clone(), written);
    report::conditions(context, object, &old, &new).await;
    Ok(())
}

/// The status as we last wrote it, or as the watch shows it once that has moved on.
fn last_status(context: &Context, object: &WebhookService) -> WebhookServiceStatus {
    let written = context.written.lock().unwrap_or_else(PoisonError::into_inner);
    let ours = written.get(&object.uid().unwrap_or_default());
    match ours.filter(|written| written.from_version == object.resource_version()) {
        Some(written) => written.status.clone(),
        None => object.status.clone().unwrap_or_default(),
    }
}

fn compute(
    context: &Context,
    validated: &Validated,
    failure: Option<&Failure>,
    old: &WebhookServiceStatus,
) -> WebhookServiceStatus {
    let watches = &context.watches;
    let (namespace, name) = (validated.namespace.as_str(), validated.name.as_str());
    // Only what is ours: a stranger's Deployment of this name says nothing about our receivers.
    let deployment = seen(&watches.receivers, namespace, name).filter(|found| {
        found
            .owner_references()
            .iter()
            .any(|owner| owner.uid == validated.owner.uid)
    });
    let pods = watches.pods.state_filter(|pod| {
        pod.namespace().as_deref() == Some(namespace)
            && pod
                .labels()
                .get(names::INSTANCE)
                .is_some_and(|instance| instance == name)
    });
    let pods: Vec<_> = pods.iter().map(AsRef::as_ref).collect();
    let cadvisor = seen(&watches.cadvisors, &context.cadvisor_namespace, names::CADVISOR);
    let observed = Observed {
        deployment: deployment.as_deref(),
        applied_generation: context.applier.generation::<Deployment>(namespace, name),
        pods: &pods,
        failed_mounts: &mounts::of_pods(&watches.mounts, &pods),
        cadvisor: cadvisor.as_deref(),
        service_monitor_served: watches.service_monitors.borrow().is_some(),
    };
    status::compute(validated, failure, &observed, old, Timestamp::now())
}

/// When to try again after a failure: twice as late each time, from one second to five minutes.
#[must_use]
#[allow(clippy::needless_pass_by_value, reason = "kube hands over its references")]
pub fn retry(guarded: Arc<Guarded>, error: &Error, context: Arc<Context>) -> Action {
    let mut failures = context.failures.lock().unwrap_or_else(PoisonError::into_inner);
    let count = failures.entry(guarded.uid().unwrap_or_default()).or_default();
    let delay = Duration::from_secs(1 << (*count).min(9)).min(Duration::from_mins(5));
    *count = count.saturating_add(1);
    context.progress.later(Work::on(&guarded), delay);
    tracing::warn!(object = %guarded.name_any(), namespace = guarded.namespace(), %error, cause = root_cause(error), retry_seconds = delay.as_secs(), "reconcile failed");
    Action::requeue(delay)
}
