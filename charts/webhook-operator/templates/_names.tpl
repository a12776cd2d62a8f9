{{/* Names and labels that the templates share. */}}
{{- define "webhook-operator.cadvisorNamespace" -}}
{{ .Release.Namespace }}-cadvisor
{{- end -}}

{{- define "webhook-operator.selector" -}}
app.kubernetes.io/name: webhook-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "webhook-operator.labels" -}}
{{ include "webhook-operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}
