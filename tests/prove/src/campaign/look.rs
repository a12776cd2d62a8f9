//! One object and its children as the API server has them, masked so that two objects of one spec look the same. Reads only.

use std::time::Duration;

use anyhow::Result;
use futures::future::try_join_all;
use kube::api::{ApiResource, DynamicObject, ListParams};
use kube::core::GroupVersionKind;
use kube::{Api, Client};
use serde_json::{Value, json};

use crate::kinds;
use crate::state::{self, State};

/// Where a user's objects are, and the kinds that become of them.
#[derive(Clone)]
pub struct Eyes {
    client: Client,
    namespace: String,
    children: Vec<ApiResource>,
}

/// An object at one moment.
#[derive(Clone, Debug)]
pub struct Look {
    /// It and its children, masked.
    pub state: State,
    /// What its conditions say of a refused child, if they do.
    pub refusal: Option<String>,
}

/// What all of ours carry.
const INSTANCE: &str = "app.kubernetes.io/instance";

impl Eyes {
    /// Eyes for one namespace.
    #[must_use]
    pub fn new(client: &Client, namespace: &str) -> Self {
        Self {
            client: client.clone(),
            namespace: namespace.to_owned(),
            children: kinds::children(),
        }
    }

    /// The `WebhookService` itself.
    ///
    /// # Errors
    /// When the API server does not answer.
    pub async fn object(&self, name: &str) -> Result<Value> {
        Ok(serde_json::to_value(self.api(&kinds::ours()).get(name).await?)?)
    }

    /// Every `WebhookService` of the namespace.
    #[must_use]
    pub fn objects(&self) -> Api<DynamicObject> {
        self.api(&kinds::ours())
    }

    /// Puts the spec of `object` in the place of what is there, or creates it. Not by server-side apply: merging lists and
    /// maps is the API server's work, and would hide what became of ours.
    ///
    /// # Errors
    /// When the API server does not take it.
    pub async fn write(&self, name: &str, object: &Value) -> Result<(), kube::Error> {
        let all = self.api(&kinds::ours()).resource_url().to_owned();
        let patch = json!([{"op": "add", "path": "/spec", "value": object["spec"]}]);
        let strict = "fieldValidation=Strict&fieldManager=prove";
        let send = async |method, url: String, kind, body: &Value| {
            let request = http::Request::builder()
                .method(method)
                .uri(url)
                .header("content-type", kind);
            let request = request
                .body(body.to_string().into_bytes())
                .map_err(kube::Error::HttpError)?;
            self.client.request::<Value>(request).await.map(drop)
        };
        let patched = send(
            "PATCH",
            format!("{all}/{name}?{strict}"),
            "application/json-patch+json",
            &patch,
        )
        .await;
        match patched {
            Err(kube::Error::Api(status)) if status.code == 404 => {
                send("POST", format!("{all}?{strict}"), "application/json", object).await
            }
            answer => answer,
        }
    }

    /// The object and its children, once the operator has seen its present generation; else what it waits for.
    ///
    /// # Errors
    /// When the API server does not answer.
    pub async fn look(&self, name: &str) -> Result<Result<Look, String>> {
        let object = self.object(name).await?;
        if object["status"]["observedGeneration"] != object["metadata"]["generation"] {
            return Ok(Err(format!(
                "status is of generation {}",
                object["status"]["observedGeneration"]
            )));
        }
        let chosen = ListParams::default().labels(&format!("{INSTANCE}={name}"));
        let lists = self.children.iter().map(|kind| {
            let (api, chosen) = (self.api(kind), &chosen);
            async move { anyhow::Ok((kind, api.list(chosen).await?)) }
        });
        let mut all = Vec::new();
        for (kind, list) in try_join_all(lists).await? {
            for child in list.items {
                let mut child = serde_json::to_value(child)?;
                // A list leaves it out of its items.
                child["kind"] = json!(kind.kind);
                child["apiVersion"] = json!(kind.api_version);
                all.push(child);
            }
        }
        if let Some(waits) = all.iter().find_map(is_behind) {
            return Ok(Err(waits));
        }
        let refusal = match refusal(&object, name) {
            Some((reason, said)) if REFUSED.contains(&reason.as_str()) => Some(said),
            Some((reason, said)) => return Ok(Err(format!("{reason}: {said}"))),
            None => None,
        };
        let autoscaled = object["spec"]["autoscaling"].is_object();
        all.push(object);
        for object in &mut all {
            choose(object, name, autoscaled);
        }
        let state = state::masked(all, &self.namespace);
        Ok(Ok(Look { state, refusal }))
    }

