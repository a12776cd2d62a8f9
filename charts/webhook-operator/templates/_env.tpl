{{/* The operator's settings. What is empty is left to the operator. */}}
{{- define "webhook-operator.env" -}}
- name: WEBHOOK_OPERATOR_RECEIVER_IMAGE
  value: {{ include "webhook-operator.receiverImage" . | quote }}
- name: WEBHOOK_OPERATOR_CADVISOR_IMAGE
  value: {{ include "webhook-operator.cadvisorImage" . | quote }}
- name: WEBHOOK_OPERATOR_CADVISOR_NAMESPACE
  value: {{ include "webhook-operator.cadvisorNamespace" . }}
{{- with .Values.cadvisor.imagePullSecrets }}
- name: WEBHOOK_OPERATOR_CADVISOR_PULL_SECRETS
  value: {{ range $index, $secret := . }}{{ if $index }},{{ end }}{{ $secret.name }}{{ end }}
{{- end }}
{{- with .Values.scope.namespaces }}
- name: WEBHOOK_OPERATOR_NAMESPACES
  value: {{ join "," . | quote }}
{{- end }}
{{- with .Values.scope.namespaceSelector }}
- name: WEBHOOK_OPERATOR_NAMESPACE_SELECTOR
  value: {{ . | quote }}
{{- end }}
{{- with .Values.controllerId }}
- name: WEBHOOK_OPERATOR_CONTROLLER_ID
  value: {{ . | quote }}
{{- end }}
- name: WEBHOOK_OPERATOR_LEASE_NAMESPACE
  value: {{ .Release.Namespace | quote }}
- name: WEBHOOK_OPERATOR_LEASE_NAME
  value: {{ .Release.Name | quote }}
{{- with .Values.prometheus.url }}
- name: WEBHOOK_OPERATOR_PROMETHEUS_URL
  value: {{ . | quote }}
{{- end }}
{{- with .Values.stalledAfterSeconds }}
- name: WEBHOOK_OPERATOR_STALLED_AFTER
  value: {{ . | quote }}
{{- end }}
- name: WEBHOOK_OPERATOR_LOG_FORMAT
  value: {{ .Values.logFormat }}
- name: RUST_LOG
  value: {{ .Values.logFilter | quote }}
- name: WEBHOOK_OPERATOR_POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
{{- end -}}
