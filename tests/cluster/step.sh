# Progress, time and the cache: every long step goes through `step`, every result through `keep`. Sourced.
# A result exists whole or not at all (built aside, then renamed), so any step can be stopped and resumed.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/webhook-operator
mkdir -p "$cache/bin" "$cache/logs" "$cache/state"
started=${started:-$EPOCHSECONDS} # one clock for a script and those it calls

say() { printf '%3d:%02d  %s\n' $(((EPOCHSECONDS - started) / 60)) $(((EPOCHSECONDS - started) % 60)) "$*"; }

# One line on what is wrong and what to do about it; then the end.
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# step NAME COMMAND...: runs it with its output in a log, a sign of life every 30 s, its time at the end.
step() {
  # These locals are seen by COMMAND too (bash scopes dynamically), hence names that nothing else has.
  local step_title=$1 step_log="$cache/logs/${1//[^a-zA-Z0-9.-]/-}.log" step_began=$SECONDS step_pid; shift
  say "$step_title"
  ("$@") >"$step_log" 2>&1 </dev/null &
  step_pid=$!
  trap 'kill_tree '"$step_pid"'; exit 130' INT TERM
  while kill -0 "$step_pid" 2>/dev/null; do
    for _ in $(seq 30); do sleep 1; kill -0 "$step_pid" 2>/dev/null || break 2; done
    say "  … $step_title: $((SECONDS - step_began)) s so far"
  done
  if ! wait "$step_pid"; then
    tail -n 15 "$step_log" | sed 's/^/        /' >&2
    fail "$step_title failed after $((SECONDS - step_began)) s; the whole output is in $step_log. Run the same command again to resume."
  fi
  trap - INT TERM
  [ $((SECONDS - step_began)) -lt 5 ] || say "  $step_title took $((SECONDS - step_began)) s"
}

# A stopped step takes its children along; only process ids that descend from it are touched.
kill_tree() {
  local child
  for child in $(pgrep -P "$1"); do kill_tree "$child"; done
  kill "$1" 2>/dev/null || true
}

# key FILE...: a short hash of what a result is made from, so that a changed recipe is built anew.
key() { cat "$@" | sha256sum | cut -c1-10; }

# keep FILE COMMAND...: runs COMMAND with a path to write appended, unless FILE is there already.
keep() {
  local file=$1; shift
  [ -e "$file" ] && return
  rm -rf "$file.part"
  "$@" "$file.part"
  mv "$file.part" "$file"
}
