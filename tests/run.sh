#!/usr/bin/env bash
# All tests, as `make test` runs them: first those that need no cluster, then the whole on a kind cluster of its own,
# which is taken away at the end. KEEP=1 leaves it up for the next run. Ends with the test runner's own summary.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/cluster" && pwd)
for part in versions step machine binaries cluster; do . "$here/$part.sh"; done
export started

cluster=webhook-operator-test
root=$here/../..
cd "$root"
export CARGO_TARGET_DIR=$cache/target

clear_away() {
  local one
  [ -z "${KEEP:-}" ] || return 0
  for one in $bare_cluster $cluster; do "$here/down.sh" $one >"$cache/logs/down.log" 2>&1 || true; done
}
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
"$here/rust-images.sh"
"$here/bare.sh"
promtool_program
PROMTOOL=$(program promtool $prometheus) HELM=$(program helm $helm) KUBECTL=$(program kubectl $kubernetes)
WEBHOOK_OPERATOR=$CARGO_TARGET_DIR/x86_64-unknown-linux-gnu/release/webhook-operator
export HELM KUBECTL PROMTOOL WEBHOOK_OPERATOR

# on CLUSTER --test NAME... -- ARGUMENT...: the whole workspace with the same features each time, so that its crates are built once.
on() { WEBHOOK_E2E_CLUSTER=$1 cargo test --workspace --features e2e/cluster,e2e/promtool,prove/cluster --locked --no-fail-fast "${@:2}"; }

say "what alerts and recording rules mean"
on $bare_cluster --test promtool

say "faults, values and rest: a part of what \`make prove\` does"
# One after another: each measures how soon the operator is where it should be.
on $bare_cluster --test stalled --test faults --test campaign --test rest -- --test-threads 1
[ -n "${KEEP:-}" ] || "$here/down.sh" $bare_cluster
"$here/up.sh" $cluster
"$here/install.sh" $cluster
"$here/monitoring.sh" $cluster
"$here/gateway.sh" $cluster
say "tests on the cluster"
on $cluster --test cluster -- --test-threads 4
# Last: it looks at what all others had the operator do.
on $cluster --test audit
