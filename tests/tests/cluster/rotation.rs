//! A secret changes while its sender sends: no webhook is refused that should not be, none is taken that should not be.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use bench::closed_loop::github_signature;
use bench::open_loop::Plan;
use bytes::Bytes;
use e2e::load::{Load, address};
use e2e::objects::UP;
use e2e::space::Space;
use e2e::wait::{holds, until};
use e2e::{cluster, receiver, space};
use http_body_util::Full;
use serde_json::json;

/// The secret that a sender signs with.
#[derive(Clone)]
struct Signer(Arc<Mutex<String>>);

impl Signer {
    fn new(secret: &str) -> Self {
        Self(Arc::new(Mutex::new(secret.to_owned())))
    }

    fn change(&self, secret: &str) {
        secret.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// GitHub's signature of a body.
    fn sign(&self, body: &str) -> String {
        let secret = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        github_signature(secret.as_bytes(), body.as_bytes())
    }
}

async fn send(space: &Space, rate: u32, signer: &Signer) -> Result<Load> {
    let address = address(space, "github").await?;
    let signer = signer.clone();
    let plan = Plan {
        address,
        rate,
        fresh_percent: 20,
        request: Arc::new(move |number| {
            let body = format!("{{\"number\":{number}}}");
            let request = http::Request::post("/webhook").header("host", address.to_string());
            let request = request.header("content-type", "application/json");
            let request = request.header("x-hub-signature-256", signer.sign(&body));
            request.body(Full::new(Bytes::from(body))).unwrap_or_default()
        }),
    };
    Load::start(plan, 0).await
}

/// Waits until this counter of every receiver is at least `least`.
async fn counts(space: &Space, series: &str, least: u64) -> Result<()> {
    until(&format!("{series} is {least}"), UP, || async {
        let seen = receiver::values(space, "github", series).await?;
        Ok(holds(
            !seen.is_empty() && seen.iter().all(|value| *value >= least),
            &seen,
        ))
    })
    .await
}

const LOADED: &str = "webhook_secret_reloads_total{result=\"loaded\"}";

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_changes_under_load_without_one_wrong_answer() -> Result<()> {
    let _use = cluster::shared().await;
    space::with("rotation", |space| async move {
        space.store("hooks", &[("current", "first")]).await?;
        let refs = json!([{"name": "hooks", "key": "current"}, {"name": "hooks", "key": "previous", "optional": true}]);
        let verification = json!({"scheme": "GitHub", "secretRefs": refs});
        let resources = json!({"requests": {"cpu": "10m"}});
        space
            .apply("github", json!({"verification": verification, "resources": resources}))
            .await?;
        space.ready("github").await?;
        e2e::objects::answers(&space, "github").await?;
        let (sender, forger) = (Signer::new("first"), Signer::new("guessed"));
        let (good, bad) = (send(&space, 200, &sender).await?, send(&space, 50, &forger).await?);

        space
            .store("hooks", &[("current", "second"), ("previous", "first")])
            .await?;
        counts(&space, LOADED, 1).await?;
        counts(&space, "webhook_verifications_total{key=\"hooks_previous\"}", 1).await?;
        sender.change("second");
        let current = "webhook_verifications_total{key=\"hooks_current\"}";
        let before = receiver::values(&space, "github", current).await?;
        counts(&space, current, before.into_iter().max().unwrap_or_default() + 1).await?;
        space.store("hooks", &[("current", "second")]).await?;
        counts(&space, LOADED, 2).await?;
        // From here on the old secret is worth as little as a guess.
        forger.change("first");
        let stale = "webhook_rejections_total{reason=\"signature_mismatch\"}";
        counts(&space, stale, 20).await?;

        let (good, bad) = (good.end().await?, bad.end().await?);
        assert_eq!(good.failed(), 0, "{:?}", good.outcomes);
        let refused = bench::connection::Outcome::Answered(401);
        assert_eq!(
            bad.outcomes.keys().collect::<Vec<_>>(),
            [&refused],
            "{:?}",
            bad.outcomes
        );
        assert!(good.sent() > 500 && bad.sent() > 100);
        Ok(())
    })
    .await
}
