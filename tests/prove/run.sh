#!/usr/bin/env bash
# Proves convergence and measures what it costs, as `make prove` runs it: builds all programs, brings the cluster without pods
# up, runs the parts named (all: faults, campaign, rest, scale), then writes docs/reliability.md. Words after `--` go to each
# part: run.sh scale -- --only edits. KEEP=1 leaves the cluster up for the next run. Wants the machine for itself.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step machine binaries cluster; do . "$here/../cluster/$part.sh"; done
export started

root=$here/../..
target=x86_64-unknown-linux-gnu
export CARGO_TARGET_DIR=$cache/target
cluster=$bare_cluster

# The operator as its image holds it, and what measures it, which is to cost as little as it can.
compile() {
  RUSTFLAGS='-C target-feature=+crt-static' cargo build --locked --manifest-path "$root/Cargo.toml" --target $target -p webhook-operator -p prove --release
}
compile_go() { (cd "$here/peers/go" && go build -mod=readonly -trimpath -ldflags '-s -w' -o "$1" .); }

clear_away() { [ -n "${KEEP:-}" ] || "$here/../cluster/down.sh" "$cluster" >"$cache/logs/down.log" 2>&1 || true; }

parts=()
while [ $# -gt 0 ]; do
  case $1 in
    --) shift; break ;;
    *) parts+=("$1"); shift ;;
  esac
done
[ ${#parts[@]} -gt 0 ] || parts=(faults campaign rest scale)

need_linux
need_rust
need_go
step "compiling the operator and its proof" compile
go=$cache/bin/prove-go-$(key "$here"/peers/go/*)
[ -e "$go" ] || step "compiling the operator in Go" keep "$go" compile_go
prove=$CARGO_TARGET_DIR/$target/release/prove
trap clear_away EXIT
"$here/../cluster/bare.sh" "$cluster"

WEBHOOK_OPERATOR=$CARGO_TARGET_DIR/$target/release/webhook-operator GO_OPERATOR=$go WEBHOOK_E2E_CLUSTER=$cluster
HELM=$(program helm $helm) KUBECTL=$(program kubectl $kubernetes)
export WEBHOOK_OPERATOR GO_OPERATOR WEBHOOK_E2E_CLUSTER HELM KUBECTL
failed=()
for part in "${parts[@]}"; do
  say "prove $part"
  # What is missed is in the report too: the other parts are run all the same.
  "$prove" "$part" "$@" || failed+=("$part")
done
"$prove" report --out "$root/docs"
[ ${#failed[@]} -eq 0 ] || fail "not all is as it should be in: ${failed[*]}; docs/reliability.md says what"
