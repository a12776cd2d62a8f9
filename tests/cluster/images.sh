# Container images: upstream's where they can be pulled, else the same versions from the programs of binaries.sh. Sourced.
# An image built here is kept as a tarball too, so that a fresh Docker needs no second build.

images=$cache/images
mkdir -p "$images"

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

# One try decides for the whole run: a machine without a registry would else wait for each image.
can_pull() {
  if [ -z "${pullable:-}" ]; then
    if has_image "$node_image" && [ "$(docker image inspect -f '{{index .Config.Labels "built-here"}}' "$node_image")" != true ]; then
      pullable=yes
    elif [ -e "$images/built-here" ]; then
      pullable=no
    elif timeout 20 docker pull -q "$pause_image" >/dev/null 2>&1; then
      pullable=yes
    else
      pullable=no
      touch "$images/built-here"
    fi
  fi
  [ "$pullable" = yes ]
}

# pack TAG ENTRYPOINT ROOT-DIRECTORY: an image of just these files.
pack() {
  tar -C "$3" -c . | docker import --change 'LABEL built-here=true' --change 'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin' \
    --change "ENTRYPOINT [\"$2\"]" - "$1" >/dev/null
}

# program_image TAG PROGRAM-FILE [EXTRA-ROOT]: an image of one program, found in /bin too, where upstream's images have it.
program_image() {
  local root name
  name=$(basename "$2"); name=${name%%-[0-9]*}
  root=$(mktemp -d)
  mkdir -p "$root/usr/local/bin" "$root/tmp"
  chmod 1777 "$root/tmp"
  [ -z "${3:-}" ] || cp -a "$3/." "$root/"
  install "$2" "$root/usr/local/bin/$name"
  [ -e "$root/bin" ] || ln -s usr/local/bin "$root/bin"
  pack "$1" "/usr/local/bin/$name" "$root"
  rm -rf "$root"
}

pause_program() {
  install_packages gcc libc6-dev
  keep "$(program pause 1)" compile_pause
}

compile_pause() {
  gcc -x c -static -Os -o "$1" - <<'C'
/* Holds a pod's namespaces and reaps its orphans. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static void reap(int s) { while (waitpid(-1, 0, WNOHANG) > 0); }
static void quit(int s) { _exit(0); }
int main() {
  signal(SIGCHLD, reap);
  signal(SIGTERM, quit);
  signal(SIGINT, quit);
  for (;;) pause();
}
C
}

# The images that run in the cluster, as tags. `built_images` says them in the order that pods ask for them.
control_plane_images() {
  local c
  for c in kube-apiserver kube-controller-manager kube-scheduler kube-proxy; do echo "$registry/$c:v$kubernetes"; done
  echo "$etcd_image"; echo "$coredns_image"; echo "$pause_image"
}

monitoring_images() { printf '%s\n' "$prometheus_operator_image" "$reloader_image" "$prometheus_image"; }

# cAdvisor's image: upstream's name only for upstream's image.
cadvisor_reference() {
  if can_pull; then echo "$cadvisor_image"; else echo "webhook-operator.local/cadvisor-from-modules:v$cadvisor"; fi
}

# proxy_tools ROOT OUT: what kube-proxy runs, iptables and conntrack, with their libraries. Not its nftables mode: with this
# Debian's nft and kernels of 2026 its hourly full sync empties the map of all Services.
proxy_tools() {
  local root=$1 out=$2 modules=/usr/lib/x86_64-linux-gnu/xtables file name tools
  tools=(/usr/sbin/xtables-nft-multi /usr/sbin/conntrack)
  # iptables loads a module for each kind of match: they have needs of their own, `statistic` that of libm.
  for file in "${tools[@]}" $(chroot "$root" sh -c "ldd ${tools[*]} $modules/*.so" | grep -oE '/[^ :]+\.so[^ :]*'); do
    [ -e "$out$file" ] || install -D "$root$file" "$out$file"
  done
  for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -s xtables-nft-multi "$out/usr/sbin/$name"
  done
}

# build_images ROOT: makes every image that the node carries; ROOT is the node's file system, for kube-proxy's tools.
build_images() {
  local root=$1 c tools
  for c in kube-apiserver kube-controller-manager kube-scheduler; do
    program_image "$registry/$c:v$kubernetes" "$(program $c $kubernetes)"
  done
  program_image "$etcd_image" "$(program etcd $etcd)"
  program_image "$coredns_image" "$(program coredns $coredns)"
  program_image "$pause_image" "$(program pause 1)"
  tools=$(mktemp -d)
  proxy_tools "$root" "$tools"
  program_image "$registry/kube-proxy:v$kubernetes" "$(program kube-proxy $kubernetes)" "$tools"
  rm -rf "$tools"
  program_image "$prometheus_operator_image" "$(program operator $prometheus_operator)"
  program_image "$reloader_image" "$(program prometheus-config-reloader $prometheus_operator)"
  program_image "$prometheus_image" "$(program prometheus $prometheus)"
  program_image "$(cadvisor_reference)" "$(program cadvisor "$cadvisor-$(key "$here"/go/cadvisor/*)")"
}
