//! What is wrong with a pod, in a person's words, read off the pod's own state. Pure.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{ContainerState, ContainerStatus, PodStatus};
use kube::ResourceExt;
use kube::api::DynamicObject;

use crate::names;
use crate::subject::status;

/// One thing that keeps a pod from running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Kubernetes' own word for it, such as `ImagePullBackOff`.
    pub reason: String,
    /// Which pod, what Kubernetes says, and what to do.
    pub message: String,
}

/// One pod that waits for its volumes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedMount {
    /// The pod, by its uid.
    pub pod: String,
    /// What the kubelet says.
    pub message: String,
}

/// What is kept of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Its uid.
    pub uid: Box<str>,
    /// The `WebhookService` that it belongs to.
    pub instance: Box<str>,
    /// How it does.
    pub state: State,
}

/// How a pod does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Well, as far as it tells, or it goes away and has no say.
    Fine,
    /// It is being created, and does not tell what it waits for.
    Creating,
    /// It cannot run.
    Troubled(Box<Trouble>),
}

impl Receiver {
    /// What is kept of this pod.
    #[must_use]
    pub fn of(pod: &DynamicObject) -> Self {
        Self {
            uid: pod.metadata.uid.as_deref().unwrap_or_default().into(),
            instance: pod.labels().get(names::INSTANCE).map_or("", String::as_str).into(),
            state: State::of(pod),
        }
    }
}

impl State {
    fn of(pod: &DynamicObject) -> Self {
        if pod.metadata.deletion_timestamp.is_some() {
            return Self::Fine;
        }
        let (name, status) = (pod.name_any(), status::<PodStatus>(pod));
        let mut containers = status
            .container_statuses
            .iter()
            .flatten()
            .map(|one| of_container(&name, one));
        let waiting = containers.find(|state| *state != Self::Fine);
        waiting.or_else(|| unscheduled(&name, &status)).unwrap_or(Self::Fine)
    }

    fn troubled(reason: &str, message: String) -> Self {
        let reason = reason.to_owned();
        Self::Troubled(Box::new(Trouble { reason, message }))
    }
}

/// The first trouble of these pods, each with its name. In a fixed order, or the answer would jump between them.
#[must_use]
pub fn of_pods(pods: &[(Box<str>, Arc<Receiver>)], failed_mounts: &[FailedMount]) -> Option<Trouble> {
    pods.iter().find_map(|(name, pod)| match &pod.state {
        State::Fine => None,
        State::Troubled(trouble) => Some(Trouble::clone(trouble)),
        State::Creating => {
            let failed = failed_mounts.iter().find(|failed| *failed.pod == *pod.uid)?;
            Some(Trouble {
                reason: "FailedMount".to_owned(),
                message: format!(
                    "pod {name}: {}; create what spec.verification or spec.delivery names, or correct the name",
                    failed.message
                ),
            })
        }
    })
}

fn unscheduled(name: &str, status: &PodStatus) -> Option<State> {
    let mut conditions = status.conditions.iter().flatten();
    let scheduled = conditions.find(|condition| condition.type_ == "PodScheduled")?;
    let said = scheduled.message.as_deref().unwrap_or("no node takes it");
    let message = format!("pod {name}: {said}; lower spec.resources.requests or add nodes");
    let reason = scheduled.reason.as_deref().unwrap_or("Unschedulable");
    (scheduled.status == "False").then(|| State::troubled(reason, message))
}

fn of_container(name: &str, container: &ContainerStatus) -> State {
    if let Some(Trouble { reason, message }) = crash(container) {
        return State::troubled(&reason, message);
    }
    let waiting = container.state.as_ref().and_then(|state| state.waiting.as_ref());
    let Some((waiting, reason)) = waiting.and_then(|waiting| Some((waiting, waiting.reason.as_deref()?))) else {
        return State::Fine;
    };
    let advice = match reason {
        "ContainerCreating" => return State::Creating,
        // The two alternate every few seconds: one name, or the status would be rewritten each time.
        "ErrImagePull" | "ImagePullBackOff" => {
            let advice = "cannot be pulled: correct spec.image, or load the image into the nodes";
            return State::troubled("ImagePullBackOff", format!("image {} {advice}", container.image));
        }
        "InvalidImageName" => "spec.image is no image reference: correct it",
        "ErrImageNeverPull" => "the node does not have the image: load it, or set spec.imagePullPolicy to IfNotPresent",
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
            let said = waiting.message.as_deref().unwrap_or(reason);
            return State::troubled(reason, format!("pod {name}: {said}"));
        }
        _ => return State::Fine,
    };
    State::troubled(reason, format!("image {}: {advice}", container.image))
}

/// A container that has ended and is not well again. Between its tries it waits, runs for a moment and ends: the same is said
/// all the while.
fn crash(container: &ContainerStatus) -> Option<Trouble> {
    if container.ready {
        return None;
    }
    let ended = |state: &Option<ContainerState>| state.as_ref()?.terminated.clone();
    let ended = ended(&container.state).or_else(|| ended(&container.last_state))?;
    let (reason, advice) = if ended.reason.as_deref() == Some("OOMKilled") {
        let advice = "the receiver was killed for its memory: raise spec.resources.limits.memory, or lower spec.limits";
        ("OOMKilled", advice.to_owned())
    } else {
        let code = ended.exit_code;
        let advice = format!("the receiver ended with exit code {code}: its log says why (kubectl logs --previous)");
        ("CrashLoopBackOff", advice)
    };
    Some(Trouble {
        reason: reason.to_owned(),
        message: format!("image {}: {advice}", container.image),
    })
}

