"""The object around the spec, the fields that are dropped, and the stable channel."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.conformance.specs import spec
from ztdsl.istio.admission import null_fields, schema, stable_channel, unknown_fields, webhook
from ztdsl.istio.document import document
from ztdsl.istio.kinds import Meta, PeerAuthentication
from ztdsl.istio.read import from_document
from ztdsl.istio.validate import problems

META = {"name": "a", "namespace": "b"}
OWNER = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a", "uid": "1"}
OWNERS = "/metadata/ownerReferences"
MANAGED = {
    "manager": "kubectl",
    "operation": "Apply",
    "apiVersion": "security.istio.io/v1",
    "time": "2026-01-02T03:04:05Z",
    "fieldsType": "FieldsV1",
    "fieldsV1": {"f:spec": {}},
}
MANAGERS = "/metadata/managedFields"


def whole(**parts: Any) -> dict[str, Any]:
    """A good AuthorizationPolicy with other parts."""
    return {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": META, "spec": {}, **parts}


def places(found: list[Any]) -> list[tuple[str, str]]:
    """The rules and places of what is found."""
    return [(refusal.rule, refusal.pointer) for refusal in found]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"apiVersion": "security.istio.io/v1beta1"}, []),
        ({"apiVersion": "security.istio.io/v1alpha1"}, [("V-KIND", "/apiVersion")]),
        ({"apiVersion": "networking.istio.io/v1"}, [("V-KIND", "/apiVersion")]),
        ({"apiVersion": None}, [("V-KIND", "")]),
        ({"kind": "Gateway"}, [("V-KIND", "/kind")]),
        ({"kind": ["a"]}, [("V-KIND", "/kind")]),
        ({"status": 1}, []),
        ({"foo": 1}, []),
        ({"metadata": None}, [("K-META-1", "")]),
        ({"metadata": []}, [("V-TYPE", "/metadata")]),
        ({"metadata": {"generateName": "a-"}}, []),
        ({"metadata": {"generateName": "a."}}, [("K-META-1", "/metadata/generateName")]),
        ({"metadata": {"generateName": "A-"}}, [("K-META-1", "/metadata/generateName")]),
        ({"metadata": {"name": "a", "generateName": "A-"}}, []),
        ({"metadata": {"namespace": "b"}}, [("K-META-1", "/metadata")]),
        ({"metadata": {"name": "A"}}, [("K-META-1", "/metadata/name")]),
        ({"metadata": {"name": 1}}, [("V-TYPE", "/metadata/name")]),
        ({"metadata": {"name": "a", "namespace": "b.c"}}, [("K-META-2", "/metadata/namespace")]),
        ({"metadata": {**META, "labels": {"a": None, "b": "c"}}}, []),
        ({"metadata": {**META, "labels": {"a": 1}}}, [("V-TYPE", "/metadata/labels/a")]),
        ({"metadata": {**META, "labels": {"a/b": "-"}}}, [("K-META-3", "/metadata/labels/a~1b")]),
        ({"metadata": {**META, "labels": {"a b": "c"}}}, [("K-META-3", "/metadata/labels/a b")]),
        ({"metadata": {**META, "annotations": {"A/b": "any thing"}}}, []),
        ({"metadata": {**META, "annotations": {"a b": ""}}}, [("K-META-4", "/metadata/annotations/a b")]),
        ({"metadata": {**META, "annotations": {"a": "b" * 262_144}}}, [("K-META-5", "/metadata/annotations")]),
        ({"metadata": {**META, "creationTimestamp": None, "generation": 2, "finalizers": []}}, []),
        ({"metadata": {**META, "creationTimestamp": "now"}}, [("V-TYPE", "/metadata/creationTimestamp")]),
        ({"metadata": {**META, "creationTimestamp": "2026-01-02T03:04:05Z"}}, []),
        ({"metadata": {**META, "generation": True}}, [("V-TYPE", "/metadata/generation")]),
        ({"metadata": {**META, "ownerReferences": [OWNER, {**OWNER, "controller": None}]}}, []),
        ({"metadata": {**META, "ownerReferences": {}}}, [("V-TYPE", "/metadata/ownerReferences")]),
        ({"metadata": {**META, "ownerReferences": ["a"]}}, [("V-TYPE", "/metadata/ownerReferences/0")]),
        ({"metadata": {**META, "ownerReferences": [{**OWNER, "uid": 1}]}}, [("V-TYPE", f"{OWNERS}/0/uid")]),
        (
            {"metadata": {**META, "ownerReferences": [{**OWNER, "controller": "y"}]}},
            [("V-TYPE", f"{OWNERS}/0/controller")],
        ),
        ({"metadata": {**META, "ownerReferences": [OWNER, {**OWNER, "uid": None}]}}, [("K-META-6", f"{OWNERS}/1")]),
        ({"metadata": {**META, "ownerReferences": [None]}}, [("K-META-6", f"{OWNERS}/0")] * 4),
        ({"metadata": {**META, "ownerReferences": [{**OWNER, "apiVersion": "a/b/c"}]}}, [("K-META-6", f"{OWNERS}/0")]),
        ({"metadata": {**META, "ownerReferences": [{**OWNER, "apiVersion": "apps/"}]}}, [("K-META-6", f"{OWNERS}/0")]),
        (
            {"metadata": {**META, "ownerReferences": [{**OWNER, "apiVersion": "v1", "kind": "Event"}]}},
            [("K-META-6", f"{OWNERS}/0")],
        ),
        ({"metadata": {**META, "ownerReferences": [{**OWNER, "controller": True}] * 2}}, [("K-META-6", OWNERS)]),
        ({"metadata": {**META, "managedFields": [MANAGED, {}, None]}}, []),
        ({"metadata": {**META, "managedFields": [{**MANAGED, "fieldsV1": "any"}]}}, []),
        ({"metadata": {**META, "managedFields": [{**MANAGED, "manager": 1}]}}, [("V-TYPE", f"{MANAGERS}/0/manager")]),
        ({"metadata": {**META, "managedFields": [{**MANAGED, "time": "now"}]}}, [("V-TYPE", f"{MANAGERS}/0/time")]),
    ],
)
def test_the_api_server_checks_kind_and_metadata(parts: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """What is around the spec is refused where Kubernetes refuses it."""
    assert places(schema(whole(**parts))) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"apiVersion": "security.istio.io/v9"}, []),
        ({"apiVersion": "networking.istio.io/v1"}, [("V-KIND", "/apiVersion")]),
        ({"kind": "Gateway"}, [("V-KIND", "/kind")]),
        ({"metadata": None}, []),
        ({"metadata": {"name": "A"}}, []),
        ({"metadata": {"name": 1}}, [("V-DECODE", "/metadata/name")]),
        ({"metadata": {"OwnerReferences": [{"UID": 1}]}}, [("V-DECODE", "/metadata/ownerReferences/0/uid")]),
        ({"metadata": {"ownerReferences": [{}], "managedFields": [{"fieldsV1": 1}]}}, []),
        ({"spec": None}, []),
        ({"foo": 1}, [("V-META-1", "/foo")]),
        ({"SPEC": {"selector": {}}}, [("V-META-1", "/SPEC"), ("V-SEL-3", "/spec/selector")]),
    ],
)
def test_istiod_checks_what_it_decodes(parts: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Istiod knows no versions, no rules for names, and fields in upper case."""
    assert places(webhook(whole(**parts))) == expected


