#!/usr/bin/env bash
# Renders the chart in each of its forms and has every object judged: by Kubernetes' own schemas, kube-score and checkov.
# check.sh [MANIFEST...] judges these files beside it; a CustomResourceDefinition in one of them tells about its kind.
# HELM, KUBE_SCORE and CHECKOV name the programs. CHECKOV's environment brings the Python with YAML and JSON Schema.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
chart=$root/charts/webhook-operator
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
for name in HELM KUBE_SCORE CHECKOV; do
  [ -x "${!name:-}" ] || fail "$name names no program: set it to the path of one"
done

# module NAME DIRECTORY: where the sources are of a Go module that the test cluster is built from.
module() { (cd "$root/tests/cluster/go/$2" && go mod download -json "$1") | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }

# The least version that the chart takes, since without a cluster Helm takes its own build's.
arguments=(--kube-version 1.33.0 --namespace webhook-operator-system)
# Lint knows no --api-versions, and checks all the rest.
render() { "$HELM" template webhook-operator "$chart" "${arguments[@]}" --api-versions monitoring.coreos.com/v1/ServiceMonitor "$@"; }

# form NAME ARGUMENT...: one rendering.
form() {
  {
    "$HELM" lint --strict --quiet "$chart" "${arguments[@]}" "${@:2}" >&2
    render "${@:2}" >"$work/$1.yaml"
  } 2>"$work/said" || fail "the form $1: $(cat "$work/said")"
}

# refused WORDS ARGUMENT...: a mistake, and what has to be said of it.
refused() {
  local said
  if said=$(render "${@:2}" 2>&1 >/dev/null); then fail "helm takes ${*:2}"; fi
  grep -qF -- "$1" <<<"$said" || fail "of ${*:2} helm says: $said"
}

# has FORM WORDS..., lacks FORM WORDS...: what the judges cannot know.
has() { local words; for words in "${@:2}"; do grep -qF -- "$words" "$work/$1.yaml" || fail "the form $1 lacks $words"; done; }
lacks() { local words; for words in "${@:2}"; do ! grep -qF -- "$words" "$work/$1.yaml" || fail "the form $1 has $words"; done; }

form defaults
form everything --values "$here/everything.yaml"
form two --values "$here/two.yaml"
form namespaces --set 'scope.namespaces={shop,bank}'
form selector --set scope.namespaceSelector=webhooks=on
form single --set replicas=1
form string --set cadvisor.image=registry.example.com/cadvisor:v1
mkdir "$work/bare"
form bare/bare --set crds.enabled=false,userRoles.enabled=false,networkPolicy.enabled=false,podDisruptionBudget.enabled=false

has everything '"registry.example.com:5000/mirror/webhooks/operator@sha256:1' '"registry.example.com:5000/mirror/google/cadvisor@sha256:3' \
  'value: "webhooks=on,team in (a,b)"' 'webhook-operator.dev/controller-id: "blue"' 'release: stack' 'webhook-operator-test.shop.svc' \
  'dashboards: team-a' 'grafana_folder: "Team A"' 'webhook-operator-system.webhook-operator.fleet.json: |'
has two pull-{a,b} 'namespace: shop-'{a,b} spread-{a,b} node-{a,b} taint-{a,b} annotation-{a,b} label-{a,b} account-{a,b} from-{a,b} 'port: 700'{1,2} monitor-{a,b} dashboard-{a,b}
lacks namespaces 'kind: ClusterRole'
has namespaces 'namespace: bank' 'value: "shop,bank"'
lacks defaults 'kind: ServiceMonitor' 'kind: ConfigMap' NAMESPACES NAMESPACE_SELECTOR CONTROLLER_ID '[secrets'
has everything 'value: "http://metrics.example.com/prometheus"' 'port: 80}' 'port: 9091}'
lacks defaults PROMETHEUS_URL 'port: 9090'
has string '"registry.example.com/cadvisor:v1"'
lacks single 'kind: PodDisruptionBudget'
lacks bare/bare 'kind: CustomResourceDefinition' '-edit' 'kind: NetworkPolicy' 'kind: PodDisruptionBudget'

refused logFormt --set logFormt=text
refused 'at '\''/logFormat'\' --set logFormat=xml
refused 'empty one of them' --set 'scope.namespaces={a},scope.namespaceSelector=a=b'
refused 'kept for cAdvisor alone' --set 'scope.namespaces={webhook-operator-system-cadvisor}'
refused 'at most 54' --namespace a23456789-123456789-123456789-123456789-123456789-12345
refused 'items at 0 and 1 are equal' --set 'scope.namespaces={a,a}'
refused 'where the operator does not work' --set 'scope.namespaces={a},test.namespace=b'
refused 'no node could be drained' --set podDisruptionBudget.minAvailable=2
refused 'no node could be drained' --set podDisruptionBudget.minAvailable=51%
refused 'write another label' --set 'podLabels.app\.kubernetes\.io/name=x'
refused 'neither tag nor digest' --set cadvisor.image.tag=
refused '/dashboard/folder' --set dashboard.folder=../admin
refused '/image/digest' --set image.digest=sha256:1
refused '/prometheus/url' --set prometheus.url=prometheus:9090

kubernetes=$(module k8s.io/kubernetes kubernetes)
monitors=$(module github.com/prometheus-operator/prometheus-operator prometheus-operator)
"$(dirname "$(readlink -f "$CHECKOV")")/python" -B "$here/judge.py" --kube-score "$KUBE_SCORE" --checkov "$CHECKOV" \
  --exceptions "$here/exceptions.yaml" --openapi "$kubernetes/api/openapi-spec/swagger.json" \
  --definitions "$root/crds/webhookservices.yaml" "$monitors"/example/prometheus-operator-crd/monitoring.coreos.com_{servicemonitors,prometheusrules}.yaml \
  --chart "$work"/*.yaml --bare "$work"/bare/*.yaml --manifests "$@"
