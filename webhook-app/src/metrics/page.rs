//! The metrics as text, for whoever asks. Where that takes files, they are read beside the threads that serve webhooks.

use std::sync::Arc;

use prometheus::{Registry, TextEncoder};
use tokio::sync::Mutex;

use super::Metrics;
use crate::container::Container;

/// How the encoder writes the bound of a whole second, and how the original and `OpenMetrics` do. A label's value is
/// part of a series' name: with the encoder's, recorded series of the original would end here.
const RUST_BOUND: &str = "{le=\"1\"}";
const BOUND: &str = "{le=\"1.0\"}";

/// Files are read for one who asks at a time: however many ask, they take no more than a few threads.
pub(super) type Turns = Arc<Mutex<()>>;

impl Metrics {
    /// Tells of this container too from now on.
    ///
    /// # Errors
    /// When its families clash with others, which no input can cause.
    pub fn tell_of(&mut self, container: Container) -> Result<(), prometheus::Error> {
        self.registry.register(Box::new(container))?;
        self.turns = Some(Turns::default());
        Ok(())
    }

    /// All families in Prometheus' text format 0.0.4.
    ///
    /// # Errors
    /// When a family cannot be written as text, which no input can cause.
    pub async fn page(&self) -> Result<String, prometheus::Error> {
        let Some(turns) = &self.turns else {
            return self.text();
        };
        let turn = Arc::clone(turns).lock_owned().await;
        let registry = self.registry.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let text = write(&registry);
            // Not before, should nobody wait for it any more.
            drop(turn);
            text
        });
        reading
            .await
            .unwrap_or_else(|error| Err(prometheus::Error::Msg(error.to_string())))
    }

    /// The same, by this thread.
    ///
    /// # Errors
    /// As [`Self::page`].
    pub fn text(&self) -> Result<String, prometheus::Error> {
        write(&self.registry)
    }
}

fn write(registry: &Registry) -> Result<String, prometheus::Error> {
    let mut text = String::with_capacity(8192);
    TextEncoder::new().encode_utf8(&registry.gather(), &mut text)?;
    Ok(text.replace(RUST_BOUND, BOUND))
}
