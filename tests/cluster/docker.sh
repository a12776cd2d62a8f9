# Docker, installed where it is missing and started where it does not run. Sourced after machine.sh.
# Stops only the daemon that it started itself.

docker_pid=$cache/state/dockerd.pid

answers() { timeout 5 docker version >/dev/null 2>&1; }

ensure_docker() {
  answers && return
  [ "$(id -u)" = 0 ] || fail "Docker does not answer and only root can start it: start Docker, or run this as root"
  command -v dockerd >/dev/null || install_packages docker.io iptables ca-certificates
  command -v capsh >/dev/null || install_packages libcap2-bin
  step "starting Docker" start_docker
}

# A daemon that was killed leaves its process id behind, and the next one takes whoever has it now, be it a zombie, for it.
drop_stale_pids() {
  local file
  for file in /var/run/docker.pid /var/run/docker/containerd/containerd.pid; do
    [ -e $file ] || continue
    case $(readlink "/proc/$(cat $file)/exe") in */dockerd | */containerd) ;; *) rm -f $file ;; esac
  done
}

start_docker() {
  local options=()
  # A root without CAP_SYS_RESOURCE cannot grant it to --privileged containers: runc has to be asked for less.
  if ! capsh --has-p=cap_sys_resource 2>/dev/null; then
    install -D "$here/runc-without-withheld-caps" "$cache/bin/runc-without-withheld-caps"
    options=(--add-runtime "restricted=$cache/bin/runc-without-withheld-caps" --default-runtime restricted)
  fi
  drop_stale_pids
  # Detached, with no output and no lock of ours: whoever waits for their end would wait as long as the daemon lives.
  setsid dockerd "${options[@]}" >"$cache/logs/dockerd.log" 2>&1 </dev/null 9>&- &
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
