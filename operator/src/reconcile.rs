//! One object, from its spec to its status: validate, build, apply, compute, write what changed.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{Patch, PatchParams};
use kube::runtime::controller::Action;
use kube::runtime::reflector::ObjectRef;
use kube::{Api, Resource, ResourceExt};
use serde_json::json;

use crate::apply::{self, Change, is_status};
use crate::children::{self, Outcome};
use crate::clash::{self, Clash, Lost};
use crate::context::Context;
use crate::crd::{WebhookService, WebhookServiceStatus};
use crate::desired;
use crate::error::{Error, is_undeclared, root_cause};
use crate::gate::Verb;
use crate::mounts;
use crate::names;
use crate::optional::{Feature, Served, cache};
use crate::progress::Work;
use crate::report;
use crate::status::{self, Failure, Failures, Kubelets, Observed, Scraping};
use crate::validate::{Validated, validate};
use crate::watches::Guarded;
use crate::written::WrittenStatus;

/// How soon an object is looked at again that was another one than the watch had shown.
const AGAIN: Duration = Duration::from_secs(1);

/// Brings one object's children and status to what they should be.
///
/// # Errors
/// When the API server did not take a child or the status; the status then says so, if it could be written.
pub async fn reconcile(guarded: Arc<Guarded>, context: Arc<Context>) -> Result<Action, Error> {
    if !context.watches.chosen.covers(guarded.as_ref()) {
        return Ok(Action::await_change());
    }
    let object = match &guarded.0 {
        Ok(object) => object,
        Err(invalid) => {
            report::unreadable(&context, &guarded, invalid);
            return Ok(Action::await_change());
        }
    };
    if object.meta().deletion_timestamp.is_some() {
        // The API server's garbage collector takes the children: they name their owner.
        return Ok(Action::await_change());
    }
    let validated = validate(object, &context.receiver_image)?;
    // Once: what is under way goes by what was known at its start, whatever the watch shows meanwhile.
    let old = last_status(&context, object);
    let outcome = if validated.spec.paused {
        Outcome::default()
    } else {
        converge(&context, object, &validated, &old.applied).await
    };
    let Outcome {
        changes,
        essential,
        features,
    } = outcome;
    if essential.iter().chain(&features).any(Error::is_end_of_namespace) {
        return Ok(Action::await_change());
    }
    report::changes(&context, object, &old, &changes);
    let failures = Failures {
        essential: essential.as_ref().map(Failure::from),
        features: features.iter().map(Failure::from).collect(),
    };
    let said = write_status(&context, object, &validated, &failures, &old).await?;
    if let Some(error) = essential.into_iter().chain(features).find(Error::is_retried) {
        return Err(error);
    }
    context.failures().remove(&object.uid().unwrap_or_default());
    if said == Change::Stale || changes.values().any(|change| *change == Change::Stale) {
        context.progress.later(Work::on(&guarded), AGAIN);
        return Ok(Action::requeue(AGAIN));
    }
    Ok(Action::await_change())
}

/// Sends the children. Where an older object has the host and path, what would claim them is left out.
async fn converge(
    context: &Context,
    object: &WebhookService,
    validated: &Validated,
    recorded: &BTreeMap<String, String>,
) -> Outcome {
    let mut desired = desired::build(validated);
    let conflict = conflict(context, object, validated);
    if conflict.is_some() {
        desired.ingress = None;
        desired.http_route = None;
    }
    let mut outcome = children::apply(context, validated, &desired, recorded).await;
    outcome.essential = outcome.essential.or(conflict);
    outcome
}

/// Why this object cannot have its host and path; younger objects that claim them are told to look again.
fn conflict(context: &Context, object: &WebhookService, validated: &Validated) -> Option<Error> {
    let mine = ObjectRef::new(&validated.name).within(&validated.namespace);
    let clash = if clash::claims(&object.spec).is_empty() {
        Clash::default()
    } else {
        let all = context.mine();
        clash::of(object, all.iter().filter_map(|other| other.0.as_ref().ok()))
    };
    let mut clashing = context.clashing();
    for (namespace, name) in clash.won {
        let younger = ObjectRef::new(&name).within(&namespace);
        if clashing.insert(younger.clone()) {
            context.triggers.tell_one(younger);
        }
    }
    let Some(Lost { address, owner }) = clash.lost else {
        clashing.remove(&mine);
        return None;
    };
    clashing.insert(mine);
    Some(Error::HostConflict { address, owner })
}

