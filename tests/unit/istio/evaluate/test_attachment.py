from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.istio.evaluate.attachment import GATEWAY_NAME, Attachments
from ztdsl.istio.kinds import (
    AuthorizationPolicy,
    JwtRule,
    Manifest,
    Meta,
    PeerAuthentication,
    RequestAuthentication,
    Selector,
    TargetRef,
)
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Chain, Destination, Proxy

GATEWAY = TargetRef("gateway.networking.k8s.io", "Gateway", "front")
CLASS = TargetRef("gateway.networking.k8s.io", "GatewayClass", "istio-waypoint")
SERVICE = TargetRef("", "Service", "orders")
ENTRY = TargetRef("networking.istio.io", "ServiceEntry", "orders")
ELSEWHERE = TargetRef("gateway.networking.k8s.io", "Gateway", "back")


def policy(
    name: str = "p",
    namespace: str = "shop",
    labels: dict[str, str] | None = None,
    refs: tuple[TargetRef, ...] = (),
    meta_labels: tuple[tuple[str, str], ...] = (),
) -> AuthorizationPolicy:
    """An ALLOW policy."""
    selector = None if labels is None else Selector(tuple(labels.items()))
    return AuthorizationPolicy(Meta(name, namespace, meta_labels), selector, refs, "ALLOW", None, ())


def peers(name: str = "p", namespace: str = "shop", labels: dict[str, str] | None = None) -> PeerAuthentication:
    """A strict PeerAuthentication."""
    selector = None if labels is None else Selector(tuple(labels.items()))
    return PeerAuthentication(Meta(name, namespace, ()), selector, "STRICT")


def tokens(refs: tuple[TargetRef, ...] = ()) -> RequestAuthentication:
    """A RequestAuthentication of the namespace."""
    return RequestAuthentication(Meta("t", "shop", ()), None, refs, (JwtRule("https://auth.example.com"),))


def to(
    labels: dict[str, str] | None = None,
    proxy: Proxy = Proxy.SIDECAR,
    service: str | None = None,
    *,
    namespace: str = "shop",
    known: bool = True,
) -> Destination:
    """A port of a workload of the namespace `shop`."""
    return Destination(namespace, (labels or {}) if known else None, 8080, Chain.HTTP, proxy, None, service)


def names(manifests: list[Manifest], destination: Destination) -> list[str]:
    """The policies that apply, or the fact that decides it."""
    attached = Attachments(manifests, Mesh()).at(destination)
    return [each.meta.name for each in attached.policies] if attached.lacking is None else [attached.lacking]


FRONT = {GATEWAY_NAME: "front"}


@pytest.mark.parametrize(
    ("each", "destination", "applies"),
    [
        (policy(), to(), True),
        (policy(namespace="istio-system"), to(), True),
        (policy(namespace="other"), to(), False),
        (policy(labels={}), to(), True),
        (policy(labels={"app": "a"}), to({"app": "a", "x": "y"}), True),
        (policy(labels={"app": "a", "x": "z"}), to({"app": "a", "x": "y"}), False),
        (policy(labels={"app": ""}), to(), False),
        (policy(labels={"app": ""}), to({"app": ""}), True),
        (policy(namespace="istio-system", labels={"app": "a"}), to({"app": "a"}), True),
        (policy(refs=(GATEWAY,)), to({"app": "a"}), False),
        (policy(refs=(SERVICE,)), to(service="orders"), False),
        (policy(labels={"app": "a"}, refs=(GATEWAY,)), to({"app": "a"}), False),
        (policy(), to(FRONT, Proxy.GATEWAY), True),
        (policy(labels={"app": "a"}), to(FRONT, Proxy.GATEWAY), False),
        (policy(refs=(GATEWAY,)), to(FRONT, Proxy.GATEWAY), True),
        (policy(labels={"app": "b"}, refs=(GATEWAY,)), to(FRONT, Proxy.GATEWAY), True),
        (policy(refs=(ELSEWHERE,)), to(FRONT, Proxy.GATEWAY), False),
        (policy(refs=(ELSEWHERE, GATEWAY)), to(FRONT, Proxy.GATEWAY), True),
        (policy(namespace="istio-system", refs=(GATEWAY,)), to(FRONT, Proxy.GATEWAY), False),
        (policy(namespace="istio-system", refs=(CLASS,)), to(FRONT, Proxy.GATEWAY), False),
        (policy(), to(FRONT, Proxy.WAYPOINT, "orders"), False),
        (policy(labels={"app": "a"}), to(FRONT | {"app": "a"}, Proxy.WAYPOINT, "orders"), False),
        (policy(refs=(GATEWAY,)), to(FRONT, Proxy.WAYPOINT, "orders"), True),
        (policy(refs=(SERVICE,)), to(FRONT, Proxy.WAYPOINT, "orders"), True),
        (policy(refs=(replace(SERVICE, group="core"),)), to(FRONT, Proxy.WAYPOINT, "orders"), True),
        (policy(refs=(SERVICE,)), to(FRONT, Proxy.WAYPOINT, "carts"), False),
        (policy(refs=(SERVICE,)), to(FRONT, Proxy.WAYPOINT, "infra/orders"), False),
        (policy(namespace="infra", refs=(SERVICE,)), to(FRONT, Proxy.WAYPOINT, "infra/orders"), True),
        (policy(namespace="istio-system", refs=(SERVICE,)), to(FRONT, Proxy.WAYPOINT, "orders"), False),
        (policy(namespace="istio-system", refs=(CLASS,)), to(FRONT, Proxy.WAYPOINT, "orders"), True),
        (policy(refs=(CLASS,)), to(FRONT, Proxy.WAYPOINT, "orders"), False),
        (policy(namespace="istio-system", refs=(replace(CLASS, name="x"),)), to(FRONT, Proxy.WAYPOINT, "o"), False),
        (policy(), to(proxy=Proxy.ZTUNNEL), True),
        (policy(refs=(GATEWAY,)), to(FRONT, Proxy.ZTUNNEL), False),
        (policy(labels={"app": "a"}), to({"app": "a"}, Proxy.ZTUNNEL), True),
    ],
)
def test_a_policy_applies_by_selector_or_reference(
    each: AuthorizationPolicy, destination: Destination, applies: bool
) -> None:
    """What a proxy is decides which of both counts; the root namespace reaches every other."""
    assert names([each], destination) == (["p"] if applies else [])


