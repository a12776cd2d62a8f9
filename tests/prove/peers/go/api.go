package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var groupVersion = schema.GroupVersion{Group: "webhook-operator.dev", Version: "v1alpha1"}

// WebhookService holds the part of the API that the measured children are made of.
type WebhookService struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   WebhookServiceSpec   `json:"spec"`
	Status WebhookServiceStatus `json:"status,omitempty"`
}

// WebhookServiceSpec: the API server fills the defaults in.
type WebhookServiceSpec struct {
	Replicas int32   `json:"replicas"`
	Image    *string `json:"image,omitempty"`
	Path     string  `json:"path"`
	Service  struct {
		Port int32 `json:"port"`
	} `json:"service"`
}

type WebhookServiceStatus struct {
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Replicas           int32              `json:"replicas"`
	ReadyReplicas      int32              `json:"readyReplicas"`
	Selector           string             `json:"selector,omitempty"`
	URL                string             `json:"url,omitempty"`
	Image              string             `json:"image,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
}

type WebhookServiceList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []WebhookService `json:"items"`
}

func (in *WebhookService) DeepCopyInto(out *WebhookService) {
	*out = *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	if in.Spec.Image != nil {
		image := *in.Spec.Image
		out.Spec.Image = &image
	}
	out.Status.Conditions = append([]metav1.Condition(nil), in.Status.Conditions...)
}

func (in *WebhookService) DeepCopy() *WebhookService {
	out := new(WebhookService)
	in.DeepCopyInto(out)
	return out
}

func (in *WebhookService) DeepCopyObject() runtime.Object { return in.DeepCopy() }

func (in *WebhookServiceList) DeepCopyObject() runtime.Object {
	out := &WebhookServiceList{TypeMeta: in.TypeMeta, Items: make([]WebhookService, len(in.Items))}
	in.ListMeta.DeepCopyInto(&out.ListMeta)
	for i := range in.Items {
		in.Items[i].DeepCopyInto(&out.Items[i])
	}
	return out
}

func addToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(groupVersion, &WebhookService{}, &WebhookServiceList{})
	metav1.AddToGroupVersion(scheme, groupVersion)
	return nil
}
