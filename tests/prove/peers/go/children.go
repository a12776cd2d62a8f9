package main

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	appsac "k8s.io/client-go/applyconfigurations/apps/v1"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"
	networkingac "k8s.io/client-go/applyconfigurations/networking/v1"
	policyac "k8s.io/client-go/applyconfigurations/policy/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func selectorOf(ws *WebhookService) map[string]string {
	return map[string]string{"app.kubernetes.io/instance": ws.Name, "app.kubernetes.io/name": "webhook-receiver"}
}

func labelsOf(ws *WebhookService) map[string]string {
	labels := selectorOf(ws)
	labels[managedBy] = manager
	return labels
}

func ownerOf(ws *WebhookService) *metaac.OwnerReferenceApplyConfiguration {
	return metaac.OwnerReference().WithAPIVersion(groupVersion.String()).WithKind("WebhookService").
		WithName(ws.Name).WithUID(ws.UID).WithController(true)
}

// childrenOf is all that the default spec of a WebhookService asks for.
func childrenOf(ws *WebhookService, image string) []runtime.ApplyConfiguration {
	selector := metaac.LabelSelector().WithMatchLabels(selectorOf(ws))
	account := coreac.ServiceAccount(ws.Name, ws.Namespace).WithLabels(labelsOf(ws)).WithOwnerReferences(ownerOf(ws)).
		WithAutomountServiceAccountToken(false)
	service := coreac.Service(ws.Name, ws.Namespace).WithLabels(labelsOf(ws)).WithOwnerReferences(ownerOf(ws)).
		WithSpec(coreac.ServiceSpec().WithType(corev1.ServiceTypeClusterIP).WithSelector(selectorOf(ws)).
			WithPorts(coreac.ServicePort().WithName("http").WithPort(ws.Spec.Service.Port).WithProtocol(corev1.ProtocolTCP).
				WithTargetPort(intstr.FromString("http"))))
	policy := networkingac.NetworkPolicy(ws.Name, ws.Namespace).WithLabels(labelsOf(ws)).WithOwnerReferences(ownerOf(ws)).
		WithSpec(networkingac.NetworkPolicySpec().WithPodSelector(selector).WithPolicyTypes(networkingv1.PolicyTypeIngress).
			WithIngress(networkingac.NetworkPolicyIngressRule().WithPorts(
				networkingac.NetworkPolicyPort().WithPort(intstr.FromString("http")).WithProtocol(corev1.ProtocolTCP))))
	budget := policyac.PodDisruptionBudget(ws.Name, ws.Namespace).WithLabels(labelsOf(ws)).WithOwnerReferences(ownerOf(ws)).
		WithSpec(policyac.PodDisruptionBudgetSpec().WithMaxUnavailable(intstr.FromInt32(1)).WithSelector(selector).
			WithUnhealthyPodEvictionPolicy(policyv1.AlwaysAllow))
	deployment := appsac.Deployment(ws.Name, ws.Namespace).WithLabels(labelsOf(ws)).WithOwnerReferences(ownerOf(ws)).
		WithSpec(appsac.DeploymentSpec().WithReplicas(ws.Spec.Replicas).WithProgressDeadlineSeconds(120).
			WithRevisionHistoryLimit(3).WithSelector(selector).
			WithStrategy(appsac.DeploymentStrategy().WithType(appsv1.RollingUpdateDeploymentStrategyType).WithRollingUpdate(
				appsac.RollingUpdateDeployment().WithMaxSurge(intstr.FromString("25%")).WithMaxUnavailable(intstr.FromInt32(0)))).
			WithTemplate(coreac.PodTemplateSpec().WithLabels(labelsOf(ws)).WithSpec(podOf(ws, image))))
	return []runtime.ApplyConfiguration{account, service, policy, budget, monitorOf(ws), deployment}
}