@pytest.mark.parametrize(
    ("each", "destination", "fact"),
    [
        (policy(labels={"app": "a"}), to(known=False), "to.labels"),
        (policy(refs=(GATEWAY,)), to(proxy=Proxy.GATEWAY, known=False), "to.labels"),
        (policy(refs=(GATEWAY,)), to(proxy=Proxy.WAYPOINT, service="orders"), f"to.labels[{GATEWAY_NAME}]"),
        (policy(refs=(SERVICE,)), to(FRONT, Proxy.WAYPOINT), "to.service"),
        (policy(refs=(ENTRY,)), to(FRONT, Proxy.WAYPOINT, "orders"), "whether to.service orders is a ServiceEntry"),
        (policy(labels={}), to(proxy=Proxy.ZTUNNEL), "how ztunnel reads the empty selector of shop/p"),
    ],
)
def test_what_is_not_known_about_the_workload_is_named(
    each: AuthorizationPolicy, destination: Destination, fact: str
) -> None:
    """It decides whether the object applies."""
    assert names([each], destination) == [fact]


@pytest.mark.parametrize(
    ("each", "destination"),
    [
        (policy(), to(known=False)),
        (policy(labels={"app": "a"}, namespace="other"), to(known=False)),
        (policy(refs=(SERVICE,)), to(proxy=Proxy.WAYPOINT, service="orders", known=False)),
        (policy(refs=(SERVICE, ENTRY)), to(FRONT, Proxy.WAYPOINT, "orders")),
        (policy(refs=(ENTRY,)), to(FRONT, Proxy.WAYPOINT, "carts")),
        (policy(refs=(GATEWAY,), namespace="other"), to(known=False)),
        (policy(labels={"app": "a"}), to(proxy=Proxy.WAYPOINT, service="orders", known=False)),
    ],
)
def test_a_fact_that_decides_nothing_is_not_asked_for(each: AuthorizationPolicy, destination: Destination) -> None:
    """Whatever it is, the object applies, or does not."""
    assert Attachments([each], Mesh()).at(destination).lacking is None


def test_kinds_apply_where_their_proxy_heeds_them() -> None:
    """A gateway and a waypoint have no PeerAuthentication, ztunnel no RequestAuthentication."""
    everything = Attachments([peers(), tokens(), policy(), tokens((GATEWAY,))], Mesh())
    counts = {
        proxy: tuple(map(len, everything.at(to(FRONT, proxy, "orders"))[:3]))
        for proxy in (Proxy.SIDECAR, Proxy.GATEWAY, Proxy.WAYPOINT, Proxy.ZTUNNEL)
    }
    assert counts == {
        Proxy.SIDECAR: (1, 2, 1),
        Proxy.GATEWAY: (0, 2, 1),
        Proxy.WAYPOINT: (0, 1, 0),
        Proxy.ZTUNNEL: (1, 0, 1),
    }


def test_a_selector_in_the_root_namespace_is_no_peer_authentication() -> None:
    """It is ignored, so that labels need not be known for it."""
    attached = Attachments([peers(namespace="istio-system", labels={"app": "a"})], Mesh())
    assert attached.at(to({"app": "a"})) == ((), (), (), None)
    assert attached.at(to(known=False)).lacking is None


