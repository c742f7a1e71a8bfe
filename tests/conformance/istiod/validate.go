package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/hashicorp/go-multierror"
	admission "k8s.io/api/admission/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
	"istio.io/istio/pkg/webhooks/validation/server"
)

const domain = "cluster.local"

// istiod's webhook server as istiod makes it (pilot/pkg/bootstrap/validation.go), without a port.
var webhook = sync.OnceValue(func() http.Handler {
	routes := http.NewServeMux()
	_, err := server.New(server.Options{Schemas: collections.PilotGatewayAPI(), DomainSuffix: domain, Mux: routes})
	must(err)
	return routes
})

// What istiod's webhook says when the API server shows it one object that is to be created.
//
// It gives its warnings only with an object that it takes. With another one they are what `istioctl validate` shows
// beside the errors.
func validate(asked job) answer {
	said := review(asked.Document)
	if !said.Allowed {
		return answer{"errors": []string{said.Result.Message}, "warnings": unsentWarnings(asked.Document)}
	}
	return answer{"errors": []string{}, "warnings": append([]string{}, said.Warnings...)}
}

func review(document json.RawMessage) *admission.AdmissionResponse {
	asked, err := json.Marshal(&admission.AdmissionReview{
		TypeMeta: meta.TypeMeta{APIVersion: admission.SchemeGroupVersion.String(), Kind: "AdmissionReview"},
		Request: &admission.AdmissionRequest{
			UID: "job", Operation: admission.Create, Object: runtime.RawExtension{Raw: document},
		},
	})
	must(err)
	request := httptest.NewRequest(http.MethodPost, "/validate", bytes.NewReader(asked))
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	webhook().ServeHTTP(recorder, request)
	given := admission.AdmissionReview{}
	if err := json.Unmarshal(recorder.Body.Bytes(), &given); err != nil || given.Response == nil {
		panic(fmt.Sprintf("the webhook answers %d: %s", recorder.Code, recorder.Body))
	}
	return given.Response
}

func unsentWarnings(document json.RawMessage) []string {
	var object crd.IstioKind
	if json.Unmarshal(document, &object) != nil {
		return []string{}
	}
	kind := object.GroupVersionKind()
	schema, known := collections.PilotGatewayAPI().FindByGroupKind(resource.FromKubernetesGVK(&kind))
	if !known {
		return []string{}
	}
	config, err := crd.ConvertObject(schema, &object, domain)
	if err != nil {
		return []string{}
	}
	warned, _ := schema.ValidateConfig(*config)
	return texts(warned)
}

func texts(err error) []string {
	if err == nil {
		return []string{}
	}
	if several, ok := err.(*multierror.Error); ok {
		found := []string{}
		for _, each := range several.Errors {
			found = append(found, each.Error())
		}
		return found
	}
	return []string{err.Error()}
}
