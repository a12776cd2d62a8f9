# What a cluster is given after its node has started, and tools that only look at it. Sourced by binaries.sh; it only
# assigns. Apart from versions.sh (and its modules in go/added/), because whatever changes there makes the node image anew.
# shellcheck disable=SC2034 # every file that sources this one uses a part of it

traefik=3.7.13
traefik_lego=5.4.1 # what that Traefik requires
gateway_api=1.6.1  # what that Traefik implements
metrics_server=0.9.0
kube_score=1.20.0
checkov=3.3.30

traefik_upstream_image=docker.io/library/traefik:v$traefik
metrics_server_image=registry.k8s.io/metrics-server/metrics-server:v$metrics_server
