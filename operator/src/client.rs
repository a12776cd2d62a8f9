//! The client of the API server. Owns how long it waits: kube's own waits for ever for an answer that never begins, be it to a list
//! or to the start of a watch, and the cache behind it stays as it was.

use std::time::Duration;

use kube::client::ClientBuilder;
use kube::{Client, Config};
use tower::timeout::TimeoutLayer;

/// The longest until an answer begins, with all that is tried again for it. A little longer than a write may take, so that a
/// write's own deadline is what ends it.
const BEGINS: Duration = Duration::from_secs(11);

/// The longest silence within an answer: longer than a watch lives.
const SILENCE: Duration = Duration::from_mins(1);

/// A client of the cluster that `config` names.
///
/// # Errors
/// When the configuration cannot be used.
pub fn client(mut config: Config) -> Result<Client, kube::Error> {
    config.read_timeout = Some(SILENCE);
    let builder = ClientBuilder::try_from(config)?;
    Ok(builder.with_layer(&TimeoutLayer::new(BEGINS)).build())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

    use k8s_openapi::api::core::v1::Service;
    use kube::Api;
    use kube::api::{ListParams, WatchParams};
    use tokio::net::TcpListener;
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn neither_a_list_nor_a_watch_waits_for_ever() {
        // It takes connections, and says nothing.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = format!("http://{}", listener.local_addr().unwrap());
        let services = Api::<Service>::all(client(Config::new(server.parse().unwrap())).unwrap());
        let begun = Instant::now();
        assert!(services.list(&ListParams::default()).await.is_err());
        assert!(services.watch(&WatchParams::default(), "1").await.is_err());
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        drop(listener);
    }
}
