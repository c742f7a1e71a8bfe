package main

import (
	"encoding/json"
	"fmt"

	"github.com/hashicorp/go-multierror"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
)

// The fields of an object that istiod's webhook knows (pkg/webhooks/validation/server/server.go).
var topFields = map[string]bool{"apiVersion": true, "kind": true, "metadata": true, "spec": true, "status": true}

// What istiod's webhook says of one object: its decoding, its validation, and its look at the top-level fields.
func validate(asked job) answer {
	errors, warnings := webhook(asked.Document)
	return answer{"errors": errors, "warnings": warnings}
}

func webhook(document []byte) (errors, warnings []string) {
	errors, warnings = []string{}, []string{}
	var object crd.IstioKind
	if err := json.Unmarshal(document, &object); err != nil {
		return []string{"decode: " + err.Error()}, warnings
	}
	kind := object.GroupVersionKind()
	schema, known := collections.All.FindByGroupKind(resource.FromKubernetesGVK(&kind))
	if !known {
		return []string{"kind: " + kind.String()}, warnings
	}
	config, err := crd.ConvertObject(schema, &object, "cluster.local")
	if err != nil {
		return []string{"convert: " + err.Error()}, warnings
	}
	warned, err := schema.ValidateConfig(*config)
	warnings = append(warnings, texts(warned)...)
	errors = append(errors, texts(err)...)
	if len(errors) > 0 {
		return errors, warnings
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(document, &fields); err != nil {
		return []string{"fields: " + err.Error()}, warnings
	}
	for name := range fields {
		if !topFields[name] {
			errors = append(errors, fmt.Sprintf("unknown field %q", name))
		}
	}
	return errors, warnings
}

func texts(err error) []string {
	if err == nil {
		return nil
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
