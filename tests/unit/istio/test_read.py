"""Objects of a cluster read as istiod reads them."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conformance.specs import spec
from ztdsl.istio.admission import schema, webhook
from ztdsl.istio.kinds import (
    AuthorizationPolicy,
    ClaimToHeader,
    Condition,
    JwtRule,
    Meta,
    Operation,
    PeerAuthentication,
    RequestAuthentication,
    Rule,
    Selector,
    Source,
    TargetRef,
    TokenHeader,
)
from ztdsl.istio.read import from_document, from_manifest

META = {"name": "a", "namespace": "b"}
SERVICE = {"kind": "Service", "name": "s"}
leaves = st.none() | st.booleans() | st.integers() | st.text()
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


def whole(kind: str, plain: object, **metadata: object) -> dict[str, Any]:
    """An object of a kind."""
    return {
        "apiVersion": "security.istio.io/v1beta1",
        "kind": kind,
        "metadata": {**META, **metadata},
        "spec": plain,
        "status": {"any": "thing"},
    }


def policy(plain: object) -> AuthorizationPolicy:
    """The AuthorizationPolicy with that spec."""
    manifest = from_manifest(whole("AuthorizationPolicy", plain))
    assert isinstance(manifest, AuthorizationPolicy)
    return manifest


def peer(plain: object) -> PeerAuthentication:
    """The PeerAuthentication with that spec."""
    manifest = from_manifest(whole("PeerAuthentication", plain))
    assert isinstance(manifest, PeerAuthentication)
    return manifest


def tokens(plain: object) -> RequestAuthentication:
    """The RequestAuthentication with that spec."""
    manifest = from_manifest(whole("RequestAuthentication", plain))
    assert isinstance(manifest, RequestAuthentication)
    return manifest


def test_metadata_of_a_live_object_is_kept_where_it_means_something() -> None:
    """Name, namespace, labels, annotations and the time of creation; the rest is passed over."""
    live = {"labels": {"a": "b"}, "annotations": {"c": "d"}, "creationTimestamp": "2026-01-02T03:04:05Z", "uid": "x"}
    manifest = from_manifest(whole("AuthorizationPolicy", {}, **live, managedFields=[{}]))
    assert manifest.meta == Meta("a", "b", (("a", "b"),), (("c", "d"),), "2026-01-02T03:04:05Z")


def test_a_namespace_comes_from_the_object_or_from_the_caller() -> None:
    """The object's own wins; without either there is no manifest."""
    plain = {**whole("PeerAuthentication", {}), "metadata": {"name": "a"}}
    assert from_manifest(plain, "c").meta.namespace == "c"
    assert from_manifest(whole("PeerAuthentication", {}), "c").meta.namespace == "b"
    with pytest.raises(ValueError, match="`/metadata/namespace` is missing"):
        from_manifest(plain)


def test_an_absent_action_allows_and_an_absent_spec_is_empty() -> None:
    """ALLOW without rules allows nothing."""
    expected = AuthorizationPolicy(Meta("a", "b", ()), None, (), "ALLOW", None, ())
    assert policy({}) == policy(None) == policy({"rules": [], "targetRefs": None, "unknown": 1}) == expected


def test_empty_lists_are_absent_and_empty_objects_are_not() -> None:
    """An empty list of callers is everyone; a rule, a source, a selector and a provider may be empty."""
    rules: list[Any] = [
        None,
        {},
        {"from": [], "to": None},
        {"from": [{}, {"source": None}], "to": [{"operation": {"ports": []}}]},
    ]
    manifest = policy({"rules": rules, "selector": {}, "provider": {}})
    assert manifest.rules == (Rule(), Rule(), Rule(), Rule((Source(), Source()), (Operation(),)))
    assert manifest.selector == Selector(())
    assert manifest.provider == ""


def test_the_old_reference_counts_only_without_new_ones() -> None:
    """`targetRefs` wins unless it is empty; group and namespace may be left out."""
    assert policy({"targetRef": SERVICE}).target_refs == (TargetRef("", "Service", "s"),)
    assert policy({"targetRef": SERVICE, "targetRefs": []}).target_refs == (TargetRef("", "Service", "s"),)
    both = {"targetRef": SERVICE, "targetRefs": [{"group": "core", "kind": "Service", "name": "t", "namespace": ""}]}
    assert policy(both).target_refs == (TargetRef("core", "Service", "t"),)


def test_what_the_api_server_drops_is_not_read() -> None:
    """Neither misspelt fields nor protobuf's names, but for the one that the schema knows."""
    assert policy({"rules": [{"from": [{"source": {"principal": ["a"], "not_principals": ["b"]}}]}]}).rules == (
        Rule((Source(),)),
    )
    assert tokens({"jwtRules": [{"jwks_uri": "https://a"}]}).jwt_rules == (JwtRule(jwks_uri="https://a"),)


def test_modes_are_none_for_the_workload_and_words_for_ports() -> None:
    """UNSET inherits; a port says so itself; of a port without a value nothing is left."""
    assert peer({}).mtls is peer({"mtls": {}}).mtls is peer({"mtls": {"mode": "UNSET"}}).mtls is None
    ports = {"80": {"mode": "DISABLE"}, 81: {}, "82": None}
    manifest = peer({"mtls": {"mode": "STRICT"}, "portLevelMtls": ports})
    assert (manifest.mtls, manifest.port_level) == ("STRICT", ((80, "DISABLE"), (81, "UNSET")))


