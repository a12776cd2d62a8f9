//! Lists as they were a while ago: what a watch's list said then is said again after a restart, and its watch tells nothing until
//! the API server has caught up. Reads that are no watch's list are consistent in Kubernetes, and are never made old.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Response, Uri};
use tokio::sync::watch;

use super::call::{Call, Verb};

/// Which kinds are old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Which {
    /// Everything.
    All,
    /// The `WebhookServices` alone: the children are as they are now.
    Objects,
    /// All but the `WebhookServices`.
    Children,
}

impl Which {
    /// As a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "older-lists-of-all",
            Self::Objects => "older-lists-of-objects",
            Self::Children => "older-lists-of-children",
        }
    }

    fn holds(self, call: &Call) -> bool {
        match self {
            Self::All => true,
            Self::Objects => call.resource == "webhookservices",
            Self::Children => call.resource != "webhookservices",
        }
    }
}

/// By what was asked: with which headers, and the answer that was kept.
type Known = HashMap<Uri, (HeaderMap, Option<Response<Bytes>>)>;

/// The lists that the operator asked for, and what they said when they were kept.
#[derive(Debug)]
pub struct Older {
    known: Mutex<Known>,
    serves: watch::Sender<Option<Which>>,
}

impl Default for Older {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
            serves: watch::Sender::new(None),
        }
    }
}

impl Older {
    /// Remembers that this list is asked for.
    pub fn ask(&self, call: &Call, uri: &Uri, headers: &HeaderMap) {
        if call.verb == Verb::List && is_of_watch(uri) {
            self.lock()
                .entry(uri.clone())
                .or_insert_with(|| (headers.clone(), None));
        }
    }

    /// What was asked for so far.
    #[must_use]
    pub fn asked(&self) -> Vec<(Uri, HeaderMap)> {
        let known = self.lock();
        known
            .iter()
            .map(|(uri, (headers, _))| (uri.clone(), headers.clone()))
            .collect()
    }

    /// Keeps what a list says now.
    pub fn keep(&self, uri: &Uri, answer: Response<Bytes>) {
        if let Some((_, kept)) = self.lock().get_mut(uri) {
            *kept = Some(answer);
        }
    }

    /// From now on these lists are those that were kept; with none, the API server's own again, and held watches end.
    pub fn serve(&self, which: Option<Which>) {
        self.serves.send_replace(which);
    }

    /// The old answer to this request, where one is to be given.
    #[must_use]
    pub fn list(&self, call: &Call, uri: &Uri) -> Option<Response<Bytes>> {
        let which = (*self.serves.borrow())?;
        let is_meant = call.verb == Verb::List && which.holds(call);
        let known = self.lock();
        let (_, kept) = known.get(uri).filter(|_| is_meant)?;
        kept.clone()
    }

    /// Where a watch is to tell nothing: until when.
    #[must_use]
    pub fn silence(&self, call: &Call) -> Option<impl Future<Output = ()> + Send + Sync + use<>> {
        let which = (*self.serves.borrow())?;
        let mut serves = self.serves.subscribe();
        (call.verb == Verb::Watch && which.holds(call)).then_some(async move {
            let _ = serves.wait_for(Option::is_none).await;
        })
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A watch lists in pages.
fn is_of_watch(uri: &Uri) -> bool {
    uri.query()
        .is_some_and(|query| query.split('&').any(|pair| pair.starts_with("limit=")))
}
