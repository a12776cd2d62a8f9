//! What a Prometheus says of the receivers: whether it scrapes them. Asked apart from all other work and never waited for: a
//! Prometheus that is gone, slow or lying delays nothing. Decides nothing about a status.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::AsyncReadExt;
use http::Request;
use kube::client::ClientBuilder;
use kube::runtime::reflector::ObjectRef;
use kube::{Client, Config};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::error::root_cause;
use crate::leader::Standing;
use crate::watches::Triggers;

/// How often it is asked. One request for all objects.
const INTERVAL: Duration = Duration::from_secs(30);

/// The longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// For how long its last answer holds while it does not answer: it may only be starting anew.
const GRACE: Duration = Duration::from_mins(2);

/// The longest answer, in bytes: 10,000 services take 3 MB.
const LONGEST: u64 = 32 << 20;

/// How many targets of each Service are up, and how many are down, whatever port they are scraped on.
const QUERY: &str = "count_values by (namespace, service) (\"up\", up{service!=\"\"})";

/// Namespace and name of a Service, which are its object's.
type Place = (Box<str>, Box<str>);

/// What is known of all targets. Clones show the same.
#[derive(Clone, Debug, Default)]
pub struct Targets(Arc<RwLock<Known>>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Known {
    /// Nobody is asked.
    #[default]
    Unasked,
    /// There is no answer yet.
    Pending,
    /// Why there is none.
    Unanswered(String),
    /// Of each Service that has targets whether one is up.
    Answered(HashMap<Place, bool>),
}

/// What is known of one object's targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scrape {
    /// The installation names no Prometheus to ask.
    #[default]
    Unasked,
    /// It has yet to answer.
    Pending,
    /// It does not; why.
    Unanswered(String),
    /// It knows no such target.
    Absent,
    /// None of them answers it.
    Down,
    /// At least one does.
    Up,
}

/// One Service of an answer.
#[derive(Deserialize)]
struct Sample {
    metric: Metric,
}

#[derive(Deserialize)]
struct Metric {
    #[serde(default)]
    namespace: Box<str>,
    #[serde(default)]
    service: Box<str>,
    up: Box<str>,
}

/// Source: the [HTTP API](https://prometheus.io/docs/prometheus/latest/querying/api/).
#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum Answer {
    Success { data: Data },
    Error { error: String },
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Vector(Vec<Sample>),
}

/// A client of the Prometheus at the `http` URL, under whose path its API is.
///
/// # Errors
/// When the URL is none.
pub fn client(url: http::Uri) -> Result<Client, kube::Error> {
    let mut config = Config::new(url);
    // It is asked in the clear; the operator's image has no authorities that could be read.
    config.root_cert = Some(Vec::new());
    config.default_retry = false;
    Ok(ClientBuilder::try_from(config)?.build())
}

impl Targets {
    /// What is known of the targets of this Service.
    #[must_use]
    pub fn of(&self, namespace: &str, name: &str) -> Scrape {
        match &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            Known::Unasked => Scrape::Unasked,
            Known::Pending => Scrape::Pending,
            Known::Unanswered(why) => Scrape::Unanswered(why.clone()),
            Known::Answered(all) => match all.get(&(namespace.into(), name.into())) {
                None => Scrape::Absent,
                Some(false) => Scrape::Down,
                Some(true) => Scrape::Up,
            },
        }
    }

    /// Starts to ask `prometheus` while this process leads. Objects of whose targets another thing is known are looked at again.
    pub fn ask(&self, prometheus: Client, standing: watch::Receiver<Standing>, triggers: Triggers) {
        self.learn(Known::Pending);
        tokio::spawn(self.clone().follow(prometheus, standing, triggers));
    }

    async fn follow(self, client: Client, mut standing: watch::Receiver<Standing>, triggers: Triggers) {
        let mut answered = Instant::now();
        loop {
            if standing
                .wait_for(|standing| standing.leads(Instant::now()))
                .await
                .is_err()
            {
                return;
            }
            match timeout(PATIENCE, ask(&client)).await.unwrap_or_else(|_| Err(silence())) {
                Ok(all) => {
                    answered = Instant::now();
                    tell(self.learn(Known::Answered(all)), &triggers);
                }
                Err(why) if answered.elapsed() >= GRACE => {
                    tracing::warn!(why, "the Prometheus that is to tell what it scrapes does not");
                    tell(self.learn(Known::Unanswered(why)), &triggers);
                }
                Err(why) => tracing::info!(why, "the Prometheus that is to tell what it scrapes did not"),
            }
            sleep(INTERVAL).await;
        }
    }

    /// Keeps what is known now; gives the objects of which that is news, none for all of them.
    fn learn(&self, now: Known) -> Option<Vec<Place>> {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *known, now);
        match (&before, &*known) {
            (Known::Answered(before), Known::Answered(now)) => {
                let differs = |place: &&Place| before.get(*place) != now.get(*place);
                let gone = before.keys().filter(|place| !now.contains_key(*place));
                Some(now.keys().filter(differs).chain(gone).cloned().collect())
            }
            (before, now) if before == now => Some(Vec::new()),
            _ => None,
        }
    }
}

fn tell(news: Option<Vec<Place>>, triggers: &Triggers) {
    match news {
        Some(places) => {
            for (namespace, name) in places {
                triggers.tell_one(ObjectRef::new(&name).within(&namespace));
            }
        }
        None => triggers.tell_many(None),
    }
}

fn silence() -> String {
    format!("no answer within {} s", PATIENCE.as_secs())
}

async fn ask(client: &Client) -> Result<HashMap<Place, bool>, String> {
    let query: String = form_urlencoded::byte_serialize(QUERY.as_bytes()).collect();
    let request = Request::get(format!("/api/v1/query?query={query}"));
    let request = request.body(Vec::new()).map_err(|error| error.to_string())?;
    let answer = client
        .request_stream(request)
        .await
        .map_err(|error| root_cause(&error))?;
    let mut body = Vec::new();
    let read = answer.take(LONGEST).read_to_end(&mut body).await;
    match read {
        Ok(read) if read as u64 == LONGEST => Err(format!("its answer is longer than {} MiB", LONGEST >> 20)),
        Ok(_) => read_answer(&body),
        Err(error) => Err(root_cause(&error)),
    }
}

fn read_answer(body: &[u8]) -> Result<HashMap<Place, bool>, String> {
    let samples = match serde_json::from_slice(body) {
        Ok(Answer::Success {
            data: Data::Vector(samples),
        }) => samples,
        Ok(Answer::Error { error }) => return Err(format!("it says: {error}")),
        Err(error) => return Err(format!("its answer is none of a Prometheus: {error}")),
    };
    let mut all = HashMap::new();
    for Sample { metric } in samples {
        let is_up: &mut bool = all.entry((metric.namespace, metric.service)).or_default();
        *is_up |= &*metric.up == "1";
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
