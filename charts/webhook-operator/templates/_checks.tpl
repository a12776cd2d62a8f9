{{/* Mistakes that only several values together make, each told in one line. What one value may be is in values.schema.json. */}}
{{- define "webhook-operator.checks" -}}
{{- $scope := .Values.scope -}}
{{- $cadvisor := include "webhook-operator.cadvisorNamespace" . -}}
{{- if gt (len $cadvisor) 63 -}}
{{- fail (printf "the namespace %s is too long, since cAdvisor's is %s and may have 63 characters: install into one of at most 54" .Release.Namespace $cadvisor) -}}
{{- end -}}
{{- if and $scope.namespaces $scope.namespaceSelector -}}
{{- fail "scope.namespaces and scope.namespaceSelector are both set: empty one of them" -}}
{{- end -}}
{{- if has $cadvisor $scope.namespaces -}}
{{- fail (printf "scope.namespaces has %s, which is kept for cAdvisor alone: remove it" $cadvisor) -}}
{{- end -}}
{{- if and $scope.namespaces .Values.test.namespace (not (has .Values.test.namespace $scope.namespaces)) -}}
{{- fail (printf "test.namespace is %s, where the operator does not work: write one of scope.namespaces" .Values.test.namespace) -}}
{{- end -}}
{{- range list "app.kubernetes.io/name" "app.kubernetes.io/instance" -}}
{{- if hasKey $.Values.podLabels . -}}
{{- fail (printf "podLabels sets %s, by which the Deployment finds its pods: write another label" .) -}}
{{- end -}}
{{- end -}}
{{- $replicas := int .Values.replicas -}}
{{- $least := .Values.podDisruptionBudget.minAvailable -}}
{{- if kindIs "string" $least -}}
{{- $least = div (add (mul (trimSuffix "%" $least | int) $replicas) 99) 100 -}}
{{- end -}}
{{- if and (include "webhook-operator.hasBudget" .) (ge (int $least) $replicas) -}}
{{- fail (printf "podDisruptionBudget.minAvailable is %v of %d replicas, so that no node could be drained: write less" .Values.podDisruptionBudget.minAvailable $replicas) -}}
{{- end -}}
{{- end -}}

{{- define "webhook-operator.hasBudget" -}}
{{- if and .Values.podDisruptionBudget.enabled (gt (int .Values.replicas) 1) -}}
true
{{- end -}}
{{- end -}}
