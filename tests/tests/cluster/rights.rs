//! A right that the operator lacks costs the feature that needs it, which says so and names the verb; all else goes on, and
//! the feature follows once the right is there.

use anyhow::{Context, Result};
use e2e::objects::UP;
use e2e::wait::{holds, until};
use e2e::{cluster, space};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::rbac::v1::ClusterRole;
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::{Value, json};

const ROLE: &str = "webhook-operator-system-webhook-operator";

fn small() -> Value {
    json!({"replicas": 2, "resources": {"requests": {"cpu": "5m"}}, "monitoring": {"containerMetrics": "None"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_right_costs_its_feature_alone_and_is_named() -> Result<()> {
    let _use = cluster::alone().await;
    space::with("rights", |space| async move {
        let roles = Api::<ClusterRole>::all(space.client.clone());
        let whole = roles.get(ROLE).await?;
        let mut less = whole.clone();
        for rule in less.rules.iter_mut().flatten() {
            let has = |name: &str| rule.resources.iter().flatten().any(|one| one == name);
            // One may be seen and not made; the other not even be seen.
            if has("poddisruptionbudgets") {
                rule.verbs.retain(|verb| verb != "create" && verb != "patch");
            } else if has("networkpolicies") {
                rule.resources = Some(vec!["ingresses".to_owned()]);
            }
        }
        roles.replace(ROLE, &PostParams::default(), &less).await?;
        // A watch that is allowed already goes on: only a new process meets the wall.
        let restart = [
            "-n",
            cluster::OPERATOR_NAMESPACE,
            "rollout",
            "restart",
            "deployment/webhook-operator",
        ];
        let without = async {
            cluster::kubectl(&restart).await?;
            cluster::operators_rolled_out().await?;
            space.apply("orders", small()).await?;
            space.ready("orders").await?;
            until("Degraded names both verbs", UP, || async {
                let (reason, message) = space.condition("orders", "Degraded", "True").await?;
                let names = |verb: &str, kind: &str| message.contains(&format!("cannot {verb} resource \"{kind}\""));
                let is_so =
                    reason == "Forbidden" && names("list", "networkpolicies") && names("patch", "poddisruptionbudgets");
                Ok(holds(is_so, &(reason, message.clone())))
            })
            .await
        };
        let without = without.await;
        // Put back before anything is judged: other tests need it.
        let back = Patch::Merge(json!({"rules": whole.rules.context("no rules")?}));
        roles.patch(ROLE, &PatchParams::default(), &back).await?;
        without?;
        space.exists::<NetworkPolicy>("orders", true).await?;
        space.exists::<PodDisruptionBudget>("orders", true).await?;
        space.condition("orders", "Degraded", "False").await?;
        Ok(())
    })
    .await
}
