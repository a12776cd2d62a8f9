# The kind node image from Debian packages and Go programs, with every image of the cluster inside. Sourced after images.sh.

node_key=$(key "$here/node.sh" "$here/images.sh" "$here/versions.sh" "$here"/go/*/go.sum "$here"/go/cadvisor/*)
node_tar=$images/node-$node_key.tar
rootfs=$cache/rootfs-$(key "$here/node.sh")

build_node() {
  # What an earlier recipe made is never used again, and large.
  find "$images" -name 'node-*.tar' -delete
  find "$cache" -maxdepth 1 -name 'rootfs-*' ! -path "$rootfs" -exec rm -rf {} +
  # What one architecture's bookworm gives: its systemd 252 boots on cgroup v1 and v2; 256 and later refuse v1.
  install_packages debootstrap libcap2-bin jq
  pause_program
  kind_program; kubernetes_programs; etcd_program; coredns_program
  prometheus_operator_programs; prometheus_program; cadvisor_program
  [ -e "$rootfs" ] || step "node's Debian (about 2 min)" keep "$rootfs" debian_root
  step "images of the cluster" build_images "$rootfs"
  step "node image" assemble_node
}

debian_root() {
  local root=$1 mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 /debian)
  debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,conntrack,iptables,nftables,iproute2,ethtool,util-linux,mount,kmod,libseccomp2,pigz,bash,ca-certificates,curl,jq,procps,containerd,runc,containernetworking-plugins,socat,hostname,netbase bookworm "$root" "$mirror"
  kind_files "$root"
  node_network "$root"
  node_units "$root"
}

# kind's own entrypoint, units and containerd settings lie in its Go module.
kind_files() {
  local root=$1
  cp -r "$(go mod download -json "sigs.k8s.io/kind@v$kind" | jq -r .Dir)/images/base/files/." "$root/"
  chmod -R u+w "$root/kind" "$root/usr/local" "$root/etc/containerd"
  chmod 0755 "$root"/usr/local/bin/* "$root/kind" "$root/kind/bin" "$root"/kind/bin/*
  ln -sf /usr/bin/containerd "$root/usr/local/bin/containerd"
  mkdir -p "$root/opt/cni/bin" "$root/etc/cni/net.d" "$root/etc/kubernetes/manifests" "$root/kind/manifests"
  echo "v$kubernetes" >"$root/kind/version"
  if ! capsh --has-p=cap_sys_resource 2>/dev/null; then
    install "$here/runc-without-withheld-caps" "$root/usr/local/bin/"
    sed -i 's/restrict_oom_score_adj = false/restrict_oom_score_adj = true/; s#SystemdCgroup = true#&\n    BinaryName = "/usr/local/bin/runc-without-withheld-caps"#' "$root/etc/containerd/config.toml"
  fi
}

# One node needs no routes: a static bridge is the whole network, and kind's CNI manifest is empty.
node_network() {
  local root=$1
  cp "$root"/usr/lib/cni/{bridge,host-local,loopback,portmap} "$root/opt/cni/bin/"
  cat >"$root/etc/cni/net.d/10-bridge.conflist" <<'J'
{"cniVersion": "1.0.0", "name": "bridge", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.244.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
J
  printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: static-bridge, namespace: kube-system}\n' >"$root/kind/manifests/default-cni.yaml"
  printf 'apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: standard}\nprovisioner: kubernetes.io/no-provisioner\n' >"$root/kind/manifests/default-storage.yaml"
}

# A container's systemd: nothing of a machine's boot, only what kind starts.
node_units() {
  local root=$1
  find "$root/lib/systemd/system/sysinit.target.wants/" -name systemd-tmpfiles-setup.service -delete
  rm -f "$root"/lib/systemd/system/{multi-user,local-fs,basic}.target.wants/* "$root"/etc/systemd/system/*.wants/*
  rm -f "$root"/lib/systemd/system/sockets.target.wants/*{udev,initctl}*
  echo ReadKMsg=no >>"$root/etc/systemd/journald.conf"
  chroot "$root" systemctl enable kubelet.service containerd.service undo-mount-hacks.service
  chroot "$root" systemctl mask systemd-binfmt.service
  chroot "$root" ctr oci spec | jq '.hooks.createContainer += [{"path":"/kind/bin/mount-product-files.sh"}] | del(.process.rlimits)' >"$root/etc/containerd/cri-base.json"
}

# The root and the programs become a container; its containerd takes the images in; the container becomes the image.
assemble_node() {
  local builder=webhook-operator-node-builder tag
  # What a stopped run left.
  docker rm -f "$builder" >/dev/null 2>&1 || true
  install "$(program kubelet $kubernetes)" "$rootfs/usr/bin/kubelet"
  install "$(program kubeadm $kubernetes)" "$rootfs/usr/bin/kubeadm"
  install "$(program kubectl $kubernetes)" "$rootfs/usr/bin/kubectl"
  tar -C "$rootfs" --exclude='./var/cache/apt/archives/*.deb' --exclude=./usr/share/doc --exclude=./usr/share/locale --exclude='./proc/*' --exclude='./sys/*' -c . |
    docker import --change 'ENV container=docker' --change 'LABEL built-here=true' - node-base >/dev/null
  docker run -d --name "$builder" --privileged --entrypoint sleep node-base infinity >/dev/null
  docker exec -d "$builder" containerd
  until docker exec "$builder" ctr version >/dev/null 2>&1; do sleep 1; done
  for tag in $(control_plane_images) $(monitoring_images) "$(cadvisor_reference)"; do
    docker save "$tag" | docker exec -i "$builder" ctr -n k8s.io images import --label=io.cri-containerd.pinned=pinned --all-platforms --no-unpack --digests - >/dev/null
  done
  docker exec "$builder" pkill -x containerd || true
  docker commit --change 'ENTRYPOINT ["/usr/local/bin/entrypoint","/sbin/init"]' "$builder" "$node_image" >/dev/null
  docker rm -f "$builder" >/dev/null
  docker rmi node-base >/dev/null || true
  keep "$node_tar" save_node
}

save_node() { docker save -o "$1" "$node_image"; }

# Makes `$node_image` be there, from the nearest place that has it.
ensure_node_image() {
  if can_pull; then
    kind_program
    has_image "$node_image" || step "pulling $node_image" docker pull "$node_image"
    return
  fi
  [ "$(cat "$images/loaded" 2>/dev/null)" != "$node_key" ] || ! has_image "$node_image" || return 0
  if [ -e "$node_tar" ]; then
    step "loading the node image" docker load -i "$node_tar"
  else
    build_node
  fi
  echo "$node_key" >"$images/loaded"
}
