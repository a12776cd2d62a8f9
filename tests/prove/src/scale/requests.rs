//! What was asked of the API server, counted from its own audit log. The log holds the requests of the installation's
//! service account, which all contenders are. Only reads.

use std::ops::AddAssign;

use anyhow::Result;
use e2e::audit::{self, Request};
use e2e::objects::CHILDREN;
use serde::{Deserialize, Serialize};

use super::field::Field;

/// Requests by what they are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// Writes of children.
    pub children: usize,
    /// Writes of statuses.
    pub statuses: usize,
    /// Events about objects.
    pub events: usize,
    /// GET and LIST.
    pub reads: usize,
    /// Writes elsewhere: the shared objects.
    pub elsewhere: usize,
}

impl Requests {
    /// All that were answered after `from`, and not after `to`.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn between(field: &Field, from: &str, to: &str) -> Result<Self> {
        let mut requests = Self::default();
        for request in audit::since(from).await? {
            if request.at.as_str() <= to {
                requests += kind_of(&request, field);
            }
        }
        Ok(requests)
    }

    /// How many there are.
    #[must_use]
    pub fn all(&self) -> usize {
        let Self {
            children,
            statuses,
            events,
            reads,
            elsewhere,
        } = self;
        children + statuses + events + reads + elsewhere
    }
}

impl AddAssign for Requests {
    fn add_assign(&mut self, other: Self) {
        self.children += other.children;
        self.statuses += other.statuses;
        self.events += other.events;
        self.reads += other.reads;
        self.elsewhere += other.elsewhere;
    }
}

fn kind_of(request: &Request, field: &Field) -> Requests {
    let is_child = CHILDREN.split(',').any(|kind| kind == request.resource);
    let is_here = field.has(Some(&request.namespace));
    let mut requests = Requests::default();
    let count = match (request.verb.as_str(), request.resource.as_str()) {
        ("watch", _) => return requests,
        ("get" | "list", _) => &mut requests.reads,
        (_, "events") => &mut requests.events,
        (_, "webhookservices/status") if is_here => &mut requests.statuses,
        _ if is_child && is_here => &mut requests.children,
        _ => &mut requests.elsewhere,
    };
    *count = 1;
    requests
}
