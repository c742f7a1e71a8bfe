package main

import (
	"context"

	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	crdvalidation "k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
)

// How an API server makes a name of a prefix (apiserver/pkg/storage/names/generate.go), but always the same one.
const (
	longestPrefix = 58
	suffix        = "abcde"
)

// What an API server says of one object that is to be created: the reasons to refuse it, the paths of the fields that
// it drops because they are unknown, and the object as it would be stored.
//
// The steps and their order are those of Kubernetes: apiextensions-apiserver, pkg/apiserver/customresource_handler.go
// (unstructuredSchemaCoercer) and pkg/registry/customresource/{strategy,validator}.go.
func schemaOf(asked job) answer {
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(asked.Document); err != nil {
		return refused(err)
	}
	kind, known := kinds()[object.GroupVersionKind()]
	if !known {
		return answer{"errors": []string{"not served: " + object.GroupVersionKind().String()}, "pruned": []string{}}
	}
	delete(object.Object, "status")
	pruned, err := coerce(object, kind)
	if err != nil {
		return refused(err)
	}
	complete(object)
	errors := []string{}
	for _, each := range check(object, kind) {
		errors = append(errors, each.Error())
	}
	return answer{"errors": errors, "pruned": pruned, "stored": object.Object}
}

func refused(err error) answer {
	return answer{"errors": []string{err.Error()}, "pruned": []string{}}
}

// Drops unknown fields and those of null, whose paths are not among the results, and reads the metadata.
func coerce(object *unstructured.Unstructured, kind servedKind) ([]string, error) {
	defaulting.Default(object.Object, kind.structural)
	metadata, found, unknown, err := objectmeta.GetObjectMetaWithOptions(
		object.Object, objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	if err != nil {
		return nil, err
	}
	track := structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	pruned := append([]string{}, unknown...)
	pruned = append(pruned, pruning.PruneWithOptions(object.Object, kind.structural, true, track)...)
	defaulting.PruneNonNullableNullsWithoutDefaults(object.Object, kind.structural)
	if err := objectmeta.Coerce(nil, object.Object, kind.structural, false, false); err != nil {
		return nil, err
	}
	if found {
		return pruned, objectmeta.SetObjectMeta(object.Object, metadata)
	}
	return pruned, nil
}

// What is set when an object is created: the namespace of the request, a name where only a prefix is given, and the
// generation.
func complete(object *unstructured.Unstructured) {
	object.SetGeneration(1)
	if object.GetNamespace() == "" {
		object.SetNamespace("default")
	}
	if prefix := object.GetGenerateName(); object.GetName() == "" && prefix != "" {
		object.SetName(prefix[:min(len(prefix), longestPrefix)] + suffix)
	}
}

func check(object *unstructured.Unstructured, kind servedKind) field.ErrorList {
	errors := validation.ValidateObjectMetaAccessor(
		object, true, validation.NameIsDNSSubdomain, field.NewPath("metadata"))
	errors = append(errors, crdvalidation.ValidateCustomResource(nil, object.Object, kind.validator)...)
	errors = append(errors, objectmeta.Validate(nil, object.Object, kind.structural, false)...)
	errors = append(errors, listtype.ValidateListSetsAndMaps(nil, kind.structural, object.Object)...)
	if len(errors) == 0 { // the API server asks for them beside harmless errors as well: the object is refused anyway
		errors, _ = kind.rules.Validate(
			context.Background(), nil, kind.structural, object.Object, nil, celconfig.RuntimeCELCostBudget)
	}
	return errors
}
