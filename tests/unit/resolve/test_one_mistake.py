"""One mistake gives one finding, whatever depends on it; three mistakes give three."""

from __future__ import annotations

import pytest

from tests.unit.resolve.findings import TODAY, codes, findings, loose, underlined
from tests.unit.resolve.mistakes import MISTAKES, Shop, called, rule, signed
from ztdsl import Claim, EndUser, Http, HttpPort, Identity, IpBlock, Namespace, Permissive, RemoteIpBlock, TrustDomain
from ztdsl.traffic.mesh import DataPlane, Mesh


@pytest.mark.parametrize("name", MISTAKES)
def test_one_mistake_is_one_finding(name: str) -> None:
    """However many rules use what is broken, it is reported once, and nothing that follows from it."""
    code, make = MISTAKES[name]
    found = findings(make(Shop()))
    # Two endpoints of a foreign service are two places to change.
    assert [each.code for each in found] == [code] * (2 if name == "not owned" else 1), [e.message for e in found]


def test_the_shop_is_right_without_a_mistake() -> None:
    """What the mistakes are put into has no finding."""
    assert codes(Shop().policy()) == []


@pytest.mark.parametrize("start", range(0, 60, 5))
def test_three_mistakes_are_three_findings(start: int) -> None:
    """Independent mistakes in one policy are all reported in one run."""
    s = Shop()
    bad = [
        (rule(s, http=Http(methods=["get"])), "ZT122"),
        (rule(s, http=Http(paths=["/a*"])), "ZT312"),
        (rule(s, IpBlock("x")), "ZT123"),
        (rule(s, to=s.orders.at(HttpPort(9100))), "ZT112"),
        (rule(s, because=""), "ZT136"),
        (rule(s, []), "ZT131"),
        (rule(s, TrustDomain("other.example")), "ZT119"),
        (rule(s, EndUser(s.auth, audience="other")), "ZT115"),
        (rule(s, http=Http(hosts=["a/b"])), "ZT120"),
        (rule(s, stage=loose("soon")), "ZT101"),
        (rule(s, Identity("x")), "ZT117"),
        (rule(s, RemoteIpBlock("10.0.0.0/8")), "ZT304"),
    ]
    chosen = [bad[(start // 5 + step) % len(bad)] for step in (0, 1, 5)]
    assert codes(s.policy(*[rule for rule, _ in chosen])) == sorted(code for _, code in chosen)


def test_several_mistakes_in_one_call_are_all_reported() -> None:
    """Each element of each list is looked at."""
    s = Shop()
    request = Http(methods=["get", "POST", "put"], paths=["a", "/b", "/c*"], hosts=["x y"])
    assert codes(s.policy(rule(s, http=request))) == ["ZT120", "ZT121", "ZT122", "ZT122", "ZT312"]


def test_findings_point_at_the_element() -> None:
    """A finding in a list underlines one literal of it."""
    s = Shop()
    (finding,) = findings(s.policy(rule(s, http=Http(paths=["/a", "/b*"]))))
    assert underlined(finding) == '"/b*"'


@pytest.mark.parametrize(
    ("mesh", "code"),
    [
        (Mesh(data_plane=DataPlane.AMBIENT), "ZT601"),
        (Mesh(istio_version=(1, 20)), "ZT602"),
        (Mesh(istio_version=(1, 99)), "ZT602"),
    ],
)
def test_a_mesh_that_is_not_supported_is_the_only_finding(mesh: Mesh, code: str) -> None:
    """Whatever else is wrong, nothing could be rendered for such a mesh."""
    assert codes(Shop(api=HttpPort(0)).policy(), mesh) == [code]


def test_a_version_that_lacks_a_construct_is_named() -> None:
    """`space_delimited` came with Istio 1.28."""
    areas = Claim("areas", str)
    policy = signed(claims=[areas], space_delimited=[areas])
    assert codes(policy(Shop()), Mesh(istio_version=(1, 27))) == ["ZT604"]
    assert codes(policy(Shop()), Mesh(istio_version=(1, 28))) == []


def test_istios_default_trust_domain_is_never_foreign() -> None:
    """In a renamed mesh `cluster.local` means the mesh itself, even if it is federated."""
    mesh = Mesh(trust_domain="prod.example", federated_trust_domains=("cluster.local",))
    assert codes(called(Identity("spiffe://cluster.local/ns/a/sa/b"))(Shop()), mesh) == ["ZT316"]


def test_the_order_of_today_and_until() -> None:
    """A weakening holds on its last day and is past its date on the next."""
    assert codes(Shop(shop=Namespace("shop", mtls=Permissive(because="a", until=TODAY))).policy()) == []


def test_a_client_address_is_fine_where_the_hops_are_known() -> None:
    """0 says that clients connect to the gateway itself."""
    s = Shop(hops=0)
    assert codes(s.policy(rule(s, RemoteIpBlock("10.0.0.0/8"), to=s.gateway.at(s.api)))) == []
