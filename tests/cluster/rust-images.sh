#!/usr/bin/env bash
# Builds the operator's and the receiver's images from this checkout: static binaries, tagged by their content, so that
# an unchanged binary is an unchanged image. Writes their names to the cache's state/images.env.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step binaries docker images; do . "$here/$part.sh"; done

root=$here/../..
target=x86_64-unknown-linux-gnu
export CARGO_TARGET_DIR=$cache/target

export RUSTFLAGS='-C target-feature=+crt-static'

# compile PACKAGE PROFILE
compile() { cargo build --locked --manifest-path "$root/Cargo.toml" --target $target -p "$1" --profile "$2"; }

# image PACKAGE PROFILE DIRECTORY: builds the image and prints its name.
image() {
  local binary=$CARGO_TARGET_DIR/$target/$2/$1 tag context
  tag=$1:$(sha256sum "$binary" | cut -c1-12)
  if ! has_image "$tag"; then
    context=$(mktemp -d)
    cp "$binary" "$context/"
    DOCKER_BUILDKIT=0 docker build -q -t "$tag" -f "$root/$3/Dockerfile" "$context" >/dev/null 2>&1
    rm -rf "$context"
  fi
  echo "$tag"
}

step "compiling the operator" compile webhook-operator release
step "compiling the receiver" compile webhook-app receiver
ensure_docker
{
  echo "OPERATOR_IMAGE=$(image webhook-operator release operator)"
  echo "RECEIVER_IMAGE=$(image webhook-app receiver webhook-app)"
  echo "CADVISOR_IMAGE=$(cadvisor_reference)"
} >"$cache/state/images.env.part"
mv "$cache/state/images.env.part" "$cache/state/images.env"