func podOf(ws *WebhookService, image string) *coreac.PodSpecApplyConfiguration {
	probe := func(path string, period, failures int32) *coreac.ProbeApplyConfiguration {
		return coreac.Probe().WithPeriodSeconds(period).WithFailureThreshold(failures).WithTimeoutSeconds(2).
			WithHTTPGet(coreac.HTTPGetAction().WithPath(path).WithPort(intstr.FromString("http")))
	}
	variable := func(name, value string) *coreac.EnvVarApplyConfiguration {
		return coreac.EnvVar().WithName(name).WithValue(value)
	}
	limits := corev1.ResourceList{"memory": resource.MustParse("128Mi"), "ephemeral-storage": resource.MustParse("1Gi")}
	requests := corev1.ResourceList{
		"cpu": resource.MustParse("50m"), "memory": resource.MustParse("32Mi"), "ephemeral-storage": resource.MustParse("64Mi"),
	}
	receiver := coreac.Container().WithName("receiver").WithImage(image).WithImagePullPolicy(corev1.PullIfNotPresent).
		WithEnv(variable("WEBHOOK_PATH", ws.Spec.Path), variable("WEBHOOK_MAX_PAYLOAD_BYTES", "1048576"),
			variable("WEBHOOK_MAX_CONCURRENT_REQUESTS", "512"), variable("WEBHOOK_REQUEST_TIMEOUT", "10s")).
		WithPorts(coreac.ContainerPort().WithName("http").WithContainerPort(5000).WithProtocol(corev1.ProtocolTCP)).
		WithStartupProbe(probe("/healthz", 1, 30)).WithLivenessProbe(probe("/healthz", 10, 3)).WithReadinessProbe(probe("/readyz", 2, 2)).
		WithResources(coreac.ResourceRequirements().WithLimits(limits).WithRequests(requests)).
		WithSecurityContext(coreac.SecurityContext().WithAllowPrivilegeEscalation(false).WithReadOnlyRootFilesystem(true).
			WithCapabilities(coreac.Capabilities().WithDrop("ALL")))
	spread := coreac.TopologySpreadConstraint().WithMaxSkew(1).WithTopologyKey("kubernetes.io/hostname").
		WithWhenUnsatisfiable(corev1.ScheduleAnyway).WithMatchLabelKeys("pod-template-hash").
		WithLabelSelector(metaac.LabelSelector().WithMatchLabels(selectorOf(ws)))
	return coreac.PodSpec().WithServiceAccountName(ws.Name).WithAutomountServiceAccountToken(false).WithEnableServiceLinks(false).
		WithTerminationGracePeriodSeconds(25).WithContainers(receiver).WithTopologySpreadConstraints(spread).
		WithSecurityContext(coreac.PodSecurityContext().WithRunAsNonRoot(true).WithRunAsUser(65532).WithRunAsGroup(65532).
			WithSeccompProfile(coreac.SeccompProfile().WithType(corev1.SeccompProfileTypeRuntimeDefault)))
}

func monitorOf(ws *WebhookService) runtime.ApplyConfiguration {
	fields := func(from map[string]string) map[string]any {
		to := make(map[string]any, len(from))
		for key, value := range from {
			to[key] = value
		}
		return to
	}
	owner := map[string]any{
		"apiVersion": groupVersion.String(), "kind": "WebhookService", "name": ws.Name, "uid": string(ws.UID), "controller": true,
	}
	return client.ApplyConfigurationFromUnstructured(&unstructured.Unstructured{Object: map[string]any{
		"apiVersion": monitorKind.GroupVersion().String(), "kind": monitorKind.Kind,
		"metadata": map[string]any{
			"name": ws.Name, "namespace": ws.Namespace, "labels": fields(labelsOf(ws)), "ownerReferences": []any{owner},
		},
		"spec": map[string]any{
			"endpoints": []any{map[string]any{"interval": "30s", "path": "/metrics", "port": "http"}},
			"selector":  map[string]any{"matchLabels": fields(labelsOf(ws))},
		},
	}})
}
