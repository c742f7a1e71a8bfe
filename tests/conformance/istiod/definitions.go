package main

import (
	"io/fs"
	"strings"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime/schema"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"

	"istio.io/istio/manifests"
)

const (
	group          = "security.istio.io"
	telemetryGroup = "telemetry.istio.io"
	definitions    = "charts/base/files/crd-all.gen.yaml"
)

// One version of a kind, with everything that an API server asks of its objects.
type servedKind struct {
	validator  validation.SchemaCreateValidator
	structural *structuralschema.Structural
	rules      *cel.Validator
}

// The security kinds as Istio's own chart defines them; the module carries the chart.
var kinds = sync.OnceValue(func() map[schema.GroupVersionKind]servedKind {
	text, err := fs.ReadFile(manifests.BuiltinOrDir(""), definitions)
	must(err)
	found := map[schema.GroupVersionKind]servedKind{}
	for _, document := range strings.Split(string(text), "\n---") {
		definition := &apiextensionsv1.CustomResourceDefinition{}
		must(yaml.Unmarshal([]byte(document), definition))
		if definition.Spec.Group != group && definition.Spec.Group != telemetryGroup {
			continue
		}
		for _, version := range definition.Spec.Versions {
			if version.Served {
				kind := schema.GroupVersionKind{Group: definition.Spec.Group, Version: version.Name, Kind: definition.Spec.Names.Kind}
				found[kind] = kindOf(version)
			}
		}
	}
	return found
})

func kindOf(version apiextensionsv1.CustomResourceDefinitionVersion) servedKind {
	internal := &apiextensions.CustomResourceValidation{}
	must(apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(
		version.Schema, internal, nil))
	validator, _, err := validation.NewSchemaValidator(internal.OpenAPIV3Schema)
	must(err)
	structural, err := structuralschema.NewStructural(internal.OpenAPIV3Schema)
	must(err)
	return servedKind{validator, structural, cel.NewValidator(structural, true, celconfig.PerCallLimit)}
}
