# One kind cluster: its files, its node, and whether it is ours. Sourced after step.sh; `of NAME` chooses it.

# Those of this name, and of one that begins with it, run no pods: see bare.sh.
bare_cluster=webhook-operator-prove
is_bare() { [[ $name == $bare_cluster* ]]; }

kind_() { "$(program kind $kind)" "$@"; }

of() {
  name=$1
  node=$name-control-plane
  kubeconfig=$cache/state/$name.kubeconfig
  # A directory that the node mounts: by it a cluster of ours is known from its first moment, also one that was
  # stopped half made.
  mark=$cache/state/$name.mark
}

is_there() { docker inspect "$node" >/dev/null 2>&1; }

is_ours() { docker inspect -f '{{range .Mounts}}{{println .Source}}{{end}}' "$node" 2>/dev/null | grep -qxF "$mark"; }

remove() {
  kind_ delete cluster --name "$name" --kubeconfig "$kubeconfig"
  rm -rf "$kubeconfig" "$mark"
}