@pytest.mark.parametrize(
    ("kind", "action", "annotations", "expected"),
    [
        ("AuthorizationPolicy", "DENY", {"istio.io/dry-run": "T"}, ["V-AP-6"]),
        ("AuthorizationPolicy", "DENY", {"istio.io/dry-run": "yes"}, ["V-META-4"]),
        ("AuthorizationPolicy", "AUDIT", {"istio.io/dry-run": "false"}, ["V-META-3"]),
        ("AuthorizationPolicy", "DENY", {"internal.istio.io/parents": ""}, ["V-META-5"]),
        ("AuthorizationPolicy", "DENY", {"internal.istio.io/else": ""}, ["V-AP-6"]),
        ("RequestAuthentication", None, {"istio.io/dry-run": "true"}, ["V-META-2"]),
        ("PeerAuthentication", None, {"istio.io/dry-run": None}, ["V-META-2"]),
    ],
)
def test_a_refused_annotation_is_all_that_istiod_reports(
    kind: str, action: str | None, annotations: dict[str, Any], expected: list[str]
) -> None:
    """The annotations come first; with a refused one the spec is not looked at."""
    plain = whole(kind=kind, metadata={**META, "annotations": annotations}, spec={"action": action} if action else {})
    assert [refusal.rule for refusal in webhook(plain)] == expected


@pytest.mark.parametrize("plain", [None, [], "a", 1, {}])
def test_what_is_no_object_is_refused_by_both_gates(plain: object) -> None:
    """Neither gate fails on it."""
    assert schema(plain)
    assert webhook(plain)
    assert unknown_fields(plain) == []
    assert null_fields(plain) == []
    assert stable_channel(plain) == []


def test_fields_that_the_api_server_drops_are_told_with_a_name_like_them() -> None:
    """At any depth, in any case; names that are like nothing have no suggestion."""
    plain = whole(
        sepc={},
        metadata={**META, "label": {}},
        spec={
            "Selector": {"matchLabels": {"any": "thing"}},
            "selector": {"matchlabels": {}},
            "rules": [
                {"from": [{"source": {"principal": ["a"]}}], "tO": []},
                {"zzzz": 1, "when": [{"not_values": []}]},
            ],
            "provider": "a",
        },
    )
    assert unknown_fields(plain) == [
        ("/sepc", "spec"),
        ("/metadata/label", "labels"),
        ("/spec/Selector", "selector"),
        ("/spec/selector/matchlabels", "matchLabels"),
        ("/spec/rules/0/from/0/source/principal", "principals"),
        ("/spec/rules/0/tO", "to"),
        ("/spec/rules/1/zzzz", None),
        ("/spec/rules/1/when/0/not_values", "notValues"),
    ]


