//! Sends what people are told, beside the work and never in its way: one Event after the other, of a queue that is bounded.
//! Decides nothing about what they say.

use std::time::Duration;

use k8s_openapi::api::core::v1::ObjectReference;
use kube::runtime::events::{Event, Recorder};
use tokio::sync::mpsc::{self, Receiver, Sender, error::TrySendError};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::gate::{Gate, Verb};

/// How many may wait. The status says what is; an Event that finds no place here was only to say when it came to be.
const PLACES: usize = 1000;

/// How long what was told last may take, once the work has ended: another operator waits for the lease.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Where to say what is to be told.
#[derive(Clone)]
pub struct Events(Sender<(ObjectReference, Event)>);

/// What is to be told and was not sent yet.
pub struct Told {
    waiting: Receiver<(ObjectReference, Event)>,
    /// One for all, so that repeats are counted and not repeated.
    recorder: Recorder,
}

/// A queue whose Events go out by this recorder.
#[must_use]
pub fn queue(recorder: Recorder) -> (Events, Told) {
    let (sender, waiting) = mpsc::channel(PLACES);
    (Events(sender), Told { waiting, recorder })
}

impl Events {
    /// Has this told of an object, soon. It waits for nothing and cannot fail.
    pub fn tell(&self, object: ObjectReference, event: Event) {
        if let Err(TrySendError::Full((object, event))) = self.0.try_send((object, event)) {
            tracing::warn!(
                object = object.name,
                namespace = object.namespace,
                reason = event.reason,
                "no Event: {PLACES} wait already"
            );
        }
    }
}

impl Told {
    /// Sends what comes until the work `is_over`, and then, for a moment, what is left.
    pub async fn send(mut self, gate: &Gate, mut is_over: oneshot::Receiver<()>) {
        loop {
            tokio::select! {
                Some((object, event)) = self.waiting.recv() => self.publish(gate, &object, &event).await,
                _ = &mut is_over => break,
            }
        }
        let rest = async {
            while let Ok((object, event)) = self.waiting.try_recv() {
                self.publish(gate, &object, &event).await;
            }
        };
        if timeout(LAST_WORDS, rest).await.is_err() {
            tracing::warn!("what was told last was not sent as an Event any more");
        }
    }

    async fn publish(&self, gate: &Gate, object: &ObjectReference, event: &Event) {
        let name = object.name.as_deref().unwrap_or_default();
        let request = self.recorder.publish(event, object);
        if let Err(error) = gate.pass(Verb::Event, "Event", name, request).await {
            tracing::warn!(%error, "event could not be written");
        }
    }
}
