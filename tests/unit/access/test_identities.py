"""Identities on both sides of the tests of a peer."""

from __future__ import annotations

from ztdsl.access.identities import FOREIGN, OTHER_TLS, PLAINTEXT, Peers, connections, namer
from ztdsl.traffic.mesh import Mesh

MESH = Mesh(trust_domain="prod.example", trust_domain_aliases=("old.example",))


def found(peers: Peers, mesh: Mesh = MESH) -> dict[str, str | None]:
    """Identities with their terms."""
    named = namer(mesh, {("web", "ui"): "frontend"})
    choices = connections(peers, mesh, named, is_open=False)
    assert choices[-2:] == [PLAINTEXT, OTHER_TLS]
    return {each.parts["peer"].removeprefix("spiffe://"): each.term for each in choices[:-2]}


def test_an_exact_principal() -> None:
    """It, others of its namespace, the same in the mesh's other trust domains, strangers and foreigners."""
    seen = found(Peers(("prod.example/ns/web/sa/ui",), (), (), ()))
    assert seen["prod.example/ns/web/sa/ui"] == "`web/frontend`"
    assert seen["prod.example/ns/web/sa/someone"] == "any workload of namespace web"
    assert seen["old.example/ns/web/sa/ui"] == "`old.example/ns/web/sa/ui`"
    assert seen["prod.example/ns/elsewhere/sa/someone"] is None
    assert f"{FOREIGN}/ns/elsewhere/sa/someone" in seen


def test_patterns_and_the_accounts_in_them() -> None:
    """Principals with wildcards in every namespace that is named, namespaces with wildcards anywhere."""
    seen = found(Peers(("*/sa/ui",), ("f*o",), ("jobs/nightly",), ()))
    assert any(each.endswith("/sa/ui") for each in seen)
    assert "prod.example/ns/fo/sa/ui" in seen
    assert "prod.example/ns/jobs/sa/nightly" in seen


def test_server_names_go_with_connections_in_tls() -> None:
    """A connection in plaintext has none."""
    choices = connections(Peers((), (), (), (), ("*.Example.com",)), MESH, namer(MESH, {}), is_open=False)
    assert PLAINTEXT in choices
    names = {each.parts.get("sni") for each in choices if each.parts["peer"] is not None}
    assert any(name is not None and name.endswith(".example.com") for name in names)
    assert None in names