    /// The resource version of every object of the namespace that the operator may write, by kind and name.
    ///
    /// # Errors
    /// When the API server does not answer.
    pub async fn versions(&self) -> Result<Vec<(String, String)>> {
        let mut found = Vec::new();
        for kind in kinds::all() {
            for object in self.api(&kind).list_metadata(&ListParams::default()).await?.items {
                let (meta, namespace) = (object.metadata, &self.namespace);
                let name = format!("{namespace} {} {}", kind.kind, meta.name.unwrap_or_default());
                found.push((name, meta.resource_version.unwrap_or_default()));
            }
        }
        Ok(found)
    }

    /// Whether a Warning since `since` says that the operator cannot read the object.
    ///
    /// # Errors
    /// When the API server does not answer.
    pub async fn unreadable(&self, name: &str, since: &str) -> Result<Option<String>> {
        let kind = ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk("events.k8s.io", "v1", "Event"), "events");
        let chosen = format!("reason=Unreadable,regarding.name={name}");
        let events = self.api(&kind).list(&ListParams::default().fields(&chosen)).await?;
        let is_new = |event: &&DynamicObject| {
            let times = [&event.data["series"]["lastObservedTime"], &event.data["eventTime"]];
            times.iter().filter_map(|time| time.as_str()).any(|time| time >= since)
        };
        let note = events
            .items
            .iter()
            .find(is_new)
            .map(|event| event.data["note"].to_string());
        Ok(note)
    }

    fn api(&self, kind: &ApiResource) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), &self.namespace, kind)
    }
}

/// What a child still waits for: the stand-in for its controller, or its end.
fn is_behind(child: &Value) -> Option<String> {
    let name = &child["metadata"]["name"];
    if child["metadata"]["deletionTimestamp"].is_string() {
        return Some(format!("{} {name} is being deleted", child["kind"]));
    }
    let behind =
        child["kind"] == "Deployment" && child["status"]["observedGeneration"] != child["metadata"]["generation"];
    behind.then(|| format!("Deployment {name} is not at its generation"))
}

/// Reasons that the API server's no has. Others pass, and the child is tried again.
const REFUSED: [&str; 3] = ["Rejected", "Forbidden", "Conflict"];

/// The reason and the words of the condition that names a child which is not as it should be.
fn refusal(object: &Value, name: &str) -> Option<(String, String)> {
    let conditions = object["status"]["conditions"].as_array()?;
    let bad = |condition: &&Value| {
        (condition["type"] == "Ready" && condition["status"] == "False")
            || (condition["type"] == "Degraded" && condition["status"] == "True")
    };
    let kinds = kinds::children();
    let names_a_child = |said: &str| {
        let mut starts = kinds.iter().map(|kind| format!("{} {name}: ", kind.kind));
        starts.any(|start| said.contains(&start))
    };
    conditions.iter().filter(bad).find_map(|condition| {
        let (reason, said) = (condition["reason"].as_str()?, condition["message"].as_str()?);
        names_a_child(said).then(|| (reason.to_owned(), said.to_owned()))
    })
}

/// Puts words where the API server or an autoscaler chooses, and where the object's name is.
fn choose(object: &mut Value, name: &str, autoscaled: bool) {
    if object["kind"] == "ConfigMap" {
        state::open(object);
    }
    if autoscaled && object["kind"] == "Deployment" {
        // How many there are is the autoscaler's choice, and without one the API server's, or what was before.
        object["spec"]["replicas"] = json!("CHOSEN");
        object["status"] = json!("CHOSEN");
    }
    if object["kind"] == "WebhookService" {
        // What the user wrote is compared by what becomes of it.
        object["spec"] = json!({});
        if autoscaled {
            object["status"]["replicas"] = json!("CHOSEN");
            object["status"]["readyReplicas"] = json!("CHOSEN");
            for condition in object["status"]["conditions"].as_array_mut().into_iter().flatten() {
                let said = condition["message"].as_str().unwrap_or_default();
                // How many there are is in it.
                condition["message"] = said.trim_start_matches(|letter: char| letter.is_ascii_digit()).into();
            }
        }
    }
    replace(object, name);
}

fn replace(value: &mut Value, name: &str) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                if value.is_number() && matches!(field.as_str(), "nodePort" | "healthCheckNodePort") {
                    *value = json!("CHOSEN");
                }
                replace(value, name);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, name)),
        Value::String(text) if text.contains(name) => *text = text.replace(name, "NAME"),
        _ => {}
    }
}

/// How long an object may take to settle, on a machine with much else to do.
pub const SETTLES: Duration = Duration::from_secs(90);
