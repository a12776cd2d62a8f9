# The one list of what the cluster is made of. Sourced; it only assigns.
# A version here names the upstream image and the module that the same thing is built from.
# shellcheck disable=SC2034 # every file that sources this one uses a part of it

kubernetes=1.37.2
kind=0.33.0
etcd=3.6.16
coredns=1.14.7
helm=3.22.0
prometheus=3.16.0
prometheus_module=0.316.0 # upstream tags its Go module v0.MMmm.p beside the release v3.16.0
prometheus_operator=0.85.0
cadvisor=0.60.6

# What kubeadm of this Kubernetes asks for by name, whatever was built to stand for it.
registry=registry.k8s.io
etcd_image=$registry/etcd:3.7.0-0
coredns_image=$registry/coredns/coredns:v1.14.6
pause_image=$registry/pause:3.10

node_image=kindest/node:v$kubernetes
prometheus_operator_image=quay.io/prometheus-operator/prometheus-operator:v$prometheus_operator
reloader_image=quay.io/prometheus-operator/prometheus-config-reloader:v$prometheus_operator
prometheus_image=quay.io/prometheus/prometheus:v$prometheus
cadvisor_image=ghcr.io/google/cadvisor:v$cadvisor
