{{/* References of the three images. */}}
{{- define "webhook-operator.operatorImage" -}}
{{ include "webhook-operator.image" (dict "image" .Values.image "tag" .Chart.AppVersion "registry" .Values.imageRegistry) }}
{{- end -}}

{{- define "webhook-operator.receiverImage" -}}
{{ include "webhook-operator.image" (dict "image" .Values.receiver.image "tag" .Chart.AppVersion "registry" .Values.imageRegistry) }}
{{- end -}}

{{- define "webhook-operator.cadvisorImage" -}}
{{- $image := .Values.cadvisor.image -}}
{{- if kindIs "string" $image -}}
{{ include "webhook-operator.repository" (dict "repository" $image "registry" .Values.imageRegistry) }}
{{- else -}}
{{- if not (or $image.tag $image.digest) -}}
{{- fail "cadvisor.image has neither tag nor digest: write one" -}}
{{- end -}}
{{ include "webhook-operator.image" (dict "image" $image "tag" "" "registry" .Values.imageRegistry) }}
{{- end -}}
{{- end -}}

{{- define "webhook-operator.image" -}}
{{ include "webhook-operator.repository" (dict "repository" .image.repository "registry" .registry) }}
{{- if .image.digest }}@{{ .image.digest }}{{ else }}:{{ .image.tag | default .tag }}{{ end }}
{{- end -}}

{{/* With `registry` in place of the one that it names. As Docker reads it, what is before the first slash is one if it has a dot or a colon. */}}
{{- define "webhook-operator.repository" -}}
{{- $repository := .repository -}}
{{- if .registry -}}
{{- $first := splitList "/" $repository | first -}}
{{- if and (contains "/" $repository) (or (contains "." $first) (contains ":" $first) (eq $first "localhost")) -}}
{{- $repository = trimPrefix (printf "%s/" $first) $repository -}}
{{- end -}}
{{- $repository = printf "%s/%s" .registry $repository -}}
{{- end -}}
{{ $repository }}
{{- end -}}
