{{/* What the operator may do in the namespaces where it works: in a ClusterRole, or in a Role for each of them. */}}
{{- define "webhook-operator.rules" -}}
# What it is about. It never writes a spec.
- apiGroups: [webhook-operator.dev]
  resources: [webhookservices]
  verbs: [list, watch]
- apiGroups: [webhook-operator.dev]
  resources: [webhookservices/status]
  verbs: [patch]
# The children: seen, so that nothing is written twice or taken from a stranger; applied, which is create and patch.
- apiGroups: [""]
  resources: [serviceaccounts, services]
  verbs: [list, watch, create, patch]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [list, watch, create, patch]
# Deleted too, when they are switched off.
- apiGroups: [monitoring.coreos.com]
  resources: [servicemonitors, prometheusrules]
  verbs: [list, watch, create, patch, delete]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [list, watch, create, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies, ingresses]
  verbs: [list, watch, create, patch, delete]
- apiGroups: [gateway.networking.k8s.io]
  resources: [httproutes]
  verbs: [list, watch, create, patch, delete]
# The dashboards. A list of them cannot be narrowed to ours; of others' the metadata of one of an object's name is read at most.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [list, watch, create, patch, delete]
# Why a receiver does not start.
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
# Why its volumes cannot be mounted: the kubelet says that in Events alone.
- apiGroups: [""]
  resources: [events]
  verbs: [list, watch]
# Repeated Events are counted in place.
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end -}}
