# Go programs from the Go module proxy, each built once and kept by name and version. Sourced after versions.sh and step.sh.
# Modules that need `replace` (which `go install` refuses) have a pinned go.mod of ours under go/.

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
