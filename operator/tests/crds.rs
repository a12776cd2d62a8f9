//! `crds/` is what the operator's own `crds` subcommand prints. A stale file would teach users fields that are not served.

use std::process::Command;

#[test]
fn the_committed_crd_is_what_the_operator_prints() {
    let printed = Command::new(env!("CARGO_BIN_EXE_webhook-operator"))
        .arg("crds")
        .output()
        .unwrap();
    assert!(printed.status.success());
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../crds/webhookservices.yaml");
    let committed = std::fs::read_to_string(committed).unwrap();
    assert!(
        committed == String::from_utf8(printed.stdout).unwrap(),
        "crds/ is stale: run `make crds`"
    );
}
