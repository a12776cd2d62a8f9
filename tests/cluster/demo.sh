#!/usr/bin/env bash
# The main job, as `make up` does it: a cluster, the operator, Prometheus, an example, some webhooks, and a page of what
# now runs. Only calls the other scripts and shows what came of them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step machine binaries; do . "$here/$part.sh"; done

export started KUBECONFIG=$cache/state/webhook-operator.kubeconfig
receiver=http://127.0.0.1:30500/webhook
prometheus=http://127.0.0.1:30090
kubectl() { "$(program kubectl $kubernetes)" "$@"; }

# query EXPRESSION: the value of each series of the answer, with its pod.
query() {
  curl -sfG --max-time 5 --data-urlencode "query=$1" "$prometheus/api/v1/query" |
    jq -r '.data.result[] | "\(.metric.pod // .metric.status // "all")\t\(.value[1])"'
}

example() {
  kubectl create namespace shop --dry-run=client -o yaml | kubectl apply -f -
  kubectl label --overwrite namespace shop pod-security.kubernetes.io/enforce=restricted
  kubectl -n shop apply -f "$here/../../examples/orders.yaml" -f "$here/manifests/door.yaml"
  kubectl -n shop wait --for=condition=Ready --timeout=120s webhookservice/orders
}

# A node's rules for a Service follow its endpoints a moment later.
open_door() {
  local deadline=$((SECONDS + 60))
  until curl -sf -o /dev/null --max-time 5 "${receiver%/webhook}/readyz"; do
    [ $SECONDS -lt $deadline ] || { echo "nobody answers at $receiver"; return 1; }
    sleep 1
  done
}

send() {
  local i
  open_door
  for i in $(seq 20); do
    curl -sf --max-time 5 -H 'content-type: application/json' -d "{\"order\": $i}" $receiver
  done
  # One that is no JSON: it is refused, and counted as an error.
  curl -s --max-time 5 -H 'content-type: application/json' -d '{' $receiver
}

total() { query 'sum(webhook_requests_total{namespace="shop"})' | cut -f2; }

counted() { [ "$(total)" -ge $((before + 21)) ] 2>/dev/null; }

wait_until_counted() {
  local deadline=$((SECONDS + 120))
  until counted; do
    [ $SECONDS -lt $deadline ] || { echo "Prometheus does not count the webhooks"; return 1; }
    sleep 1
  done
}

page() {
  echo
  kubectl -n shop get webhookservice orders
  echo
  kubectl -n shop get pods -l app.kubernetes.io/instance=orders
  echo
  echo "Prometheus counts, by outcome:"
  query 'sum by (status) (webhook_requests_total{namespace="shop"})' | sed 's/^/  /'
  echo "Memory of each receiver, by cAdvisor, in bytes:"
  query 'container_memory_working_set_bytes{namespace="shop",container="receiver"}' | sed 's/^/  /'
  cat <<TEXT

  send a webhook   curl -H 'content-type: application/json' -d '{}' $receiver
  Prometheus       $prometheus/graph?g0.expr=webhook_requests_total
  Kubernetes       kubectl --context kind-webhook-operator -n shop get webhookservices
                   (kubectl is $(program kubectl $kubernetes), if you have none)
  take it away     make down
TEXT
}

install_packages curl jq
"$here/up.sh" webhook-operator
"$here/rust-images.sh"
"$here/install.sh" webhook-operator
"$here/monitoring.sh" webhook-operator
step "example: examples/orders.yaml in the namespace shop" example
before=$(total) before=${before:-0}
step "sending 20 webhooks and a bad one" send
step "waiting for Prometheus to count them" wait_until_counted
page
