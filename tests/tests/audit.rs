//! After all other tests: each right that the operator is granted was used by them. The API server itself sees to it that each
//! one used is granted. Runs last, on the log that the whole run left.

use std::collections::BTreeSet;

use anyhow::Result;
use e2e::{audit, cluster};
use k8s_openapi::api::rbac::v1::{ClusterRole, PolicyRule, Role};
use kube::{Api, ResourceExt};

/// A verb on a resource, as `verb group/resource`.
type Rights = BTreeSet<String>;

fn granted(rules: impl IntoIterator<Item = PolicyRule>) -> Rights {
    let mut rights = Rights::new();
    for rule in rules {
        for group in rule.api_groups.iter().flatten() {
            for resource in rule.resources.iter().flatten() {
                rights.extend(rule.verbs.iter().map(|verb| format!("{verb} {group}/{resource}")));
            }
        }
    }
    rights
}

async fn rules(client: kube::Client) -> Result<Vec<PolicyRule>> {
    let cluster_wide = Api::<ClusterRole>::all(client.clone());
    let role = cluster_wide.get("webhook-operator-system-webhook-operator").await?;
    let mut rules = role.rules.unwrap_or_default();
    for (namespace, name) in [
        (cluster::CADVISOR_NAMESPACE, "webhook-operator"),
        (cluster::OPERATOR_NAMESPACE, "webhook-operator-lease"),
    ] {
        let role = Api::<Role>::namespaced(client.clone(), namespace).get(name).await?;
        assert_eq!(role.name_any(), name);
        rules.extend(role.rules.unwrap_or_default());
    }
    Ok(rules)
}

#[tokio::test]
async fn every_right_is_used_and_none_is_a_wildcard_or_reads_secrets() -> Result<()> {
    let granted = granted(rules(cluster::client().await?).await?);
    let used: Rights = audit::since("")
        .await?
        .iter()
        .filter(|request| request.code < 300)
        .flat_map(|request| {
            let right = |verb: &str| format!("{verb} {}/{}", request.group, request.resource);
            // An apply that makes the object needs both.
            let made = (request.verb == "patch" && request.code == 201).then(|| right("create"));
            [right(&request.verb)].into_iter().chain(made)
        })
        .collect();
    let unused: Vec<_> = granted.difference(&used).collect();
    assert!(unused.is_empty(), "granted and never used: {unused:#?}");
    assert!(
        granted
            .iter()
            .all(|right| !right.contains('*') && !right.contains("secrets")),
        "{granted:#?}"
    );
    Ok(())
}
