#!/usr/bin/env bash
# Takes clusters down: down.sh [NAME], or down.sh --all for every cluster of ours. With the last container goes the
# Docker that we started.
# What is cached stays; a cluster that is not ours is not touched.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step machine binaries docker cluster; do . "$here/$part.sh"; done

down() {
  of "$1"
  [ -e "$mark" ] || return 0
  answers || ensure_docker
  if is_ours; then step "deleting cluster $name" remove; else rm -rf "$kubeconfig" "$mark"; fi
}

if [ "${1:-}" = --all ]; then
  for mark in "$cache"/state/*.mark; do down "$(basename "$mark" .mark)"; done
else
  down "${1:-webhook-operator}"
fi
stop_docker
