//! The `ConfigMap` with the receivers' dashboard, where the object asks for one. What is in the dashboard is in [`super::dashboard`].

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;

use super::{dashboard, labelled_meta};
use crate::crd::Dashboard;
use crate::validate::Validated;

/// By which the sidecar of Grafana's Helm charts learns the folder. Source: `sidecar.dashboards.folderAnnotation` in the values of the
/// chart `grafana`, which has it as its example.
const FOLDER: &str = "grafana_folder";

pub(super) fn build(validated: &Validated) -> Option<ConfigMap> {
    let settings = validated.spec.monitoring.dashboard.as_ref()?;
    let mut metadata = labelled_meta(validated, labels(settings));
    let folder = settings.folder.clone();
    metadata.annotations = folder.map(|folder| [(FOLDER.to_owned(), folder)].into());
    let text = dashboard::of(validated).to_string();
    Some(ConfigMap {
        metadata,
        data: Some([(file(validated), text)].into()),
        ..ConfigMap::default()
    })
}

/// By which the sidecar finds it.
fn labels(settings: &Dashboard) -> BTreeMap<String, String> {
    if settings.labels.is_empty() {
        [("grafana_dashboard".to_owned(), "1".to_owned())].into()
    } else {
        settings.labels.clone()
    }
}

/// What the sidecar calls the file, among those of all namespaces: neither a namespace nor a name has a dot, so that no two objects'
/// files are called the same, as `a-b` of `c` and `a` of `b-c` would be with a dash.
fn file(validated: &Validated) -> String {
    format!("{}.{}.json", validated.namespace, validated.name)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::desired::tests::{meta, validated};

    fn built(dashboard: &Value) -> Value {
        serde_json::to_value(build(&validated(json!({"monitoring": {"dashboard": dashboard}})))).unwrap()
    }

    /// The whole object, but for what the dashboard shows.
    fn expected(metadata: &Value, content: &Value) -> Value {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"shop.orders.json": content}})
    }

    #[test]
    fn a_config_map_that_the_sidecar_of_the_charts_finds() {
        let object = validated(json!({"monitoring": {"dashboard": {}}}));
        let mut metadata = meta();
        metadata["labels"]["grafana_dashboard"] = json!("1");
        let content = json!(dashboard::of(&object).to_string());
        assert_eq!(built(&json!({})), expected(&metadata, &content));
        assert_eq!(build(&validated(json!({}))), None);
    }

    #[test]
    fn labels_and_folder_as_the_spec_says() {
        let object = json!({"labels": {"dashboards": "team-a"}, "folder": "Team A"});
        let mut metadata = meta();
        metadata["labels"]["dashboards"] = json!("team-a");
        metadata["annotations"] = json!({"grafana_folder": "Team A"});
        let found = built(&object);
        let content = &found["data"]["shop.orders.json"];
        assert_eq!(found, expected(&metadata, content));
        assert!(content.as_str().is_some_and(|text| text.starts_with('{')));
    }

    #[test]
    fn the_longest_names_make_a_key_that_kubernetes_takes() {
        let mut object = validated(json!({"monitoring": {"dashboard": {}}}));
        object.namespace = "n".repeat(63);
        object.name = "o".repeat(63);
        let key = file(&object);
        // Source: `IsConfigMapKey` in Kubernetes' `apimachinery/pkg/util/validation`.
        let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
        assert!(key.len() <= 253 && key.chars().all(is_allowed), "{key}");
        let other = |namespace: &str, name: &str| {
            let mut object = object.clone();
            (object.namespace, object.name) = (namespace.to_owned(), name.to_owned());
            file(&object)
        };
        assert_ne!(other("a-b", "c"), other("a", "b-c"));
    }
}
