#!/usr/bin/env bash
# Puts the Prometheus Operator and one Prometheus into a cluster: monitoring.sh NAME. Run again, it changes nothing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step machine binaries docker images; do . "$here/$part.sh"; done

export KUBECONFIG=$cache/state/$1.kubeconfig
kubectl() { "$(program kubectl $kubernetes)" "$@"; }
# What each kind's CRD file is called in the Prometheus Operator's own module. It watches all of these at its start.
kinds=(alertmanagerconfigs alertmanagers podmonitors probes prometheusagents prometheuses prometheusrules scrapeconfigs servicemonitors thanosrulers)

manifest() {
  sed "s#PROMETHEUS_OPERATOR_IMAGE#$prometheus_operator_image#; s#RELOADER_IMAGE#$reloader_image#; s#PROMETHEUS_IMAGE#$prometheus_image#" "$here/manifests/$1"
}

install() {
  local module kind files=()
  module=$(go mod download -json "github.com/prometheus-operator/prometheus-operator@v$prometheus_operator" | jq -r .Dir)
  for kind in "${kinds[@]}"; do files+=(-f "$module/example/prometheus-operator-crd/monitoring.coreos.com_$kind.yaml"); done
  # Server-side: the definitions are too large for the annotation that a client-side apply leaves.
  kubectl apply --server-side --force-conflicts "${files[@]}"
  kubectl wait --for=condition=Established --timeout=60s "${files[@]}"
  manifest prometheus-operator.yaml | kubectl apply --server-side -f -
  manifest prometheus.yaml | kubectl apply --server-side -f -
  kubectl -n monitoring rollout status deployment/prometheus-operator --timeout=120s
  kubectl -n monitoring wait --for=condition=Available --timeout=180s prometheus/prometheus
}

if can_pull; then
  for image in $(monitoring_images); do has_image "$image" || step "pulling $image" docker pull "$image"; done
  # shellcheck disable=SC2046 # one word an image
  "$here/load.sh" "$1" $(monitoring_images)
fi
install_packages jq
step "Prometheus Operator and Prometheus" install