def test_free_keys_are_known_and_their_values_are_looked_into() -> None:
    """Labels have any name; the mode of a port does not."""
    ports = {"portLevelMtls": {"80": {"mod": "STRICT"}}, "selector": {"matchLabels": {"x": "y"}}}
    assert unknown_fields(whole(kind="PeerAuthentication", spec=ports)) == [("/spec/portLevelMtls/80/mod", "mode")]
    jwt = {"jwtRules": [{"jwks_uri": "https://a", "presence": "REQUIRED"}]}
    assert unknown_fields(whole(kind="RequestAuthentication", spec=jwt)) == [("/spec/jwtRules/0/presence", None)]


@pytest.mark.parametrize(
    ("kind", "spec_of", "dropped"),
    [
        ("AuthorizationPolicy", None, ["/spec"]),
        ("AuthorizationPolicy", {"selector": {"matchLabels": {"app": None}}}, ["/spec/selector/matchLabels/app"]),
        ("AuthorizationPolicy", {"selector": {"matchLabels": None}, "action": None}, None),
        ("AuthorizationPolicy", {"rules": [{"to": [{"operation": None}]}]}, ["/spec/rules/0/to/0/operation"]),
        ("AuthorizationPolicy", {"unknown": None}, []),
        ("PeerAuthentication", {"mtls": {"mode": None}}, ["/spec/mtls/mode"]),
        (
            "PeerAuthentication",
            {"selector": {"matchLabels": {"a": "b"}}, "portLevelMtls": {"80": None, "81": {}}},
            ["/spec/portLevelMtls/80"],
        ),
    ],
)
def test_fields_of_null_are_dropped_and_not_refused(kind: str, spec_of: Any, dropped: list[str] | None) -> None:
    """Where the schema has rules for what is left, they are asked of what is left."""
    plain = whole(kind=kind, spec=spec_of)
    assert schema(plain) == []
    assert null_fields(plain) == (["/spec/selector/matchLabels", "/spec/action"] if dropped is None else dropped)


@pytest.mark.parametrize(
    ("kind", "spec_of", "expected"),
    [
        ("AuthorizationPolicy", {"rules": [None]}, [("V-AP-7", "/spec/rules/0")]),
        ("AuthorizationPolicy", {"rules": [{"when": [{"key": None}]}]}, [("V-AP-17", "/spec/rules/0/when/0")]),
        ("PeerAuthentication", {"portLevelMtls": {"80": None}}, [("V-PA-2", "/spec/portLevelMtls")]),
    ],
)
def test_what_is_left_without_the_nulls_may_be_refused(
    kind: str, spec_of: Any, expected: list[tuple[str, str]]
) -> None:
    """An item of a list is not dropped; a required field of null is missing; a mapping may be empty afterwards."""
    assert places(schema(whole(kind=kind, spec=spec_of)))[:1] == expected


@pytest.mark.parametrize(
    ("labels", "revision", "source", "refused"),
    [
        ({"istio.io/rev": "default"}, None, {"trustDomains": []}, ["/spec/rules/1/from/0/source/trustDomains"]),
        ({"istio.io/rev": "a"}, "a", {"notTrustDomains": ["x"]}, ["/spec/rules/1/from/0/source/notTrustDomains"]),
        ({"istio.io/rev": "a"}, "default", {"trustDomains": ["x"]}, []),
        ({}, None, {"trustDomains": ["x"]}, []),
        ({"istio.io/rev": "default"}, None, {"principals": ["x"]}, []),
    ],
)
def test_the_stable_channel_refuses_trust_domains_in_sources(
    labels: dict[str, str], revision: str | None, source: dict[str, Any], refused: list[str]
) -> None:
    """Only of objects that name its revision, and not in conditions."""
    rules = [{"when": [{"key": "source.trustDomain", "values": ["a"]}]}, {"from": [{"source": source}]}]
    plain = whole(metadata={**META, "labels": labels}, spec={"rules": rules})
    assert [refusal.pointer for refusal in stable_channel(plain, revision)] == refused


def test_the_stable_channel_fails_on_a_policy_without_a_spec() -> None:
    """Its expression reads the spec, and a failure refuses the object."""
    plain = whole(metadata={**META, "labels": {"istio.io/rev": "default"}})
    assert stable_channel(plain) == []
    del plain["spec"]
    assert len(stable_channel(plain)) == 1


def test_validation_of_our_own_manifests_is_at_least_as_strict() -> None:
    """What a gate refuses of a manifest that we could write, `problems` finds."""
    seen = 0
    for seed in range(4000):
        plain = spec(random.Random(seed))  # noqa: S311 - no secret
        try:
            manifest = from_document(plain)
        except ValueError:
            continue
        seen += 1
        if schema(plain) or any(refusal.severity == "error" for refusal in webhook(plain)):
            assert any(problem.severity == "error" for problem in problems(manifest)), plain
    assert seen > 500


def test_a_written_manifest_has_no_unknown_field() -> None:
    """`document` writes nothing that the API server drops."""
    plain = document(PeerAuthentication(Meta("a", "b", (("c", "d"),), (("e", "f"),)), None, "STRICT"))
    assert unknown_fields(plain) == []
    assert schema(plain) == webhook(plain) == []
