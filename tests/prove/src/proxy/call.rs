//! What a request to the API server is about: verb, resource, where, and which object. Pure.

use std::fmt;

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Reads one object, or asks which kinds are served.
    Get,
    /// Reads all objects of a kind.
    List,
    /// Follows them.
    Watch,
    /// POST.
    Create,
    /// PUT.
    Update,
    /// PATCH, which is server-side apply too.
    Patch,
    /// DELETE.
    Delete,
}

impl Verb {
    /// Whether it may change something.
    #[must_use]
    pub fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Patch | Self::Delete)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }
}

/// The namespaces of one run, so that runs in different ones can be compared.
#[derive(Clone, Debug)]
pub struct Places {
    /// That of the objects.
    pub own: String,
    /// That of the shared cAdvisor.
    pub shared: String,
}

impl Places {
    /// What a namespace is called in every run alike.
    #[must_use]
    pub fn name(&self, namespace: Option<&str>) -> String {
        match namespace {
            None => "all".to_owned(),
            Some(own) if own == self.own => "own".to_owned(),
            Some(shared) if shared == self.shared => "shared".to_owned(),
            Some(other) => other.to_owned(),
        }
    }

    /// Whether a namespace is one of the run's.
    #[must_use]
    pub fn holds(&self, namespace: &str) -> bool {
        namespace == self.own || namespace == self.shared
    }
}

/// One request, without what two runs differ in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call {
    /// What it does.
    pub verb: Verb,
    /// The resource with its subresource, `webhookservices.status`; `deployments.meta` where only metadata is read.
    pub resource: String,
    /// `own`, `shared`, `all`, or a namespace's name.
    pub place: String,
    /// The object's name; none where all are meant, and none for Events, whose names are made of the time.
    pub name: Option<String>,
}

impl Call {
    /// Reads it off a request.
    #[must_use]
    pub fn of(request: &http::request::Parts, places: &Places) -> Self {
        let query = request.uri.query().unwrap_or_default();
        let mut words = request.uri.path().split('/').filter(|word| !word.is_empty());
        let group = match words.next() {
            Some("apis") => words.by_ref().take(2).collect::<Vec<_>>().join("/"),
            _ => words.next().unwrap_or_default().to_owned(),
        };
        let words: Vec<_> = words.collect();
        let (namespace, rest) = match words.as_slice() {
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
            rest => (None, rest),
        };
        let kind = rest
            .first()
            .map_or_else(|| format!("apis of {group}"), |kind| (*kind).to_owned());
        let name = rest.get(1).map(|name| (*name).to_owned());
        let verb = match request.method.as_str() {
            "POST" => Verb::Create,
            "PUT" => Verb::Update,
            "PATCH" => Verb::Patch,
            "DELETE" => Verb::Delete,
            _ if rest.is_empty() || name.is_some() => Verb::Get,
            _ if query.split('&').any(|pair| pair == "watch=true") => Verb::Watch,
            _ => Verb::List,
        };
        let accepts = request.headers.get("accept").and_then(|value| value.to_str().ok());
        let mut resource = kind.clone();
        if !verb.writes() && accepts.is_some_and(|accepts| accepts.contains("PartialObjectMetadata")) {
            resource += ".meta";
        }
        if let Some(part) = rest.get(2) {
            resource = format!("{resource}.{part}");
        }
        Self {
            verb,
            resource,
            place: places.name(namespace),
            name: name.filter(|_| kind != "events"),
        }
    }

    /// Whether it keeps the lease, which is no work.
    #[must_use]
    pub fn is_lease(&self) -> bool {
        self.resource == "leases"
    }

    /// Whether it tells of an Event. A lost one is not written again, and one told twice is no harm.
    #[must_use]
    pub fn is_event(&self) -> bool {
        self.resource == "events"
    }
}

impl fmt::Display for Call {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or("*");
        write!(out, "{}:{}:{}:{name}", self.verb.word(), self.resource, self.place)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

    use super::*;

    fn read(method: &str, uri: &str, accept: &str) -> String {
        let request = http::Request::builder()
            .method(method)
            .uri(uri)
            .header("accept", accept);
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let places = Places {
            own: "prove-1".to_owned(),
            shared: "system-cadvisor".to_owned(),
        };
        Call::of(&parts, &places).to_string()
    }

    #[test]
    fn each_form_of_request_is_told_apart() {
        for (method, uri, expected) in [
            ("GET", "/api/v1/services?limit=500", "list:services:all:*"),
            (
                "GET",
                "/api/v1/services?watch=true&timeoutSeconds=50",
                "watch:services:all:*",
            ),
            (
                "GET",
                "/apis/apps/v1/namespaces/system-cadvisor/daemonsets?",
                "list:daemonsets:shared:*",
            ),
            (
                "PATCH",
                "/apis/apps/v1/namespaces/prove-1/deployments/orders?force=true",
                "patch:deployments:own:orders",
            ),
            (
                "PATCH",
                "/apis/webhook-operator.dev/v1alpha1/namespaces/prove-1/webhookservices/orders/status",
                "patch:webhookservices.status:own:orders",
            ),
            (
                "DELETE",
                "/api/v1/namespaces/kube-system/services/kubelet",
                "delete:services:kube-system:kubelet",
            ),
            (
                "POST",
                "/apis/events.k8s.io/v1/namespaces/prove-1/events",
                "create:events:own:*",
            ),
            (
                "PATCH",
                "/apis/events.k8s.io/v1/namespaces/prove-1/events/orders.18",
                "patch:events:own:*",
            ),
            (
                "GET",
                "/apis/monitoring.coreos.com/v1",
                "get:apis of monitoring.coreos.com/v1:all:*",
            ),
            ("GET", "/api/v1/namespaces/prove-1", "get:namespaces:all:prove-1"),
        ] {
            assert_eq!(read(method, uri, "application/json"), expected);
        }
        let meta = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
        assert_eq!(
            read("GET", "/apis/apps/v1/deployments?watch=true", meta),
            "watch:deployments.meta:all:*"
        );
    }
}
