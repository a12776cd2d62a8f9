//! What is kept of what makes pods: how far the receivers' Deployment and cAdvisor's `DaemonSet` are. Pure.

use k8s_openapi::api::apps::v1::{DaemonSetStatus, DeploymentCondition, DeploymentStatus};
use kube::api::DynamicObject;
use serde_json::Value;

use crate::names;
use crate::seen::{Controller, Seen};
use crate::subject::status;

/// How far a Deployment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// Whose it is.
    pub controller: Controller,
    /// The generation of its spec.
    pub generation: i64,
    /// The generation that the numbers below are of.
    pub observed_generation: i64,
    /// Whether its `replicas` are an autoscaler's.
    pub is_autoscaled: bool,
    /// How many receivers it is to have.
    pub wanted: i32,
    /// How many there are.
    pub replicas: i32,
    /// How many of them are ready.
    pub ready: i32,
    /// How many have been so for long enough.
    pub available: i32,
    /// How many run the present template.
    pub updated: i32,
    /// Whether enough are available.
    pub is_available: bool,
    /// Why no pod could be made, if so: one word, and what the API server says.
    pub refusal: Option<Box<(String, String)>>,
}

impl Rollout {
    /// What is kept of this Deployment.
    #[must_use]
    pub fn of(deployment: &DynamicObject) -> Self {
        let (meta, status) = (&deployment.metadata, status::<DeploymentStatus>(deployment));
        let holds = |type_: &str| {
            let conditions = status.conditions.iter().flatten();
            let mut found = conditions.filter(|one| one.type_.as_deref() == Some(type_));
            found.find(|one| one.status.as_deref() == Some("True"))
        };
        let annotations = meta.annotations.as_ref();
        let replicas = deployment.data.pointer("/spec/replicas").and_then(Value::as_i64);
        Self {
            controller: Controller::of(meta),
            generation: meta.generation.unwrap_or_default(),
            observed_generation: status.observed_generation.unwrap_or_default(),
            is_autoscaled: annotations.is_some_and(|all| all.contains_key(names::AUTOSCALED)),
            wanted: replicas.and_then(|replicas| i32::try_from(replicas).ok()).unwrap_or(1),
            replicas: status.replicas.unwrap_or_default(),
            ready: status.ready_replicas.unwrap_or_default(),
            available: status.available_replicas.unwrap_or_default(),
            updated: status.updated_replicas.unwrap_or_default(),
            is_available: holds("Available").is_some(),
            refusal: holds("ReplicaFailure").map(refusal).map(Box::new),
        }
    }
}

fn refusal(condition: &DeploymentCondition) -> (String, String) {
    let reason = condition.reason.clone().unwrap_or_else(|| "ReplicaFailure".to_owned());
    (reason, condition.message.clone().unwrap_or_default())
}

/// How far a `DaemonSet` is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Whose it is, and how it looks.
    pub seen: Seen,
    /// The generation that the numbers below are of.
    pub observed_generation: i64,
    /// On how many nodes it is to run.
    pub wanted: i32,
    /// On how many it is ready.
    pub ready: i32,
}

impl Coverage {
    /// What is kept of this `DaemonSet`.
    #[must_use]
    pub fn of(daemon_set: &DynamicObject) -> Self {
        let status = status::<DaemonSetStatus>(daemon_set);
        Self {
            seen: Seen::of(&daemon_set.metadata),
            observed_generation: status.observed_generation.unwrap_or_default(),
            wanted: status.desired_number_scheduled,
            ready: status.number_ready,
        }
    }
}