/// What to do where no pod could even be made, from what the API server says.
#[must_use]
pub fn advice_on_refused_pod(message: &str) -> &'static str {
    if message.contains("exceeded quota") {
        "; raise the ResourceQuota of the namespace, or lower spec.resources or the number of receivers"
    } else if message.contains("PodSecurity") {
        "; relax pod-security.kubernetes.io/enforce of the namespace, or take out of spec.podTemplate what it forbids"
    } else if message.contains("no PriorityClass") {
        "; create that PriorityClass, or correct spec.podTemplate.priorityClassName"
    } else if message.contains("LimitRange") || message.contains("per Container") {
        "; keep spec.resources within the LimitRange of the namespace"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(pods: &[&DynamicObject], failed_mounts: &[FailedMount]) -> Option<Trouble> {
        let kept = pods
            .iter()
            .map(|pod| (pod.name_any().into(), Arc::new(Receiver::of(pod))));
        of_pods(&kept.collect::<Vec<_>>(), failed_mounts)
    }

    fn waiting(name: &str, reason: &str) -> DynamicObject {
        serde_json::from_value(json!({
            "metadata": {"name": name},
            "status": {"containerStatuses": [{
                "name": "receiver", "image": "typo:1", "imageID": "", "ready": false, "restartCount": 0,
                "state": {"waiting": {"reason": reason}},
            }]},
        }))
        .unwrap()
    }

    #[test]
    fn a_pull_that_fails_says_the_same_between_tries() {
        assert_eq!(
            said(&[&waiting("a", "ErrImagePull")], &[]),
            said(&[&waiting("b", "ImagePullBackOff")], &[])
        );
    }

    #[test]
    fn starting_is_no_trouble() {
        assert_eq!(said(&[&waiting("a", "ContainerCreating")], &[]), None);
    }

    #[test]
    fn a_secret_that_is_not_there_is_what_the_kubelet_says_it_is() {
        let mut pod = waiting("a", "ContainerCreating");
        pod.metadata.uid = Some("u-1".to_owned());
        let failed = |pod: &str, message: &str| FailedMount {
            pod: pod.to_owned(),
            message: message.to_owned(),
        };
        let others = [failed("u-2", "no"), failed("u-1", "secret \"hooks\" not found")];
        let trouble = said(&[&pod], &others).unwrap();
        assert_eq!(trouble.reason, "FailedMount");
        assert!(
            trouble.message.starts_with("pod a: secret \"hooks\" not found; create"),
            "{}",
            trouble.message
        );
        assert_eq!(said(&[&pod], &others[..1]), None);
    }

    fn crashed(state: &serde_json::Value, reason: &str) -> DynamicObject {
        let mut pod = waiting("a", "CrashLoopBackOff");
        let container = &mut pod.data["status"]["containerStatuses"][0];
        container["state"] = state.clone();
        container["lastState"] = json!({"terminated": {"exitCode": 2, "reason": reason}});
        pod
    }

    #[test]
    fn what_ends_again_and_again_says_the_same_all_the_while() {
        let states = [
            json!({"waiting": {"reason": "CrashLoopBackOff"}}),
            json!({"running": {}}),
            json!({"terminated": {"exitCode": 2, "reason": "Error"}}),
        ];
        for state in states {
            let trouble = said(&[&crashed(&state, "Error")], &[]).unwrap();
            assert_eq!(trouble.reason, "CrashLoopBackOff", "{state}");
            assert!(trouble.message.contains("exit code 2"), "{}", trouble.message);
        }
        let mut well = crashed(&json!({"running": {}}), "Error");
        well.data["status"]["containerStatuses"][0]["ready"] = json!(true);
        assert_eq!(said(&[&well], &[]), None);
    }

    #[test]
    fn what_needs_more_memory_says_so() {
        let trouble = said(&[&crashed(&json!({"running": {}}), "OOMKilled")], &[]).unwrap();
        assert_eq!(trouble.reason, "OOMKilled");
    }

    #[test]
    fn a_pod_that_goes_away_has_no_say() {
        let mut pod = crashed(&json!({"waiting": {"reason": "CrashLoopBackOff"}}), "Error");
        assert!(said(&[&pod], &[]).is_some());
        pod.metadata.deletion_timestamp = serde_json::from_value(json!("2026-01-01T00:00:00Z")).unwrap();
        assert_eq!(said(&[&pod], &[]), None);
    }

    #[test]
    fn no_room_on_any_node() {
        let pod: DynamicObject = serde_json::from_value(json!({
            "metadata": {"name": "a"},
            "status": {"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"}]},
        }))
        .unwrap();
        assert_eq!(said(&[&pod], &[]).unwrap().reason, "Unschedulable");
    }
}
