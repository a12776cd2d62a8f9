#!/usr/bin/env bash
# What the demo costs and how fast it is, as `make figures` prints it: sizes of images, memory at rest, and the time from
# `kubectl apply` to Ready and to the first sample in Prometheus. Needs the demo's cluster (`make up`).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step machine binaries cluster; do . "$here/$part.sh"; done
of webhook-operator
is_there && [ -e "$kubeconfig" ] || fail "the demo's cluster is not up: run 'make up' first"
export KUBECONFIG=$kubeconfig
. "$cache/state/images.env"
kubectl() { "$(program kubectl $kubernetes)" "$@"; }
rounds=5

now() { date +%s%3N; }

median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }

size() { docker image inspect -f '{{.Size}}' "$1" | awk '{printf "%.1f MB", $1 / 1e6}'; }

# resident PROGRAM: the memory of its processes in the node, in MB of 1e6 bytes.
resident() {
  docker exec "$node" sh -c "for pid in \$(pgrep -x '${1:0:15}'); do grep VmRSS /proc/\$pid/status; done" |
    awk '{printf "%s%.1f MB", (NR > 1 ? ", " : ""), $2 * 1.024 / 1000}'
}

is_sampled() {
  curl -sfG --max-time 5 --data-urlencode "query=webhook_requests_total{namespace=\"$namespace\"}" http://127.0.0.1:30090/api/v1/query |
    jq -e '.data.result | length > 0' >/dev/null
}

# Prints the two times of one object, in milliseconds. Its namespace is new: Prometheus remembers old series for minutes.
one_object() {
  local began ready namespace
  namespace=figures-$(now)
  kubectl create namespace $namespace >/dev/null
  began=$(now)
  printf 'apiVersion: webhook-operator.dev/v1alpha1\nkind: WebhookService\nmetadata: {name: fresh}\nspec: {}\n' | kubectl -n $namespace apply -f - >/dev/null
  kubectl -n $namespace wait --for=condition=Ready --timeout=120s webhookservice/fresh >/dev/null
  ready=$(now)
  for _ in $(seq 600); do ! is_sampled || break; sleep 0.2; done
  is_sampled || fail "Prometheus has no sample of $namespace after 120 s"
  echo $((ready - began)) $(($(now) - began))
  kubectl delete namespace $namespace >/dev/null
}

measure() { for _ in $(seq $rounds); do one_object; done >"$cache/state/figures"; }

step "$rounds objects, one after another" measure
cat <<TEXT
image of the operator            $(size "$OPERATOR_IMAGE")
image of the receiver            $(size "$RECEIVER_IMAGE")
memory of the operator           $(resident webhook-operator)
memory of each receiver          $(resident webhook-app)
from apply to Ready              $(cut -d' ' -f1 "$cache/state/figures" | median) ms (median of $rounds)
from apply to the first sample   $(cut -d' ' -f2 "$cache/state/figures" | median) ms (median of $rounds; scraped each 30 s)
TEXT
