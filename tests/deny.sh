#!/usr/bin/env bash
# Judges every dependency by deny.toml, with a cargo-deny that it builds first (some minutes): licences, bans, sources, and the
# advisories where their database can be fetched.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
here=$root/tests/cluster
for part in versions step machine; do . "$here/$part.sh"; done

version=0.20.2
program=$cache/cargo-deny-$version/bin/cargo-deny

# `OUT` is made whole or not at all: a build that was stopped leaves nothing that looks done.
built() { CARGO_TARGET_DIR=$cache/target cargo install --quiet --locked "cargo-deny@$version" --root "$1"; }

need_rust
[ -e "$program" ] || step "building cargo-deny $version" keep "$cache/cargo-deny-$version" built
cd "$root"
"$program" --log-level error check --show-stats bans licenses sources
if "$program" --log-level error fetch db >/dev/null 2>&1; then
  "$program" --log-level error check --disable-fetch advisories
else
  say "advisories were not looked at: their database (github.com/rustsec/advisory-db) cannot be fetched from here"
fi
