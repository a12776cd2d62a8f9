# Docker, installed where it is missing and started where it does not run. Sourced after step.sh.
# Stops only the daemon that it started itself.

docker_pid=$cache/state/dockerd.pid

answers() { timeout 5 docker version >/dev/null 2>&1; }

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

ensure_docker() {
  answers && return
  [ "$(id -u)" = 0 ] || fail "Docker does not answer and only root can start it: start Docker, or run this as root"
  command -v dockerd >/dev/null || install_packages docker.io iptables ca-certificates
  step "starting Docker" start_docker
}

start_docker() {
  local options=()
  # A root without CAP_SYS_RESOURCE cannot grant it to --privileged containers: runc has to be asked for less.
  if ! capsh --has-p=cap_sys_resource 2>/dev/null; then
    install -D "$here/runc-without-withheld-caps" "$cache/bin/runc-without-withheld-caps"
    options=(--add-runtime "restricted=$cache/bin/runc-without-withheld-caps" --default-runtime restricted)
  fi
  rm -f /var/run/docker.pid
  # Detached, with no output of ours: a daemon that holds it would keep whoever waits for its end waiting for ever.
  setsid dockerd "${options[@]}" >"$cache/logs/dockerd.log" 2>&1 </dev/null &
  echo $! >"$docker_pid"
  for _ in $(seq 60); do
    answers && return
    kill -0 "$(cat "$docker_pid")" || { tail -n 5 "$cache/logs/dockerd.log"; return 1; }
    sleep 1
  done
  return 1
}

# Ends the daemon that `start_docker` started, unless others use it by now.
stop_docker() {
  local pid
  [ -e "$docker_pid" ] || return 0
  pid=$(cat "$docker_pid")
  if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then
    [ -z "$(docker ps -q)" ] || return 0
    kill "$pid"
    for _ in $(seq 30); do kill -0 "$pid" 2>/dev/null || break; sleep 1; done
  fi
  rm -f "$docker_pid"
}
