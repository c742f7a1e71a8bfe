from __future__ import annotations

from itertools import product

import pytest

from ztdsl.istio.evaluate.peers import Mode, accept, ambient_mode, mode
from ztdsl.istio.kinds import Meta, PeerAuthentication, Selector
from ztdsl.traffic.decision import Decider
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Chain, Destination, Request, Tls

MESH = Mesh(trust_domain="td", trust_domain_aliases=("old",), federated_trust_domains=("partner",))
ROOT = "istio-system"
DEFAULT_CREATED = "2026-01-01T00:00:00Z"


def peers(
    mtls: str | None,
    namespace: str = "shop",
    *,
    name: str = "p",
    ports: dict[int, str] | None = None,
    labels: dict[str, str] | None = None,
    created: str | None = DEFAULT_CREATED,
) -> PeerAuthentication:
    """A PeerAuthentication of a namespace, or of a workload where it has modes of ports or labels."""
    selector = None if labels is None and ports is None else Selector(tuple((labels or {"app": "a"}).items()))
    return PeerAuthentication(
        Meta(name, namespace, (), (), created), selector, mtls, tuple(sorted((ports or {}).items()))
    )


def to(namespace: str = "shop", port: int | None = 8080, chain: Chain = Chain.TCP) -> Destination:
    """A port of the workload."""
    return Destination(namespace, {"app": "a"}, port, chain)


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([], "PERMISSIVE"),
        ([peers(None, ROOT)], "PERMISSIVE"),
        ([peers("UNSET", ROOT)], "PERMISSIVE"),
        ([peers("STRICT", ROOT)], "STRICT"),
        ([peers("STRICT", ROOT), peers(None)], "STRICT"),
        ([peers("STRICT", ROOT), peers("DISABLE")], "DISABLE"),
        ([peers("STRICT", ROOT), peers("PERMISSIVE"), peers("STRICT", ports={})], "STRICT"),
        ([peers("STRICT"), peers(None, ports={8080: "DISABLE"})], "DISABLE"),
        ([peers("STRICT"), peers(None, ports={8080: "UNSET"})], "STRICT"),
        ([peers("STRICT"), peers("PERMISSIVE", ports={9090: "STRICT"})], "PERMISSIVE"),
        ([peers("PERMISSIVE", ports={8080: "STRICT"})], "STRICT"),
        ([peers("STRICT", ROOT, labels={"app": "a"})], "PERMISSIVE"),
    ],
)
def test_the_narrowest_scope_that_says_something_counts(objects: list[PeerAuthentication], expected: str) -> None:
    """A port before its workload, that before its namespace, that before the mesh."""
    assert mode(objects, to(), MESH)[::2] == (expected, None)


def test_workloads_of_the_root_namespace_have_the_mode_of_the_mesh() -> None:
    """Objects with a selector do not count there."""
    objects = [peers("STRICT", ROOT), peers("DISABLE", ROOT, name="q", labels={"app": "a"}, ports={8080: "DISABLE"})]
    assert mode(objects, to(ROOT), MESH).value == "STRICT"


def test_the_oldest_of_a_scope_counts_alone() -> None:
    """A younger one is ignored with its ports; of two of one age the first by name counts, as they are given."""
    old = peers("PERMISSIVE", name="z", ports={9090: "STRICT"}, created="2025-01-01T00:00:00Z")
    young = peers("STRICT", name="a", ports={8080: "STRICT"})
    assert mode([old, young], to(), MESH) == Mode("PERMISSIVE", Decider("PeerAuthentication", "shop", "z"))


@pytest.mark.parametrize(
    ("first", "second", "known"),
    [
        (peers("STRICT", created=None), peers("PERMISSIVE", name="q", created=None), False),
        (peers("STRICT", created=None), peers("PERMISSIVE", name="q"), False),
        (peers("STRICT", created=None), peers("STRICT", name="q", created=None), True),
        (peers(None, created=None), peers("PERMISSIVE", name="q", created=None), True),
        (peers("STRICT", ports={9: "DISABLE"}, created=None), peers("STRICT", name="q", created=None), True),
    ],
)
def test_an_age_that_is_not_known_matters_where_modes_differ(
    first: PeerAuthentication, second: PeerAuthentication, known: bool
) -> None:
    """The reason names the objects."""
    for found in (mode([first, second], to(), MESH), ambient_mode([first, second], to(), MESH)):
        assert (found.lacking is None) is known
        assert known or found.lacking == "which of the PeerAuthentications shop/p and shop/q is the oldest"


def test_a_port_that_is_not_known_matters_where_ports_differ() -> None:
    """The mode of the others may be the same."""
    assert mode([peers("STRICT", ports={8080: "DISABLE"})], to(port=None), MESH).lacking == "to.port"
    assert mode([peers("STRICT", ports={8080: "STRICT"})], to(port=None), MESH) == Mode(
        "STRICT", Decider("PeerAuthentication", "shop", "p")
    )
    assert ambient_mode([peers("STRICT", ports={8080: "DISABLE"})], to(port=None), MESH).lacking == "to.port"


PEER = "spiffe://td/ns/a/sa/b"