def test_a_token_rule_has_all_its_fields() -> None:
    """Empty text counts as absent."""
    plain = {
        "issuer": "i",
        "audiences": ["a"],
        "jwks": "{}",
        "jwksUri": "",
        "fromHeaders": [{"name": "h", "prefix": ""}, {"name": "g", "prefix": "p "}],
        "fromParams": ["q"],
        "fromCookies": ["c"],
        "outputPayloadToHeader": "o",
        "outputClaimToHeaders": [{"header": "x", "claim": "y.z"}],
        "forwardOriginalToken": True,
        "timeout": "5s",
        "spaceDelimitedClaims": ["s"],
    }
    expected = JwtRule(
        issuer="i",
        audiences=("a",),
        jwks="{}",
        from_headers=(TokenHeader("h"), TokenHeader("g", "p ")),
        from_params=("q",),
        from_cookies=("c",),
        output_payload_to_header="o",
        output_claim_to_headers=(ClaimToHeader("x", "y.z"),),
        forward_original_token=True,
        timeout="5s",
        space_delimited_claims=("s",),
    )
    assert tokens({"jwtRules": [plain, {}]}).jwt_rules == (expected, JwtRule())


def test_conditions_keep_keys_that_nobody_knows() -> None:
    """Evaluation has to know that there was one."""
    when = [{"key": "a", "values": ["b", None], "notValues": []}, {}]
    assert policy({"rules": [{"when": when}]}).rules == (Rule((), (), (Condition("a", ("b", "")), Condition(""))),)


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        (None, "`/apiVersion` is not a served version"),
        ([], "`` is not an object"),
        ({**whole("AuthorizationPolicy", {}), "apiVersion": "security.istio.io/v2"}, "`/apiVersion` is not"),
        (whole("Gateway", {}), "`/kind` is not one of"),
        ({**whole("AuthorizationPolicy", {}), "kind": 1}, "`/kind` is not a string"),
        (whole("AuthorizationPolicy", {}, name=""), "`/metadata/name` is missing"),
        (whole("AuthorizationPolicy", {}, labels={"a/b": 1}), "`/metadata/labels/a~1b` is not a string"),
        (whole("AuthorizationPolicy", {}, annotations=[]), "`/metadata/annotations` is not an object"),
        (whole("AuthorizationPolicy", []), "`/spec` is not an object"),
        (whole("AuthorizationPolicy", {"action": "Allow"}), "`/spec/action` is none of `ALLOW`"),
        (whole("AuthorizationPolicy", {"action": 1}), "`/spec/action` is none of"),
        (whole("AuthorizationPolicy", {"rules": {}}), "`/spec/rules` is not a list"),
        (whole("AuthorizationPolicy", {"rules": ""}), "`/spec/rules` is not a list"),
        (
            whole("AuthorizationPolicy", {"rules": [{"to": [{"operation": {"ports": ["1", 8080]}}]}]}),
            "`/spec/rules/0/to/0/operation/ports/1` is not a string",
        ),
        (
            whole("AuthorizationPolicy", {"rules": [{"to": [{"operation": {"ports": "1"}}]}]}),
            "`/spec/rules/0/to/0/operation/ports` is not a list",
        ),
        (whole("AuthorizationPolicy", {"targetRef": {"kind": 1}}), "`/spec/targetRef/kind` is not a string"),
        (whole("PeerAuthentication", {"mtls": {"mode": "strict"}}), "`/spec/mtls/mode` is none of `DISABLE`"),
        (whole("PeerAuthentication", {"portLevelMtls": {"http": {}}}), "`/spec/portLevelMtls/http` is not the decimal"),
        (whole("PeerAuthentication", {"portLevelMtls": {"080": {}}}), "`/spec/portLevelMtls/080` is not the decimal"),
        (whole("RequestAuthentication", {"jwtRules": [{"issuer": 1}]}), "`/spec/jwtRules/0/issuer` is not a string"),
        (
            whole("RequestAuthentication", {"jwtRules": [{"forwardOriginalToken": "true"}]}),
            "`/spec/jwtRules/0/forwardOriginalToken` is neither",
        ),
    ],
)
def test_what_is_no_such_object_is_refused_with_its_place(plain: object, message: str) -> None:
    """The place is a JSON pointer."""
    with pytest.raises(ValueError, match=rf"^{message}".replace("[", r"\[")):
        from_manifest(plain)


def test_what_both_gates_take_is_read_and_what_from_document_reads_is_the_same() -> None:
    """An admitted object is never refused; where the strict reader takes it, both agree but for empty text."""
    admitted = strict = 0
    for seed in range(3000):
        plain = spec(random.Random(seed))  # noqa: S311 - no secret
        if schema(plain) or any(refusal.severity == "error" for refusal in webhook(plain)):
            continue
        admitted += 1
        manifest = from_manifest(plain)
        try:
            expected = from_document(plain)
        except ValueError:
            continue
        strict += 1
        if "''" not in repr(expected):
            assert manifest == expected
    assert admitted > 800
    assert strict > 100


@given(values)
def test_no_spec_is_too_odd(plain: object) -> None:
    """A spec is read, or refused as a ValueError."""
    places: list[str] = []
    for kind in ("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"):
        try:
            from_manifest(whole(kind, {"rules": plain, "jwtRules": plain, "selector": plain, "portLevelMtls": plain}))
        except ValueError as error:
            places.append(str(error))
    assert all(place.startswith("`/spec") for place in places)
