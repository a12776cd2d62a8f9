#!/usr/bin/env bash
# Brings one kind cluster up: up.sh [NAME]. Installs, builds and caches what that takes; run again, it goes on where it
# was. Touches no cluster that it did not make.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step machine binaries docker images node cluster; do . "$here/$part.sh"; done

of "${1:-webhook-operator}"
# The demo's cluster binds ports of this machine; a test's may run beside it, and logs what the operator asks of its API server.
is_demo() { [ "$name" = webhook-operator ]; }
if is_demo; then audit=(); else audit=("$here"/audit/*.yaml); fi
# kind's own default.
service_subnet=10.96.0.0/16
bare=$here/bare/kube-controller-manager.sed
recipe=$node_key-$(key "$here/../../kind-config.yaml" "${audit[@]}" $(! is_bare || echo "$bare"))

check_ports() {
  local port
  for port in $(config | grep -o 'hostPort: [0-9]*' | grep -o '[0-9]*'); do
    ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null ||
      fail "port $port on 127.0.0.1 is in use: end what listens there (ss -ltnp 'sport = :$port' names it), or change the port in kind-config.yaml"
  done
}

config() {
  if is_demo; then cat "$here/../../kind-config.yaml"; else sed '/extraPortMappings/,$d' "$here/../../kind-config.yaml"; fi
  printf '  extraMounts:\n  - {hostPath: "%s", containerPath: /kind/mark, readOnly: true}\n' "$mark"
  is_demo || cat "$here/audit/kind.yaml"
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
  mkdir -p "$mark"
  echo "$recipe" >"$mark/recipe"
  is_demo || cp "$here/audit/policy.yaml" "$mark/audit-policy.yaml"
  config | kind_ create cluster --name "$name" --image "$node_image" --config - --kubeconfig "$kubeconfig.part" --wait 120s
  ! is_bare || strip
  # Last: without it the cluster counts as half made.
  mv "$kubeconfig.part" "$kubeconfig"
}

# Leaves what a cluster without pods needs: the API server, and what deletes. A Service costs no rules then.
strip() {
  "$kubectl" --kubeconfig "$kubeconfig.part" -n kube-system delete --wait=false daemonset/kube-proxy deployment/coredns
  docker exec -i "$node" sed -i "$(cat "$bare")" /etc/kubernetes/manifests/kube-controller-manager.yaml
}

# A node that stands still (the machine or Docker was restarted) is started again.
revive() {
  docker start "$node" >/dev/null
  wait_until_ready 60
}

# A Service's address that kube-proxy has no rule for yet would be looked for outside, where anything may answer: a connection
# that was made there lasts. What reaches these chains with such an address was not led to a pod.
keep_inside() {
  docker exec "$node" sh -ec 'for chain in FORWARD OUTPUT; do
    iptables -C $chain -d "$0" -j REJECT 2>/dev/null || iptables -I $chain -d "$0" -j REJECT
  done' "$service_subnet"
}

# The node image carries kubectl, whoever built it.
copy_kubectl() {
  local container
  container=$(docker create "$node_image")
  docker cp -q "$container:/usr/bin/kubectl" "$1"
  docker rm "$container" >/dev/null
}

# Two runs at once would build the same things twice, over each other.
be_alone() {
  exec 9>"$cache/state/up.lock"
  flock -n 9 || { say "another run is at work here: waiting for it"; flock 9; }
}

raise_inotify() {
  local limit=/proc/sys/fs/inotify/max_user_instances
  [ "$(cat $limit)" -ge 512 ] || echo 512 2>/dev/null >$limit ||
    fail "fs.inotify.max_user_instances is $(cat $limit), too low for kind: run 'sysctl fs.inotify.max_user_instances=512' as root"
}

need_linux
need_go
need_room 15
be_alone
install_packages procps
ensure_docker
raise_inotify
kind_program
kubectl=$(program kubectl $kubernetes)

if is_there && ! is_ours; then
  fail "a kind cluster '$name' is here that this did not make: delete it with 'kind delete cluster --name $name'"
fi
if is_there && [ ! -e "$kubeconfig" ]; then
  step "removing cluster $name, which was left half made" remove
elif is_there && [ "$(cat "$mark/recipe")" != "$recipe" ]; then
  step "removing cluster $name, which an earlier recipe made" remove
elif is_there && ! is_ready && ! (step "starting cluster $name again" revive); then
  step "removing cluster $name, which does not come back" remove
fi
if ! is_there; then
  check_ports
  ensure_node_image
  [ -e "$kubectl" ] || keep "$kubectl" copy_kubectl
  step "creating cluster $name" create
fi
step "keeping Services' addresses inside" keep_inside
! is_demo || kind_ export kubeconfig --name "$name" >/dev/null 2>&1
say "cluster $name is ready"
