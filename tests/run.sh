#!/usr/bin/env bash
# All tests, as `make test` runs them: first those that need no cluster, then the whole on a kind cluster of its own,
# which is taken away at the end. KEEP=1 leaves it up for the next run. Ends with the test runner's own summary.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/cluster" && pwd)
for part in versions step machine binaries; do . "$here/$part.sh"; done
export started

cluster=webhook-operator-test
root=$here/../..
cd "$root"
export CARGO_TARGET_DIR=$cache/target

clear_away() { [ -n "${KEEP:-}" ] || "$here/down.sh" $cluster >"$cache/logs/down.log" 2>&1 || true; }
trap clear_away EXIT

need_linux
need_rust
install_packages procps git
# The original, which the receiver is compared with, runs in a virtual environment.
python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3 python3-venv

say "formatting and lints"
cargo fmt --all --check
cargo clippy --workspace --all-targets --all-features --locked --quiet -- -D warnings
say "tests without a cluster"
cargo test --workspace --locked --no-fail-fast
"$root/webhook-app/fuzz/run.sh" 4
"$root/tests/chart/run.sh"
"$here/up.sh" $cluster
"$here/rust-images.sh"
"$here/install.sh" $cluster
"$here/monitoring.sh" $cluster
"$here/gateway.sh" $cluster
say "tests on the cluster"
promtool_program
WEBHOOK_E2E_CLUSTER=$cluster PROMTOOL=$(program promtool $prometheus) HELM=$(program helm $helm) KUBECTL=$(program kubectl $kubernetes)
export WEBHOOK_E2E_CLUSTER HELM KUBECTL PROMTOOL
# The whole workspace, so that its crates are built with the same features as above.
cargo test --workspace --features e2e/cluster --test cluster --locked --no-fail-fast -- --test-threads 4
# Last: it looks at what all others had the operator do.
cargo test --workspace --features e2e/cluster --test audit --locked
