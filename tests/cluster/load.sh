#!/usr/bin/env bash
# Gets images from Docker into a cluster's node: load.sh NAME IMAGE... An image that is there already is not sent.
set -euo pipefail
node=$1-control-plane; shift
for image in "$@"; do
  if docker exec "$node" ctr -n k8s.io images ls -q | grep -qx "docker.io/library/$image\|$image"; then continue; fi
  docker save "$image" | docker exec -i "$node" ctr -n k8s.io images import --digests - >/dev/null
done
