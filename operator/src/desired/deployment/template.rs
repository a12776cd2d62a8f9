//! What a user's `podTemplate` adds to the pods, merged so that what is ours stays ours.

use k8s_openapi::api::core::v1::{Affinity, LocalObjectReference, PodSpec, TopologySpreadConstraint};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::names;
use crate::validate::Validated;

/// The metadata of the pods. Our labels come last: the rules at admission keep a user's from meeting them.
pub(super) fn metadata(validated: &Validated) -> ObjectMeta {
    let template = &validated.spec.pod_template;
    let mut labels = template.labels.clone();
    labels.extend(names::receiver_labels(&validated.name));
    ObjectMeta {
        labels: Some(labels),
        annotations: (!template.annotations.is_empty()).then(|| template.annotations.clone()),
        ..ObjectMeta::default()
    }
}

/// Adds where the pods may run, and by which Secrets their image is pulled.
pub(super) fn add(pod: &mut PodSpec, validated: &Validated) {
    let template = &validated.spec.pod_template;
    pod.node_selector = (!template.node_selector.is_empty()).then(|| template.node_selector.clone());
    pod.tolerations = (!template.tolerations.is_empty()).then(|| template.tolerations.clone());
    pod.affinity = template.affinity.as_ref().and_then(affinity);
    pod.priority_class_name.clone_from(&template.priority_class_name);
    pod.topology_spread_constraints = Some(spread(validated));
    let secrets = validated.spec.image_pull_secrets.iter();
    let secrets: Vec<_> = secrets
        .map(|secret| LocalObjectReference {
            name: secret.name.clone(),
        })
        .collect();
    pod.image_pull_secrets = (!secrets.is_empty()).then_some(secrets);
}

/// Without what is empty: that means nothing, and once something was there the API server would leave it out.
fn affinity(wanted: &Affinity) -> Option<Affinity> {
    fn some<T: Default + PartialEq + Clone>(part: Option<&T>) -> Option<T> {
        part.filter(|part| **part != T::default()).cloned()
    }
    let wanted = Affinity {
        node_affinity: some(wanted.node_affinity.as_ref()),
        pod_affinity: some(wanted.pod_affinity.as_ref()),
        pod_anti_affinity: some(wanted.pod_anti_affinity.as_ref()),
    };
    some(Some(&wanted))
}

fn spread(validated: &Validated) -> Vec<TopologySpreadConstraint> {
    let receivers = || Some(names::matching(names::receiver_selector(&validated.name)));
    let chosen = &validated.spec.pod_template.topology_spread_constraints;
    if chosen.is_empty() {
        return vec![TopologySpreadConstraint {
            label_selector: receivers(),
            match_label_keys: Some(vec!["pod-template-hash".to_owned()]),
            max_skew: 1,
            topology_key: "kubernetes.io/hostname".to_owned(),
            when_unsatisfiable: "ScheduleAnyway".to_owned(),
            ..TopologySpreadConstraint::default()
        }];
    }
    let whole = |one: &TopologySpreadConstraint| TopologySpreadConstraint {
        // Without a selector Kubernetes would count no pod at all.
        label_selector: one.label_selector.clone().or_else(receivers),
        ..one.clone()
    };
    chosen.iter().map(whole).collect()
}
