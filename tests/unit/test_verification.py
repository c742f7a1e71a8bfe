"""Manifests are verified before they are printed, here or in a second process, with the same answer."""

from ztdsl.istio.annotated import Annotated
from ztdsl.istio.kinds import AuthorizationPolicy, Meta, Operation, Rule
from ztdsl.verification import MANY, begin, refused


def _annotated(name: str, port: str) -> Annotated:
    rule = Rule(operations=(Operation(ports=(port,)),))
    policy = AuthorizationPolicy(Meta(name, "shop", (("app", "ztc"),)), None, (), "ALLOW", None, (rule,))
    return Annotated(policy, (), (), None, "service `orders`")


def test_good_manifests_are_not_refused() -> None:
    """What a cluster takes gives no finding."""
    assert refused([_annotated("orders-allow", "8080")]) == []


def test_a_refused_manifest_is_an_internal_error() -> None:
    """A manifest that a cluster would refuse is a defect of ours, named with the rule that it breaks."""
    (finding,) = refused([_annotated("orders-allow", "http")])

    assert finding.code == "ZT001"
    assert "shop/orders-allow" in finding.message
    assert "V-AP-13" in finding.message


def test_a_large_mesh_is_verified_beside_with_the_same_answer() -> None:
    """Whether a second process verifies or this one, the findings are the same."""
    good = [_annotated(f"s{number}-allow", "8080") for number in range(MANY)]
    bad = [*good, _annotated("orders-allow", "http")]

    assert begin(good)() == []
    assert begin(bad)() == refused(bad)
    assert [finding.code for finding in begin(bad)()] == ["ZT001"]
