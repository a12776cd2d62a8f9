# What the machine must have: told in one line where it is missing, or installed where Debian has it. Sourced after step.sh.

# install_packages PACKAGE...: Debian packages, only those that are missing.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || fail "the packages ${missing[*]} are missing and only root can install them: run 'apt-get install ${missing[*]}' as root"
  command -v apt-get >/dev/null || fail "the packages ${missing[*]} are missing and there is no apt-get: install them with your system's own tool"
  step "installing ${missing[*]}" apt_install "${missing[@]}"
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -y --no-install-recommends "$@"
}

need_linux() { [ "$(uname -sm)" = 'Linux x86_64' ] || fail "this builds an x86_64 Linux cluster, and this machine is $(uname -sm): run it on one"; }

need_go() { command -v go >/dev/null || fail "Go is missing: install Go 1.26 or newer and put it on the PATH"; }

need_rust() {
  command -v cargo >/dev/null || fail "Rust is missing: install Rust 1.91 or newer, with rustfmt and clippy, and put cargo on the PATH"
  command -v cc >/dev/null || install_packages gcc libc6-dev
}

# need_room GIGABYTES: a full disk is told before the work, not in the middle of it.
need_room() {
  local free
  free=$(($(df --output=avail -k "$cache" | tail -n 1) / 1048576))
  [ "$free" -ge "$1" ] || fail "$free GB are free under $cache, $1 are needed; free some or point XDG_CACHE_HOME at a larger disk"
}
