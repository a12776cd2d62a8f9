#!/usr/bin/env bash
# Gives a cluster ways in and measured pods: gateway.sh NAME. The Gateway API, Traefik for it and for Ingresses, and
# metrics-server. Run again, it changes nothing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step machine binaries docker images; do . "$here/$part.sh"; done

export KUBECONFIG=$cache/state/$1.kubeconfig
kubectl() { "$(program kubectl $kubernetes)" "$@"; }

# Upstream's name only for upstream's image: ours lacks some of its parts.
traefik_image() {
  if can_pull; then echo "$traefik_upstream_image"; else echo "webhook-operator.local/traefik-from-modules:v$(basename "$(traefik_file)" | cut -d- -f2-)"; fi
}

# Sent to the node, not built into its image: that one would be made anew for each change of these.
build_images() {
  has_image "$traefik_image" || program_image "$traefik_image" "$(traefik_file)"
  has_image "$metrics_server_image" || program_image "$metrics_server_image" "$(program metrics-server $metrics_server)"
}

manifest() { sed "s#TRAEFIK_IMAGE#$traefik_image#; s#METRICS_SERVER_IMAGE#$metrics_server_image#" "$here/manifests/$1"; }

# Not `install`: program_image calls the program of that name.
apply_all() {
  local definitions
  definitions=$(go mod download -json "sigs.k8s.io/gateway-api@v$gateway_api" | jq -r .Dir)/config/crd/standard
  # Server-side: the definitions are too large for the annotation that a client-side apply leaves.
  kubectl apply --server-side --force-conflicts -f "$definitions"
  kubectl wait --for=condition=Established --timeout=60s crd/{gatewayclasses,gateways,httproutes}.gateway.networking.k8s.io
  manifest gateway.yaml | kubectl apply --server-side -f -
  manifest metrics-server.yaml | kubectl apply --server-side -f -
  kubectl -n gateway rollout status deployment/traefik --timeout=120s
  kubectl -n gateway wait --for=condition=Programmed --timeout=60s gateway/gateway
  kubectl wait --for=condition=Available --timeout=120s apiservice/v1beta1.metrics.k8s.io
}

install_packages jq
traefik_image=$(traefik_image)
if can_pull; then
  for image in "$traefik_image" "$metrics_server_image"; do has_image "$image" || step "pulling $image" docker pull "$image"; done
else
  traefik_program
  metrics_server_program
  step "images of Traefik and metrics-server" build_images
fi
step "loading Traefik and metrics-server" "$here/load.sh" "$1" "$traefik_image" "$metrics_server_image"
step "Gateway API, Traefik and metrics-server" apply_all
