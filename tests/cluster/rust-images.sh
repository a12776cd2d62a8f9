#!/usr/bin/env bash
# Builds the operator's and the receiver's images from this checkout: static binaries, tagged by their content, so that
# an unchanged binary is an unchanged image. Writes their names to the cache's state/images.env.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step machine binaries docker images; do . "$here/$part.sh"; done

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
    # To the log, not to whoever reads the name.
    DOCKER_BUILDKIT=0 docker build -t "$tag" -f "$root/$3/Dockerfile" "$context" >&2
    rm -rf "$context"
  fi
  echo "$tag"
}

# Writes their names down, for install.sh.
images_of_both() {
  local operator receiver
  operator=$(image webhook-operator release operator)
  receiver=$(image webhook-app receiver webhook-app)
  printf '%s\n' "OPERATOR_IMAGE=$operator" "RECEIVER_IMAGE=$receiver" "CADVISOR_IMAGE=$(cadvisor_reference)" >"$cache/state/images.env.part"
  mv "$cache/state/images.env.part" "$cache/state/images.env"
}

need_rust
step "compiling the operator" compile webhook-operator release
step "compiling the receiver" compile webhook-app receiver
ensure_docker
step "images of the operator and the receiver" images_of_both