def test_a_revision_restricts_to_a_control_plane() -> None:
    """Which one it is, is known only where all objects have the same; objects of other workloads do not matter."""
    first = policy(meta_labels=(("istio.io/rev", "v1"),))
    second = policy("q", labels={"app": "b"}, meta_labels=(("istio.io/rev", "v1"),))
    assert names([first, second], to()) == ["p"]
    assert "istio.io/rev" in names([first, policy("q")], to())[0]
    assert names([policy("q"), second], to()) == ["q"]
    strict = replace(peers(), meta=Meta("x", "shop", (("istio.io/rev", ""),)))
    assert "istio.io/rev" in names([policy("q"), strict], to())[0]


def test_the_order_is_that_of_age_then_name_then_namespace() -> None:
    """However the objects were given."""
    dated = [
        replace(each, meta=replace(each.meta, created=created))
        for each, created in (
            (policy("z"), "2026-01-01T00:00:00Z"),
            (policy("b"), "2026-01-02T00:00:00Z"),
            (policy("a", "istio-system"), "2026-01-02T00:00:00Z"),
            (policy("b", "istio-system"), "2026-01-02T00:00:00Z"),
        )
    ]
    for order in permutations(dated):
        found = Attachments(order, Mesh()).at(to()).policies
        assert [each.meta.name for each in found] == ["z", "a", "b", "b"]
        assert [each.meta.namespace for each in found] == ["shop", "istio-system", "istio-system", "shop"]


def test_objects_of_other_workloads_are_not_looked_at() -> None:
    """A destination costs what applies to it."""
    many = [policy(f"p{i}", f"n{i % 10}", {"app": f"a{i}"}) for i in range(2000)]
    attachments = Attachments(many, Mesh())
    found = list(attachments._selected(to({"app": "a17"}, namespace="n7"), set()))
    assert [each.meta.name for each in found] == ["p17"]


NAMESPACES = st.sampled_from(["shop", "infra", "istio-system"])
SOME_LABELS = st.dictionaries(st.sampled_from(["app", "tier"]), st.sampled_from(["a", "b"]), max_size=2)
POLICIES = st.builds(
    policy,
    st.just("p"),
    NAMESPACES,
    st.none() | SOME_LABELS,
    st.lists(st.sampled_from([GATEWAY, CLASS, SERVICE, ELSEWHERE]), max_size=2).map(tuple),
)
DESTINATIONS = st.builds(
    lambda labels, proxy, service, namespace: to(labels, proxy, service, namespace=namespace),
    SOME_LABELS.map(lambda labels: FRONT | labels) | SOME_LABELS,
    st.sampled_from([Proxy.SIDECAR, Proxy.GATEWAY, Proxy.WAYPOINT]),
    st.sampled_from(["orders", "carts", "infra/orders"]),
    NAMESPACES,
)


def applies(each: AuthorizationPolicy, at: Destination) -> bool:
    """Whether it applies, object by object (Istio `pilot/pkg/model/policyattachment.go`)."""
    namespace, _, name = (at.service or "").rpartition("/")
    where = namespace or at.namespace
    is_waypoint = at.proxy is Proxy.WAYPOINT
    candidates = {"istio-system", at.namespace, *([where] if is_waypoint else [])}
    if each.meta.namespace not in candidates:
        return False
    labels = at.labels or {}
    wanted = () if each.selector is None else each.selector.match_labels
    if not each.target_refs:
        return not is_waypoint and all(labels.get(key) == value for key, value in wanted)
    if GATEWAY_NAME not in labels:
        return False
    return any(
        (is_waypoint and ref is SERVICE and (where, name) == (each.meta.namespace, "orders"))
        or (is_waypoint and ref is CLASS and each.meta.namespace == "istio-system")
        or (ref.kind == "Gateway" and at.namespace == each.meta.namespace and ref.name == labels[GATEWAY_NAME])
        for ref in each.target_refs
    )


@given(st.lists(POLICIES, max_size=6), DESTINATIONS)
def test_the_index_finds_what_a_search_of_all_objects_finds(
    manifests: list[AuthorizationPolicy], destination: Destination
) -> None:
    """Where nothing is lacking, which only a waypoint without its own label is."""
    if destination.proxy is Proxy.WAYPOINT:
        destination = replace(destination, labels={**FRONT, **(destination.labels or {})})
    named = [replace(each, meta=replace(each.meta, name=f"p{i}")) for i, each in enumerate(manifests)]
    found = Attachments(named, Mesh()).at(destination)
    assert found.lacking is None
    assert [each.meta.name for each in found.policies] == [
        each.meta.name for each in named if applies(each, destination)
    ]
