#!/usr/bin/env bash
# Installs this checkout's operator into a cluster with the chart: install.sh NAME. The images must be built.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step machine binaries; do . "$here/$part.sh"; done
. "$cache/state/images.env"

export KUBECONFIG=$cache/state/$1.kubeconfig
namespace=webhook-operator-system
kubectl() { "$(program kubectl $kubernetes)" "$@"; }

install() {
  "$here/load.sh" "$1" "$OPERATOR_IMAGE" "$RECEIVER_IMAGE"
  kubectl create namespace $namespace --dry-run=client -o yaml | kubectl apply -f -
  kubectl label --overwrite namespace $namespace pod-security.kubernetes.io/enforce=restricted
  "$(program helm $helm)" upgrade --install webhook-operator "$here/../../charts/webhook-operator" --namespace $namespace \
    --set-string "image.repository=${OPERATOR_IMAGE%:*},image.tag=${OPERATOR_IMAGE##*:}" \
    --set-string "receiver.image.repository=${RECEIVER_IMAGE%:*},receiver.image.tag=${RECEIVER_IMAGE##*:}" \
    --set-string "cadvisor.image.repository=${CADVISOR_IMAGE%:*},cadvisor.image.tag=${CADVISOR_IMAGE##*:}" \
    --set-string prometheus.url=http://prometheus.monitoring:9090 \
    --wait --timeout 120s
}

helm_program
step "helm install webhook-operator" install "$1"
