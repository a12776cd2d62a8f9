#!/usr/bin/env bash
# Measures the receiver beside its peers, as `make bench` runs it: builds or installs them all, then writes
# docs/benchmarks.md and its picture. Takes about seven minutes on a warm cache, and wants the machine for itself.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in versions step machine binaries; do . "$here/../cluster/$part.sh"; done

root=$here/../..
target=x86_64-unknown-linux-gnu
export CARGO_TARGET_DIR=$cache/target

# As its image holds it.
compile_receiver() {
  RUSTFLAGS='-C target-feature=+crt-static' cargo build --locked --manifest-path "$root/Cargo.toml" --target $target -p webhook-app --profile receiver
}
# The floor gets the same optimisation.
compile_floor() {
  RUSTFLAGS='-C target-feature=+crt-static' cargo build --locked --manifest-path "$root/Cargo.toml" --target $target -p bench --bin bare-hyper --profile receiver
}
compile_bench() { cargo build --locked --manifest-path "$root/Cargo.toml" -p bench --bin bench --release; }
compile_go() { (cd "$here/peers/go" && go build -mod=readonly -trimpath -o "$1" .); }

make_original() {
  python3 -m venv "$1"
  # Pinned, so that they stay what they were. Run as a module: its own script would not survive being moved.
  "$1/bin/pip" install -q Flask==3.1.2 prometheus-client==0.19.0 gunicorn==23.0.0
}

need_linux
need_rust
need_go
[ "$(nproc)" -ge 2 ] || fail "this machine has one core, and the server and its load need one each: run it on a larger one"
install_packages wrk webhook util-linux procps python3 python3-venv
python=$cache/bench-python-1
go=$cache/bin/bench-go-$(key "$here"/peers/go/*)
step "compiling the receiver" compile_receiver
step "compiling the floor" compile_floor
step "compiling the benchmark" compile_bench
[ -e "$go" ] || step "compiling the receiver in Go" keep "$go" compile_go
[ -e "$python" ] || step "installing the original and gunicorn" keep "$python" make_original

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$CARGO_TARGET_DIR/release/bench" --receiver "$CARGO_TARGET_DIR/$target/receiver/webhook-app" \
  --bare-hyper "$CARGO_TARGET_DIR/$target/receiver/bare-hyper" --go "$go" --python "$python/bin/python" \
  --original "$root/webhook-app/tests/fixtures" --webhook /usr/bin/webhook --hooks "$here/peers/debian-webhook.json" \
  --scratch "$scratch" --out "$root/docs" "$@"
say "docs/benchmarks.md and docs/benchmarks.svg are written"
