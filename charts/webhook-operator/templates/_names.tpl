{{/* Names and labels that the templates share. */}}
{{- define "webhook-operator.cadvisorNamespace" -}}
{{ .Release.Namespace }}-cadvisor
{{- end -}}

{{/* For what is not in the release's namespace, where another installation may have the same release name. */}}
{{- define "webhook-operator.wideName" -}}
{{ .Release.Namespace }}-{{ .Release.Name }}
{{- end -}}

{{/* For Services and WebhookServices, whose names have no dots. */}}
{{- define "webhook-operator.plainName" -}}
{{ .Release.Name | replace "." "-" }}
{{- end -}}

{{- define "webhook-operator.selector" -}}
app.kubernetes.io/name: webhook-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The topologySpreadConstraints; those that count no pods of their own count the operator's. */}}
{{- define "webhook-operator.spread" -}}
{{- $operators := dict "matchLabels" (include "webhook-operator.selector" . | fromYaml) -}}
{{- $constraints := list -}}
{{- range .Values.topologySpreadConstraints -}}
{{- $constraints = append $constraints (hasKey . "labelSelector" | ternary . (set (deepCopy .) "labelSelector" $operators)) -}}
{{- end -}}
{{ toYaml $constraints }}
{{- end -}}

{{- define "webhook-operator.labels" -}}
{{ include "webhook-operator.selector" . }}
{{ include "webhook-operator.origin" . }}
{{- end -}}

{{/* Apart from the selector, so that the test's objects are not taken for the operator's. */}}
{{- define "webhook-operator.testLabels" -}}
app.kubernetes.io/name: webhook-operator-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{ include "webhook-operator.origin" . }}
{{- end -}}

{{- define "webhook-operator.origin" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* The subject of every binding. */}}
{{- define "webhook-operator.subjects" -}}
subjects:
- kind: ServiceAccount
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{/* Where `helm test` makes its WebhookService. */}}
{{- define "webhook-operator.testNamespace" -}}
{{- $namespaces := .Values.scope.namespaces -}}
{{- if .Values.test.namespace -}}
{{ .Values.test.namespace }}
{{- else if or (not $namespaces) (has .Release.Namespace $namespaces) -}}
{{ .Release.Namespace }}
{{- else -}}
{{ first $namespaces }}
{{- end -}}
{{- end -}}

{{/* Not empty: there is a ServiceMonitor. Its definition may be missing, and then Helm could not install. */}}
{{- define "webhook-operator.isMonitored" -}}
{{- if and .Values.serviceMonitor.enabled (.Capabilities.APIVersions.Has "monitoring.coreos.com/v1/ServiceMonitor") -}}
true
{{- end -}}
{{- end -}}
