#!/usr/bin/env bash
# Brings up the cluster in which convergence is proved and scale is measured, and the definitions that the operator looks
# for: bare.sh [NAME]. Its API server is real; nothing makes pods in it, and a test writes the status that theirs would have.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step machine binaries cluster; do . "$here/$part.sh"; done

of "${1:-$bare_cluster}"
is_bare || fail "$name is no name of a cluster without pods: begin it with $bare_cluster"
export KUBECONFIG=$kubeconfig
kubectl() { "$(program kubectl $kubernetes)" "$@"; }
module() { go mod download -json "$1" | jq -r .Dir; }

define() {
  local monitoring; monitoring=$(module "github.com/prometheus-operator/prometheus-operator@v$prometheus_operator")/example/prometheus-operator-crd
  local files=(
    -f "$monitoring/monitoring.coreos.com_servicemonitors.yaml"
    -f "$monitoring/monitoring.coreos.com_prometheusrules.yaml"
    -f "$(module "sigs.k8s.io/gateway-api@v$gateway_api")/config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"
  )
  kubectl apply --server-side --force-conflicts "${files[@]}"
  kubectl wait --for=condition=Established --timeout=60s "${files[@]}"
}

"$here/up.sh" "$name"
helm_program
install_packages jq
step "definitions of ServiceMonitor, PrometheusRule and HTTPRoute" define
