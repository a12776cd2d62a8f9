//! Every Prometheus and agent of the cluster, and the namespaces' labels by which they choose. Only reads; what that means for an
//! object is in its status.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Namespace;
use kube::{Client, ResourceExt};

use crate::external::{Prometheus, PrometheusAgent};
use crate::optional::{self, Feature, Served, built_in, cache, custom};
use crate::scope::ScopeSettings;
use crate::scraper::{Labels, Scraper};
use crate::status::Scrapers;
use crate::subject::{Concerns, Metadata, Subject};
use crate::watches::Triggers;

/// What is watched; nothing where the operator works in a list of namespaces and has rights in those alone.
#[derive(Clone, Default)]
pub struct Prometheuses(Option<Watched>);

#[derive(Clone)]
struct Watched {
    prometheuses: Feature<Scraper>,
    agents: Feature<Scraper>,
    namespaces: Feature<Labels>,
}

impl Prometheuses {
    /// Starts to watch, where `scope` is the whole cluster.
    #[must_use]
    pub fn start(client: &Client, scope: &ScopeSettings, triggers: &Triggers) -> Self {
        if !scope.namespaces.is_empty() {
            return Self::default();
        }
        let all = &[None];
        let prometheuses = Subject::of::<Prometheus>(client, all, Scraper::of_prometheus).concerning(Concerns::All);
        let agents = Subject::of::<PrometheusAgent>(client, all, Scraper::of_agent).concerning(Concerns::All);
        let namespaces = Subject::of::<Namespace>(client, all, |namespace: &Metadata| namespace.labels().clone());
        Self(Some(Watched {
            prometheuses: custom(prometheuses, triggers),
            agents: custom(agents, triggers),
            namespaces: built_in(namespaces.concerning(Concerns::Within), triggers),
        }))
    }

    /// Resolves once it is known what there is, or that it cannot be known.
    pub async fn known(&self) {
        if let Self(Some(watched)) = self {
            tokio::join!(
                optional::known(&watched.prometheuses),
                optional::known(&watched.agents),
                optional::known(&watched.namespaces),
            );
        }
    }

    /// All of them.
    #[must_use]
    pub fn scrapers(&self) -> Scrapers {
        let Self(Some(watched)) = self else {
            let why = "the operator works in a list of namespaces, and may not look for Prometheuses beside them";
            return Scrapers::Unseen(why.to_owned());
        };
        let mut found = Vec::new();
        for feature in [&watched.prometheuses, &watched.agents] {
            match &*feature.borrow() {
                Served::Unknown => return Scrapers::Pending,
                Served::Absent => {}
                Served::Refused(said) => {
                    return Scrapers::Unseen(format!(
                        "Prometheuses cannot be looked for: {said}: grant the operator list and watch of prometheuses and prometheusagents"
                    ));
                }
                Served::Filled(all) => found.extend(all.all()),
            }
        }
        Scrapers::Found(found)
    }

    /// The labels of a namespace; none where they may not be seen.
    #[must_use]
    pub fn labels(&self, namespace: &str) -> Option<Arc<Labels>> {
        let Self(watched) = self;
        cache(&watched.as_ref()?.namespaces)?.get("", namespace)
    }
}
