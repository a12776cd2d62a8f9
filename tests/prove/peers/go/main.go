// What a team would write in Go: a plain controller-runtime operator that makes the same children of a WebhookService with its
// default spec, by server-side apply, and says in its status what it observed. Usage: operator IMAGE, with a KUBECONFIG.
package main

import (
	"context"
	"fmt"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

const (
	manager   = "webhook-operator"
	managedBy = "app.kubernetes.io/managed-by"
	// As many as the operator that it runs beside.
	workers = 8
)

var monitorKind = schema.GroupVersionKind{Group: "monitoring.coreos.com", Version: "v1", Kind: "ServiceMonitor"}

type reconciler struct {
	client.Client
	image string
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var ws WebhookService
	if err := r.Get(ctx, request.NamespacedName, &ws); err != nil || !ws.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	image := r.image
	if ws.Spec.Image != nil {
		image = *ws.Spec.Image
	}
	for _, child := range childrenOf(&ws, image) {
		if err := r.Apply(ctx, child, client.FieldOwner(manager), client.ForceOwnership); err != nil {
			return ctrl.Result{}, err
		}
	}
	var deployment appsv1.Deployment
	if err := r.Get(ctx, request.NamespacedName, &deployment); client.IgnoreNotFound(err) != nil {
		return ctrl.Result{}, err
	}
	before := ws.DeepCopy()
	observe(&ws, &deployment, image)
	if equality.Semantic.DeepEqual(before.Status, ws.Status) {
		return ctrl.Result{}, nil
	}
	return ctrl.Result{}, r.Status().Patch(ctx, &ws, client.MergeFrom(before), client.FieldOwner(manager))
}

func observe(ws *WebhookService, deployment *appsv1.Deployment, image string) {
	seen := deployment.Status
	isReady := deployment.Generation > 0 && seen.ObservedGeneration == deployment.Generation && seen.ReadyReplicas == ws.Spec.Replicas
	ready := metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "RollingOut", ObservedGeneration: ws.Generation,
		Message: fmt.Sprintf("%d of %d receivers are ready", seen.ReadyReplicas, ws.Spec.Replicas)}
	if isReady {
		ready.Status, ready.Reason = metav1.ConditionTrue, "ReceiversReady"
	}
	status := &ws.Status
	status.ObservedGeneration, status.Image = ws.Generation, image
	status.Replicas, status.ReadyReplicas = seen.Replicas, seen.ReadyReplicas
	status.Selector = labels.FormatLabels(selectorOf(ws))
	status.URL = fmt.Sprintf("http://%s.%s.svc:%d%s", ws.Name, ws.Namespace, ws.Spec.Service.Port, ws.Spec.Path)
	meta.SetStatusCondition(&status.Conditions, ready)
}

func run() error {
	ctrl.SetLogger(zap.New())
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, addToScheme} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	config.QPS = -1
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:  scheme,
		Metrics: metricsserver.Options{BindAddress: "0"},
		Cache: cache.Options{
			DefaultTransform:     cache.TransformStripManagedFields(),
			DefaultLabelSelector: labels.SelectorFromSet(labels.Set{managedBy: manager}),
			ByObject:             map[client.Object]cache.ByObject{&WebhookService{}: {Label: labels.Everything()}},
		},
	})
	if err != nil {
		return err
	}
	monitor := &metav1.PartialObjectMetadata{}
	monitor.SetGroupVersionKind(monitorKind)
	// A child that appears is one that was just applied; one that changes or goes is put right.
	later := builder.WithPredicates(predicate.Funcs{CreateFunc: func(event.CreateEvent) bool { return false }})
	err = ctrl.NewControllerManagedBy(mgr).
		For(&WebhookService{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Owns(&appsv1.Deployment{}, later).
		Owns(&corev1.Service{}, builder.OnlyMetadata, later).
		Owns(&corev1.ServiceAccount{}, builder.OnlyMetadata, later).
		Owns(&policyv1.PodDisruptionBudget{}, builder.OnlyMetadata, later).
		Owns(&networkingv1.NetworkPolicy{}, builder.OnlyMetadata, later).
		Owns(monitor, builder.OnlyMetadata, later).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(&reconciler{Client: mgr.GetClient(), image: os.Args[1]})
	if err != nil {
		return err
	}
	return mgr.Start(ctrl.SetupSignalHandler())
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: operator IMAGE")
		os.Exit(2)
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
