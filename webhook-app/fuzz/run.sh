#!/usr/bin/env bash
# Gives each parser what nobody thought of: run.sh SECONDS-FOR-EACH. What it learns stays in the cache; what breaks one is
# written to fuzz-found/ here, and `run.sh` again shows it at once. By a plain stable Rust and its LLVM's own instrumentation.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in step machine; do . "$here/../../tests/cluster/$part.sh"; done
seconds=${1:-60}

need_rust
command -v c++ >/dev/null || install_packages g++
export CARGO_TARGET_DIR=$cache/target-fuzz
host=x86_64-unknown-linux-gnu
# As cargo-fuzz has it, without the sanitizers, for which one would need a nightly Rust.
export RUSTFLAGS='--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Ccodegen-units=1'
compile() { cargo build --locked --release --manifest-path "$here/Cargo.toml" --target $host; }

# fuzz TARGET: first on what broke it earlier and on the seeds, then on its own inventions.
fuzz() {
  mkdir -p "$cache/fuzz/$1" "$here/fuzz-found"
  "$CARGO_TARGET_DIR/$host/release/$1" -max_total_time="$seconds" -max_len=4096 -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$here/fuzz-found/$1-" "$cache/fuzz/$1" "$here/seeds/$1"
}

step "compiling the fuzz targets" compile
for target in "$here"/targets/*.rs; do
  name=$(basename "$target" .rs)
  step "fuzzing $name" fuzz "$name"
  say "  $name: $(grep -o 'number_of_executed_units: [0-9]*' "$cache/logs/fuzzing-$name.log" | grep -o '[0-9]*$') inputs, none broke it"
done
