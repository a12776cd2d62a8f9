//! Where runs happen, one after the other: an installation of its own, with its namespaces. Knows what is in them, and clears them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::events::v1::Event;
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams};
use kube::{Api, Client};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::workload::{Deed, Step};
use crate::installation::Installation;
use crate::mirror::{Mirror, Mirrored};
use crate::proxy::call::Places;
use crate::state::{State, mask, open};

/// How often the mirror is looked at.
pub const LOOK: Duration = Duration::from_millis(50);

/// The longest that clearing may take.
const CLEAR: Duration = Duration::from_secs(30);

/// One lane.
pub struct Lane {
    /// Its installation.
    pub installation: Installation,
    /// Its namespaces.
    pub places: Places,
    /// The API server, for the proxy.
    pub upstream: Client,
    admin: Client,
    mirror: Arc<Mirror>,
}

impl Lane {
    /// Installs what the lane of this number needs, or finds it.
    ///
    /// # Errors
    /// When helm, or the API server, does not do it.
    pub async fn make(number: usize, admin: Client, mirror: Arc<Mirror>) -> Result<Self> {
        let installation = Installation::make(Some(&format!("lane{number}"))).await?;
        let places = Places {
            own: format!("prove-of-lane{number}"),
            shared: installation.shared_namespace(),
        };
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": places.own}});
        let namespaces = Api::<Namespace>::all(admin.clone());
        let applied = PatchParams::apply("prove");
        namespaces
            .patch(&places.own, &applied, &Patch::Apply(&namespace))
            .await?;
        let upstream = installation.bare_client().await?;
        Ok(Self {
            installation,
            places,
            upstream,
            admin,
            mirror,
        })
    }

    /// Its state now, masked, by `own Kind/name` and `shared Kind/name`.
    #[must_use]
    pub fn state(&self) -> State {
        let id = self.installation.id.as_deref().unwrap_or_default();
        let names = [
            (self.places.shared.as_str(), "SHARED"),
            (&self.installation.namespace, "INSTALLATION"),
            (&self.places.own, "OWN"),
            (id, "ID"),
        ];
        let mut state = State::new();
        for namespace in [&self.places.own, &self.places.shared] {
            for mut one in self.mirror.objects(namespace) {
                let place = self.places.name(Some(namespace));
                let key = format!("{place} {}/{}", one.resource.kind, one.name());
                if one.resource.kind == "ConfigMap" {
                    open(&mut one.object);
                }
                mask(&mut one.object, &names);
                state.insert(key, one.object);
            }
        }
        state
    }

    /// The `WebhookServices` whose status is not about their present generation.
    #[must_use]
    pub fn unobserved(&self) -> Vec<String> {
        let objects = self.mirror.objects(&self.places.own).into_iter();
        let ours = objects.filter(|one| one.resource.kind == "WebhookService");
        let behind = ours.filter(|one| {
            let field = |path: &str| one.object.pointer(path).and_then(Value::as_i64);
            field("/status/observedGeneration") != field("/metadata/generation")
        });
        behind
            .map(|one| format!("{}: observedGeneration is not generation", one.name()))
            .collect()
    }

    /// Does what users do in one step.
    ///
    /// # Errors
    /// When the API server refuses it.
    pub async fn perform(&self, step: &Step) -> Result<()> {
        match step {
            Step::InTurn(deeds) => {
                for deed in deeds {
                    self.perform_one(deed).await?;
                }
            }
            Step::Together(deeds) => {
                futures::future::try_join_all(deeds.iter().map(|deed| self.perform_one(deed))).await?;
            }
        }
        Ok(())
    }

    async fn perform_one(&self, deed: &Deed) -> Result<()> {
        let resource = kube::api::ApiResource::erase::<webhook_operator::crd::WebhookService>(&());
        let api = Api::<DynamicObject>::namespaced_with(self.admin.clone(), &self.places.own, &resource);
        match deed {
            Deed::Apply(name, spec) => {
                let object = self.installation.object(name, spec);
                let user = PatchParams::apply("user").force();
                api.patch(name, &user, &Patch::Apply(&object)).await?;
            }
            Deed::Delete(name) => {
                api.delete(name, &DeleteParams::background()).await?;
            }
        }
        Ok(())
    }

    /// Takes away all that a run has left; no operator may run.
    ///
    /// # Errors
    /// When it is not all gone within half a minute.
    pub async fn clear(&self) -> Result<()> {
        let all = (DeleteParams::background(), ListParams::default());
        let events = Api::<Event>::namespaced(self.admin.clone(), &self.places.own);
        events.delete_collection(&all.0, &all.1).await?;
        let leases = Api::<Lease>::namespaced(self.admin.clone(), &self.installation.namespace);
        leases.delete_collection(&all.0, &all.1).await?;
        let deadline = Instant::now() + CLEAR;
        loop {
            let left = [&self.places.own, &self.places.shared].map(|place| (place, self.mirror.objects(place)));
            if left.iter().all(|(_, objects)| objects.is_empty()) {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "{} cannot be cleared", self.places.own);
            for (place, objects) in &left {
                self.delete(place, objects).await;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn delete(&self, namespace: &str, objects: &[Mirrored]) {
        for one in objects {
            let api = Api::<DynamicObject>::namespaced_with(self.admin.clone(), namespace, &one.resource);
            // It may be gone by now.
            let _ = api.delete(one.name(), &DeleteParams::background()).await;
        }
    }
}
