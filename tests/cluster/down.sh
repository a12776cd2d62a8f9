#!/usr/bin/env bash
# Takes clusters down: down.sh [NAME], or down.sh --all for every cluster of ours. With the last container goes the
# Docker that we started.
# What is cached stays; a cluster that is not ours is not touched.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step binaries docker; do . "$here/$part.sh"; done

# down NAME: deletes that cluster if its node is the container that we made.
down() {
  local name=$1 node=$1-control-plane id=$cache/state/$1.id
  if [ -e "$id" ] && [ "$(docker inspect -f '{{.Id}}' "$node" 2>/dev/null)" = "$(cat "$id")" ]; then
    step "deleting cluster $name" "$(program kind $kind)" delete cluster --name "$name"
  fi
  rm -f "$id" "$cache/state/$name.kubeconfig"
}

if [ "${1:-}" != --all ]; then
  down "${1:-webhook-operator}"
  stop_docker
  exit
fi
for id in "$cache"/state/*.id; do
  [ ! -e "$id" ] || { answers || ensure_docker; down "$(basename "$id" .id)"; }
done
stop_docker
