"""Manifests are verified before they are printed, here or in a second process, with the same answer."""

from dataclasses import replace
from datetime import date

from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow
from ztdsl.agreement import Agreement, disagreements
from ztdsl.ir.model import Model
from ztdsl.istio.annotated import Annotated
from ztdsl.istio.kinds import AuthorizationPolicy, Meta, Operation, Rule
from ztdsl.lower import lower
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh
from ztdsl.verification import MANY, begin, differing, faults, refused

TODAY = date(2026, 11, 24)
_NOTHING = Model("empty", None, Mesh(), None, (), (), (), ())


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

    assert begin(_NOTHING, good)() == []
    assert begin(_NOTHING, bad)() == refused(bad)
    assert [finding.code for finding in begin(_NOTHING, bad)()] == ["ZT001"]


def _shop() -> tuple[Model, tuple[Annotated, ...]]:
    shop, api = Namespace("shop"), HttpPort(8080)
    frontend = Service("frontend", namespace=shop, service_account="frontend")
    orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
    rule = allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop lists orders")
    model = resolve(Policy("shop", owns=[shop], services=[frontend, orders], rules=[rule]), Mesh(), TODAY).model
    assert model is not None
    return model, lower(model).manifests


def test_manifests_that_do_something_else_are_not_printed() -> None:
    """An ALLOW that lost its caller is found by a request, which stands in the finding."""
    model, manifests = _shop()
    assert faults(model, manifests) == []

    wide = [replace(each, manifest=_without_sources(each)) for each in manifests]
    (finding,) = faults(model, wide)

    assert (finding.code, finding.message) == ("ZT001", "the policy means `deny` and its manifests do `allow`")
    assert '"namespace": "shop"' in finding.notes[0]


def test_agreement_is_no_finding() -> None:
    """Whoever asks and finds no difference has nothing to report."""
    model, manifests = _shop()
    agreement = disagreements(model, manifests)

    assert agreement.asked > 10
    assert differing(agreement) == differing(Agreement(0)) == []


def _without_sources(annotated: Annotated) -> AuthorizationPolicy:
    manifest = annotated.manifest
    if not isinstance(manifest, AuthorizationPolicy):
        return manifest  # type: ignore[return-value] # the other kinds stay
    return replace(manifest, rules=tuple(replace(rule, sources=()) for rule in manifest.rules))
