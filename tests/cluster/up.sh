#!/usr/bin/env bash
# Brings one kind cluster up: up.sh [NAME]. Installs, builds and caches what that takes; run again, it goes on where it
# was. Touches no cluster that it did not make.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step binaries docker images node; do . "$here/$part.sh"; done

name=${1:-webhook-operator}
node=$name-control-plane
kubeconfig=$cache/state/$name.kubeconfig

kind_() { "$(program kind $kind)" "$@"; }

check_machine() {
  [ "$(uname -s)" = Linux ] || fail "this builds a Linux cluster: run it on Linux"
  command -v go >/dev/null || fail "Go is missing: install Go 1.26 or newer and put it on the PATH"
  room 15
}

# The cluster's node is ours if it is the container that we made.
is_ours() { [ "$(docker inspect -f '{{.Id}}' "$node" 2>/dev/null)" = "$(cat "$cache/state/$name.id" 2>/dev/null)" ]; }

is_there() { docker inspect "$node" >/dev/null 2>&1; }

check_ports() {
  local port
  for port in $(config | grep -o 'hostPort: [0-9]*' | grep -o '[0-9]*'); do
    ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null ||
      fail "port $port on 127.0.0.1 is in use: end what listens there (ss -ltnp 'sport = :$port' names it), or change the port in kind-config.yaml"
  done
}

# Only the demo's cluster binds this machine's ports: a test's may run beside it.
config() {
  if [ "$name" = webhook-operator ]; then cat "$here/../../kind-config.yaml"; else sed '/extraPortMappings/,$d' "$here/../../kind-config.yaml"; fi
}

is_ready() {
  timeout 10 "$kubectl" --kubeconfig "$kubeconfig" wait --for=condition=Ready nodes --all --timeout=5s >/dev/null 2>&1
}

wait_until_ready() {
  local deadline=$((SECONDS + $1))
  until is_ready; do [ $SECONDS -lt $deadline ] || return 1; sleep 1; done
}

create() {
  rm -f "$kubeconfig"
  config | kind_ create cluster --name "$name" --image "$node_image" --config - --kubeconfig "$kubeconfig" --wait 120s
  docker inspect -f '{{.Id}}' "$node" >"$cache/state/$name.id"
}

# A node that stands still (the machine or Docker was restarted) is started again.
revive() {
  docker start "$node" >/dev/null
  wait_until_ready 60
}

remove() { kind_ delete cluster --name "$name" --kubeconfig "$kubeconfig" >/dev/null 2>&1; }

# The node image carries kubectl, whoever built it.
copy_kubectl() {
  local container
  container=$(docker create "$node_image")
  docker cp -q "$container:/usr/bin/kubectl" "$1"
  docker rm "$container" >/dev/null
}

raise_inotify() {
  local limit=/proc/sys/fs/inotify/max_user_instances
  [ "$(cat $limit)" -ge 512 ] || echo 512 2>/dev/null >$limit ||
    fail "fs.inotify.max_user_instances is $(cat $limit), too low for kind: run 'sysctl fs.inotify.max_user_instances=512' as root"
}

check_machine
install_packages procps
ensure_docker
raise_inotify
kind_program
kubectl=$(program kubectl $kubernetes)

if is_there && ! is_ours; then
  fail "a kind cluster '$name' is here that this did not make: delete it with 'kind delete cluster --name $name'"
fi
if is_there && ! is_ready && ! (step "starting cluster $name again" revive); then
  say "cluster $name does not come back: making it anew"
  remove
fi
if ! is_there; then
  check_ports
  ensure_node_image
  [ -e "$kubectl" ] || keep "$kubectl" copy_kubectl
  trap 'remove' INT TERM
  step "creating cluster $name" create
fi
[ "$name" != webhook-operator ] || kind_ export kubeconfig --name "$name" >/dev/null 2>&1
say "cluster $name is ready"
