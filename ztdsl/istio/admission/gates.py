"""The API server's gate, the fields that it drops, and the optional policy of the stable channel.

Sources: Istio `manifests/charts/base/files/crd-all.gen.yaml`,
`manifests/charts/istio-control/istio-discovery/templates/validatingadmissionpolicy.yaml`; Kubernetes
`apiextensions-apiserver/pkg/apiserver/customresource_handler.go`, which drops fields before anything is checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.istio.admission.fields import SPECS
from ztdsl.istio.admission.meta_types import META_FIELDS
from ztdsl.istio.admission.metadata import TOP_FIELDS, check_metadata, kind_of
from ztdsl.istio.admission.records import like, without_nulls
from ztdsl.istio.admission.refusal import KIND_RULE, Refusal, clipped
from ztdsl.istio.admission.shapes import wrong_type
from ztdsl.istio.pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.istio.admission.shapes import Unknown

_STABLE_RULE: Final = "V-STABLE"
_REVISION_LABEL: Final = "istio.io/rev"
_EXTENDED_FIELDS: Final = ("trustDomains", "notTrustDomains")


def schema(plain: object) -> list[Refusal]:
    """What the API server refuses in one object; empty if it takes it.

    Fields that it drops without a word are not refused: `unknown_fields` and `null_fields` tell them. `status` is not
    looked at, since the API server drops that as well when an object is created or replaced.
    """
    found: list[Refusal] = []
    if not isinstance(plain, dict):
        return [wrong_type(plain, "", "an object")]
    if fault := kind_of(plain, any_version=False):
        found.append(Refusal("schema", "error", *fault))
    shape = SPECS.get(plain["kind"]) if isinstance(plain.get("kind"), str) else None
    if shape is None:
        found.append(
            Refusal("schema", "error", KIND_RULE, _kind_place(plain), "this is none of Istio's security kinds")
        )
    check_metadata(plain, found)
    if shape is not None and plain.get("spec") is not None:
        shape.check(without_nulls(plain["spec"]), "/spec", found)
    return clipped(found)


def _kind_place(plain: dict[str, object]) -> str:
    return "/kind" if "kind" in plain else ""


def unknown_fields(plain: object) -> list[Unknown]:
    """The pointers of all fields that the API server drops, each with the known name that is most like it, or None."""
    found: list[Unknown] = []
    if not isinstance(plain, dict):
        return found
    found.extend((pointer(name), like(str(name), TOP_FIELDS)) for name in plain if name not in TOP_FIELDS)
    meta = plain.get("metadata")
    if isinstance(meta, dict):
        found.extend(
            ("/metadata" + pointer(name), like(str(name), META_FIELDS)) for name in meta if name not in META_FIELDS
        )
    shape = SPECS.get(plain["kind"]) if isinstance(plain.get("kind"), str) else None
    if shape is not None:
        shape.unknown(plain.get("spec"), "/spec", found)
    return found


def null_fields(plain: object) -> list[str]:
    """The pointers of all fields of the spec that the API server drops because they are `null`.

    What is left means something else, often more: a selector whose one label has lost its value selects every workload.
    A `null` in the metadata counts as absent as well, and is common there.
    """
    if not isinstance(plain, dict) or "spec" not in plain:
        return []
    if plain["spec"] is None:
        return ["/spec"]
    found: list[str] = []
    shape = SPECS.get(plain["kind"]) if isinstance(plain.get("kind"), str) else None
    if shape is not None:
        shape.nulls(plain["spec"], "/spec", found)
    return found


def stable_channel(plain: object, revision: str | None = None) -> list[Refusal]:
    """What a cluster refuses whose Istio was installed with the admission policy of the stable channel.

    That policy looks only at objects whose label `istio.io/rev` names its revision, and there at the fields of sources:
    a condition on `source.trustDomain` passes. An AuthorizationPolicy without a spec is refused, since the policy fails
    on it. It also refuses some kinds of Istio that have no part in security.

    Args:
        plain: the object.
        revision: the revision that the policy was installed for, `default` if it has no name; any if None.
    """
    if not isinstance(plain, dict) or plain.get("kind") != "AuthorizationPolicy" or not _is_of(plain, revision):
        return []
    if plain.get("spec") is None:
        return [Refusal("stable", "error", _STABLE_RULE, "", "the stable channel fails on a policy without a spec")]
    return [
        Refusal("stable", "error", _STABLE_RULE, at, "the stable channel does not take trust domains in a source")
        for at in _extended_fields(plain["spec"])
    ]


def _is_of(plain: dict[str, Any], revision: str | None) -> bool:
    meta = plain.get("metadata")
    labels = meta.get("labels") if isinstance(meta, dict) else None
    named = labels.get(_REVISION_LABEL) if isinstance(labels, dict) else None
    return named is not None and revision in {None, named}


def _extended_fields(spec: object) -> Iterator[str]:
    for rule_index, rule in _items(spec, "rules"):
        for index, caller in _items(rule, "from"):
            source = caller.get("source") if isinstance(caller, dict) else None
            if isinstance(source, dict):
                for name in _EXTENDED_FIELDS:
                    if source.get(name) is not None:
                        yield f"/spec/rules/{rule_index}/from/{index}/source/{name}"


def _items(owner: object, name: str) -> Iterator[tuple[int, object]]:
    items = owner.get(name) if isinstance(owner, dict) else None
    return enumerate(items) if isinstance(items, list) else iter(())