@pytest.mark.parametrize(
    ("value", "chain", "tls", "peer", "expected"),
    [
        ("STRICT", "http", "mtls", PEER, (True, PEER)),
        ("STRICT", "http", "mtls", "spiffe://old/ns/a/sa/b", (True, "spiffe://old/ns/a/sa/b")),
        ("STRICT", "http", "mtls", "spiffe://partner/ns/a/sa/b", (True, "spiffe://partner/ns/a/sa/b")),
        ("STRICT", "http", "mtls", "spiffe://tdx/ns/a/sa/b", (False, None)),
        ("STRICT", "http", "mtls", "td/ns/a/sa/b", (False, None)),
        ("STRICT", "http", "mtls", None, (False, None)),
        ("STRICT", "http", "none", None, (False, None)),
        ("STRICT", "tcp", "other", None, (False, None)),
        ("PERMISSIVE", "http", "mtls", PEER, (True, PEER)),
        ("PERMISSIVE", "http", "none", None, (True, None)),
        ("PERMISSIVE", "http", "other", None, (False, None)),
        ("PERMISSIVE", "tcp", "other", None, (True, None)),
        ("PERMISSIVE", "tcp", "mtls", "spiffe://foreign/ns/a/sa/b", (False, None)),
        ("DISABLE", "http", "mtls", PEER, (False, None)),
        ("DISABLE", "tcp", "mtls", PEER, (True, None)),
        ("DISABLE", "tcp", "other", None, (True, None)),
        ("DISABLE", "http", "none", None, (True, None)),
    ],
)
def test_a_mode_accepts_connections_of_its_kind(
    value: str, chain: str, tls: str, peer: str | None, expected: tuple[bool, str | None]
) -> None:
    """What is refused is refused with a reason, and only the mesh's own TLS proves an identity."""
    found = accept(Mode(value), Request(to(chain=Chain(chain)), peer, Tls(tls)), MESH)
    assert found[:2] == expected
    assert (found.reason is None) is found.is_accepted


@pytest.mark.parametrize(
    ("mesh", "namespace", "workload", "ports", "refused"),
    [
        # The workload is strict, and ports are open.
        (None, None, "STRICT", {8080: "PERMISSIVE"}, {9090}),
        (None, None, "STRICT", {8080: "DISABLE"}, {9090}),
        (None, None, "STRICT", {8080: "STRICT"}, {8080, 9090}),
        ("STRICT", None, "STRICT", {8080: "DISABLE"}, {9090}),
        # The workload is open, and a port is strict: not where the mesh is strict and the namespace says nothing.
        (None, None, "PERMISSIVE", {8080: "STRICT"}, {8080}),
        (None, None, "DISABLE", {8080: "STRICT"}, {8080}),
        ("PERMISSIVE", "STRICT", "PERMISSIVE", {8080: "STRICT"}, {8080}),
        ("STRICT", None, "PERMISSIVE", {8080: "STRICT"}, set()),
        ("STRICT", "PERMISSIVE", "PERMISSIVE", {8080: "STRICT"}, {8080}),
        # The workload says nothing.
        ("STRICT", None, None, {8080: "PERMISSIVE"}, {9090}),
        (None, "STRICT", None, {8080: "PERMISSIVE"}, {9090}),
        ("STRICT", None, None, {8080: "DISABLE"}, {8080, 9090}),
        ("STRICT", None, None, {8080: "DISABLE", 9090: "PERMISSIVE"}, set()),
        (None, None, None, {8080: "STRICT"}, {8080}),
        ("STRICT", "PERMISSIVE", None, {8080: "STRICT"}, {8080}),
        ("STRICT", "UNSET", None, {8080: "PERMISSIVE"}, set()),
        # No modes of ports.
        ("STRICT", None, None, {}, {8080, 9090}),
        ("STRICT", None, "DISABLE", {}, set()),
        ("STRICT", "PERMISSIVE", None, {}, set()),
        (None, None, None, {}, set()),
    ],
)
def test_ztunnel_refuses_plaintext_as_istiod_translates_modes(
    mesh: str | None, namespace: str | None, workload: str | None, ports: dict[int, str], refused: set[int]
) -> None:
    """Precedence is that of sidecars, with exceptions of its own for single ports."""
    objects = [peers(mesh, ROOT)] if mesh else []
    objects += [peers(namespace)] if namespace else []
    objects += [peers(workload, name="w", ports=ports)]
    strict = {port for port in (8080, 9090) if ambient_mode(objects, to(port=port), MESH).value == "STRICT"}
    assert strict == refused


def test_an_empty_selector_is_none_for_ztunnel_beyond_its_namespace() -> None:
    """A mesh-wide object with one does not reach the workloads of other namespaces."""
    whole = peers("STRICT", ROOT, labels={})
    whole = PeerAuthentication(whole.meta, Selector(()), whole.mtls)
    assert mode([whole], to(), MESH).value == "STRICT"
    assert ambient_mode([whole], to(), MESH).value == "PERMISSIVE"
    assert ambient_mode([whole], to(ROOT), MESH).value == "STRICT"


def test_without_modes_of_ports_ztunnel_and_sidecars_agree() -> None:
    """On whether plaintext is refused."""
    modes = (None, "STRICT", "PERMISSIVE", "DISABLE")
    for mesh, namespace, workload in product(modes, repeat=3):
        objects = [peers(mesh, ROOT), peers(namespace), peers(workload, name="w", labels={"app": "a"})]
        is_strict = mode(objects, to(), MESH).value == "STRICT"
        assert (ambient_mode(objects, to(), MESH).value == "STRICT") is is_strict
