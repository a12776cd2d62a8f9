//! What the operator writes into a pod is what the receiver reads: every variable is one of its flags, every value is one
//! that it takes. Two halves of one contract that two crates keep.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::ffi::OsString;

use clap::CommandFactory;
use serde_json::{Value, json};
use webhook_app::config::{Config, mistake};
use webhook_operator::crd::WebhookService;
use webhook_operator::{desired, validate};

/// The receiver's command line that says the same as the variables of a pod.
fn command_line(spec: &Value) -> Vec<OsString> {
    let object: WebhookService = serde_json::from_value(json!({
        "apiVersion": "webhook-operator.dev/v1alpha1", "kind": "WebhookService",
        "metadata": {"name": "orders", "namespace": "shop", "uid": "u-1"}, "spec": spec,
    }))
    .unwrap();
    let validated = validate::validate(&object, "receiver:1").unwrap();
    let pod = desired::build(&validated).deployment.spec.template.spec.unwrap();
    let command = Config::command();
    let flag = |variable: &str| {
        let mut flags = command.get_arguments();
        let flag = flags.find(|flag| flag.get_env().is_some_and(|name| name == variable));
        flag.and_then(clap::Arg::get_long)
            .unwrap_or_else(|| panic!("{variable} is no flag's"))
            .to_owned()
    };
    let mut line = vec!["webhook-app".into()];
    for variable in pod.containers[0].env.iter().flatten() {
        let value = variable.value.as_deref().unwrap_or_default();
        line.push(format!("--{}={value}", flag(&variable.name)).into());
    }
    line
}

#[test]
fn the_receiver_takes_every_setting_that_the_operator_makes() {
    let secrets = json!([{"name": "s", "key": "k"}]);
    let custom = |custom: Value| json!({"verification": {"scheme": "Custom", "secretRefs": secrets, "custom": custom}});
    let mut specs = vec![
        json!({}),
        json!({"path": "/a~b/c.d-e_f", "limits": {"maxPayloadBytes": 1, "maxConcurrentRequests": 1_000_000, "requestTimeoutSeconds": 600}}),
        json!({"limits": {"maxPayloadBytes": 104_857_600}}),
        json!({"monitoring": {"port": 9090}}),
        json!({"delivery": {"http": {"ref": {"name": "sink"}, "timeoutSeconds": 600, "attempts": 20}}}),
        json!({"delivery": {"http": {"url": "https://a.example/?q=1", "format": "CloudEvents", "caRef": {"name": "inside"}}}}),
    ];
    for scheme in ["GitHub", "StandardWebhooks", "Stripe", "Slack", "Shopify", "GitLab"] {
        specs.push(json!({"verification": {"scheme": scheme, "secretRefs": secrets, "toleranceSeconds": 3600}}));
    }
    for algorithm in ["HmacSha1", "HmacSha256", "HmacSha512", "Ed25519", "Token"] {
        for encoding in ["Hex", "Base64"] {
            specs.push(custom(
                json!({"header": "X-Sig", "algorithm": algorithm, "encoding": encoding, "prefix": "v1="}),
            ));
        }
    }
    specs.push(custom(
        json!({"header": "X-Sig", "signed": "{header:X-Id}.{timestamp}.{body}", "timestampHeader": "X-Time"}),
    ));
    specs.push(custom(json!({"header": "X-Sig", "handshake": {"style": "X"}})));
    let meta = json!({"style": "Meta", "tokenSecretRef": {"name": "s", "key": "token"}});
    specs.push(custom(json!({"header": "X-Sig", "handshake": meta})));
    for spec in specs {
        let line = command_line(&spec);
        let config = Config::read(&line).map_err(|error| mistake(&error, &line));
        let scheme = config.map(|config| config.verification.scheme());
        assert!(matches!(scheme, Ok(Ok(_))), "{spec} becomes {line:?}: {scheme:?}");
    }
}
