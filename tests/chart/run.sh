#!/usr/bin/env bash
# Has the chart and what the operator makes of the examples judged, with programs that it builds or installs first.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../cluster" && pwd)
for part in versions step machine binaries; do . "$here/$part.sh"; done

root=$here/../..
export CARGO_TARGET_DIR=$cache/target

need_go
need_rust
install_packages python3 python3-venv
helm_program
kube_score_program
checkov_program
children=$(mktemp --suffix=.yaml)
trap 'rm -f "$children"' EXIT
for example in "$root"/examples/*.yaml; do
  cargo run --quiet --locked --manifest-path "$root/Cargo.toml" -p webhook-operator -- render "$example" --namespace shop --receiver-image registry.example/webhook-app:1
done >"$children"
say "the chart and the examples' children, judged"
HELM=$(program helm $helm) KUBE_SCORE=$(program kube-score $kube_score) CHECKOV=$(checkov_file) "$root/tests/chart/check.sh" "$children"
