# Go programs from the Go module proxy, each built once and kept by name and version. Sourced after versions.sh and step.sh.
# Modules that need `replace` (which `go install` refuses) have a pinned go.mod of ours under go/.
. "$(dirname "${BASH_SOURCE[0]}")/versions-added.sh"

export GOFLAGS=-buildvcs=false CGO_ENABLED=0
bin=$cache/bin

# Prints the path where a program of this name and version is kept.
program() { echo "$bin/$1-$2"; }

installed() { # PACKAGE@VERSION TAGS OUT
  local dir; dir=$(mktemp -d "$bin/.install.XXXXXX")
  GOBIN=$dir go install -trimpath -tags "$2" -ldflags '-s -w' "$1"
  mv "$dir"/* "$3"
  rmdir "$dir"
}

pinned() { # DIRECTORY PACKAGE LDFLAGS OUT
  (cd "$here/go/$1" && go build -mod=readonly -trimpath -ldflags "-s -w $3" -o "$4" "$2")
}

install_program() { # NAME VERSION PACKAGE [TAGS]
  [ -e "$(program "$1" "$2")" ] || step "building $1 $2" keep "$(program "$1" "$2")" installed "$3" "${4:-}"
}

pin_program() { # NAME VERSION DIRECTORY PACKAGE [LDFLAGS]
  [ -e "$(program "$1" "$2")" ] || step "building $1 $2" keep "$(program "$1" "$2")" pinned "$3" "$4" "${5:-}"
}

kind_program() { install_program kind $kind "sigs.k8s.io/kind@v$kind"; }
helm_program() { install_program helm $helm "helm.sh/helm/v3/cmd/helm@v$helm"; }

kubernetes_programs() {
  local v=k8s.io/component-base/version c
  local stamp="-X $v.gitVersion=v$kubernetes -X $v.gitMajor=${kubernetes%%.*} -X $v.gitMinor=$(cut -d. -f2 <<<"$kubernetes")"
  for c in kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubeadm kubectl; do
    pin_program $c $kubernetes kubernetes k8s.io/kubernetes/cmd/$c "$stamp"
  done
}

etcd_program() { pin_program etcd $etcd etcd go.etcd.io/etcd/server/v3; }
coredns_program() { install_program coredns $coredns "github.com/coredns/coredns@v$coredns"; }
# Upstream's own tags leave only Kubernetes discovery: the tests scrape nothing else, and other discoveries pull in clouds' SDKs.
prometheus_program() {
  install_program prometheus $prometheus "github.com/prometheus/prometheus/cmd/prometheus@v$prometheus_module" remove_all_sd,enable_kubernetes_sd
}
promtool_program() {
  install_program promtool $prometheus "github.com/prometheus/prometheus/cmd/promtool@v$prometheus_module" remove_all_sd,enable_kubernetes_sd
}
prometheus_operator_programs() {
  local module=github.com/prometheus-operator/prometheus-operator/cmd
  pin_program operator $prometheus_operator prometheus-operator $module/operator
  pin_program prometheus-config-reloader $prometheus_operator prometheus-operator $module/prometheus-config-reloader
}
cadvisor_program() { pin_program cadvisor "$cadvisor-$(key "$here"/go/cadvisor/*)" cadvisor .; }

metrics_server_program() {
  install_program metrics-server $metrics_server "sigs.k8s.io/metrics-server/cmd/metrics-server@v$metrics_server"
}

traefik_file() { program traefik "$traefik-$(key "$here"/go/added/traefik/{go.mod,go.sum,dns/*,ext/*})"; }
traefik_program() { [ -e "$(traefik_file)" ] || step "building traefik $traefik (about 8 min)" keep "$(traefik_file)" built_traefik; }

# Its client of certificate authorities, lego, is built without DNS services (go/added/traefik/dns says why). Go replaces no
# single file of a module where that lies, hence the copies.
built_traefik() { # OUT
  local dir module=github.com/traefik/traefik/v3; dir=$(mktemp -d)
  cp -r "$here/go/added/traefik/." "$dir"
  cp -r "$(go mod download -json "github.com/go-acme/lego/v5@v$traefik_lego" | jq -r .Dir)" "$dir/lego"
  chmod -R u+w "$dir/lego"
  rm -r "$dir/lego/providers/dns"
  mv "$dir/dns" "$dir/lego/providers/dns"
  (cd "$dir" && go build -mod=readonly -trimpath -ldflags "-s -w -X $module/pkg/version.Version=$traefik" -o "$1" $module/cmd/traefik)
  rm -r "$dir"
}

kube_score_program() { install_program kube-score $kube_score "github.com/zegl/kube-score/cmd/kube-score@v$kube_score"; }

# Not a Go program: a virtual environment, kept beside them.
checkov_file() { echo "$cache/checkov-$checkov/bin/checkov"; }
checkov_program() {
  [ ! -e "$(checkov_file)" ] || return 0
  python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3 python3-venv
  step "installing checkov $checkov (about 3 min)" keep "$cache/checkov-$checkov" made_checkov
}
made_checkov() { # OUT
  python3 -m venv "$1"
  "$1/bin/pip" install -q "checkov==$checkov"
  # Its own names the Python of the directory that it is built in.
  printf '#!/bin/sh\nexec "${0%%/*}/python" -m checkov.main "$@"\n' >"$1/bin/checkov"
}