/// Writes the status if it would say something new, and tells of each condition that turned.
async fn write_status(
    context: &Context,
    object: &WebhookService,
    validated: &Validated,
    failures: &Failures,
    old: &WebhookServiceStatus,
) -> Result<Change, Error> {
    let new = compute(context, validated, failures, old);
    if new == *old {
        return Ok(Change::None);
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
    let answer = match sent.await {
        // Deleted meanwhile: there is no status left to keep.
        Err(Error::Api { source, .. }) if is_status(&source, &[404]) => return Ok(Change::None),
        // Deleted and made anew, or a conflict that is over.
        Err(Error::Api { source, .. }) if is_status(&source, &[409]) => return Ok(Change::Stale),
        Err(Error::Api { source, .. }) if is_undeclared(&source, "applied") => {
            tracing::warn!(
                "the WebhookService definition is older than this operator and has no status.applied: apply the present one; until then each start sends everything once"
            );
            context.keeps_records.store(false, Ordering::Relaxed);
            return Ok(Change::Stale);
        }
        answer => answer?,
    };
    let version = |object: &WebhookService| object.resource_version().unwrap_or_default();
    let mut all = context.written();
    let earlier = all.remove(&validated.owner.uid);
    let written = WrittenStatus::after(earlier, version(object), version(&answer), new.clone());
    all.insert(validated.owner.uid.clone(), written);
    drop(all);
    report::conditions(context, object, old, &new);
    Ok(Change::Updated)
}

/// The status as we last wrote it, or as the watch shows it once that has moved on.
fn last_status(context: &Context, object: &WebhookService) -> WebhookServiceStatus {
    let written = context.written();
    let ours = written.get(&object.uid().unwrap_or_default());
    let shown = object.resource_version().unwrap_or_default();
    let written = ours.and_then(|written| written.ahead_of(&shown));
    written.or(object.status.as_ref()).cloned().unwrap_or_default()
}

fn compute(
    context: &Context,
    validated: &Validated,
    failures: &Failures,
    old: &WebhookServiceStatus,
) -> WebhookServiceStatus {
    let watches = &context.watches;
    let (namespace, name) = (validated.namespace.as_str(), validated.name.as_str());
    // Only what is ours: a stranger's Deployment of this name says nothing about our receivers.
    let mine = validated.owner.uid.as_str();
    let rollout = watches
        .receivers
        .get(namespace, name)
        .filter(|found| found.controller.is(mine));
    let front = cache(&watches.fronts).and_then(|fronts| fronts.get(namespace, name));
    let front = front.filter(|found| found.controller.is(mine));
    let route = cache(&watches.routes).and_then(|routes| routes.get(namespace, name));
    let route = route.filter(|found| found.controller.is(mine));
    let pods = watches.pods.all_in(namespace, |pod| *pod.instance == *name);
    let cadvisor = cache(&watches.cadvisors);
    let cadvisor = cadvisor.and_then(|cadvisors| cadvisors.get(&context.triggers.shared_namespace, names::CADVISOR));
    let monitors = cache(&watches.service_monitors);
    let monitor = monitors.as_ref().and_then(|monitors| monitors.get(namespace, name));
    let monitor = monitor.filter(|found| found.seen.controller.is(mine));
    let namespace_labels = watches.prometheuses.labels(namespace);
    let memory = &context.applier.memory;
    let shared_failure = context
        .shared_failure
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let observed = Observed {
        rollout: rollout.as_deref(),
        applied_generation: memory.generation(apply::child::<Deployment>(namespace, name)),
        applied: if context.keeps_records.load(Ordering::Relaxed) {
            memory.records(namespace, name)
        } else {
            BTreeMap::new()
        },
        pods: &pods,
        failed_mounts: &mounts::of_pods(&watches.mounts, namespace, &pods),
        front: front.as_deref(),
        route: route.as_deref(),
        cadvisor: cadvisor.as_deref(),
        shared_failure: shared_failure.as_ref(),
        kubelets: kubelets(&watches.kubelets),
        service_monitor_served: monitors.is_some(),
        scraping: Scraping {
            scrapers: watches.prometheuses.scrapers(),
            namespace_labels: namespace_labels.as_deref(),
            bindings: monitor.as_deref().map_or(&[], |monitor| &monitor.bindings),
            scrape: context.targets.of(namespace, name),
        },
        prometheus_rule_served: cache(&watches.prometheus_rules).is_some(),
    };
    status::compute(validated, failures, &observed, old, Timestamp::now())
}

fn kubelets<V>(feature: &Feature<V>) -> Kubelets {
    match &*feature.borrow() {
        Served::Filled(cache) if !cache.is_empty() => Kubelets::Found,
        Served::Refused(message) => Kubelets::Unseen(message.clone()),
        Served::Filled(_) | Served::Unknown | Served::Absent => Kubelets::Missing,
    }
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
