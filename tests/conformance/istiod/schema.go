package main

import (
	"context"
	"io/fs"
	"strings"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	structuralpruning "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	kubernetesjson "k8s.io/apimachinery/pkg/util/json"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"

	"istio.io/istio/manifests"
)

const definitions = "charts/base/files/crd-all.gen.yaml"

type gate struct {
	validator  validation.SchemaCreateValidator
	structural *structuralschema.Structural
	rules      *cel.Validator
}

var gates = sync.OnceValue(loadGates)

// What an API server says of one object: the structural schema of its kind, then the rules in CEL; and what it drops.
func schemaOf(asked job) answer {
	var object map[string]any
	if err := kubernetesjson.Unmarshal(asked.Document, &object); err != nil {
		return answer{"errors": []string{"decode: " + err.Error()}, "pruned": []string{}}
	}
	kind, _ := object["kind"].(string)
	gate, known := gates()[kind]
	if !known {
		return answer{"errors": []string{"kind: " + kind}, "pruned": []string{}}
	}
	delete(object, "status")
	options := structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	pruned := structuralpruning.PruneWithOptions(object, gate.structural, true, options)
	errors := []string{}
	for _, each := range validation.ValidateCustomResource(nil, object, gate.validator) {
		errors = append(errors, each.Error())
	}
	if len(errors) == 0 {
		broken, _ := gate.rules.Validate(
			context.Background(), nil, gate.structural, object, nil, celconfig.RuntimeCELCostBudget)
		for _, each := range broken {
			errors = append(errors, each.Error())
		}
	}
	return answer{"errors": errors, "pruned": append([]string{}, pruned...)}
}

func loadGates() map[string]gate {
	data, err := fs.ReadFile(manifests.BuiltinOrDir(""), definitions)
	must(err)
	found := map[string]gate{}
	for _, document := range strings.Split(string(data), "\n---") {
		definition := &apiextensionsv1.CustomResourceDefinition{}
		must(yaml.Unmarshal([]byte(document), definition))
		if definition.Spec.Group == "security.istio.io" {
			found[definition.Spec.Names.Kind] = gateOf(definition)
		}
	}
	return found
}

func gateOf(definition *apiextensionsv1.CustomResourceDefinition) gate {
	internal := &apiextensions.CustomResourceDefinition{}
	must(apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(
		definition, internal, nil))
	properties := internal.Spec.Validation
	if properties == nil {
		properties = internal.Spec.Versions[0].Schema
	}
	validator, _, err := validation.NewSchemaValidator(properties.OpenAPIV3Schema)
	must(err)
	structural, err := structuralschema.NewStructural(properties.OpenAPIV3Schema)
	must(err)
	return gate{validator, structural, cel.NewValidator(structural, true, celconfig.PerCallLimit)}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
