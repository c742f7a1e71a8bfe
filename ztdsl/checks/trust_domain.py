"""ZT336: a rule names a trust domain whose certificates the mesh does not accept.

A client of another trust domain is refused in the handshake, before any policy (Istio
`pilot/pkg/networking/plugin/authn/util.go`), and `cluster.local` stands for the mesh's own only in principals of five
parts (`pilot/pkg/security/trustdomain/bundle.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import effect, narrowed
from ztdsl.checks.sketch import draw
from ztdsl.checks.witness import witness
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness

CODE = "ZT336"
_OWN: Final = "cluster.local"
_PARTS: Final = 5


def find(view: View) -> Iterator[Found]:
    """Values of principals and trust domains that name another mesh; none where the mesh's own is not known."""
    values = [
        (tested, number, domain)
        for attribute in ("principals", "trustDomains")
        for tested in view.tested.get(attribute, ())
        for number, value in enumerate(tested.values)
        if (domain := _domain(value, is_principal=attribute == "principals")) is not None
    ]
    if not _is_known(view, {domain for _, _, domain in values}):
        return
    accepted = {*view.mesh.trust_domains, *view.mesh.federated_trust_domains}
    for tested, number, domain in values:
        value = tested.values[number]
        if domain in accepted or _means_own(tested, value):
            continue
        yield Found(
            CODE,
            tested.document,
            f"{tested.pointer}/{number}",
            f"the mesh accepts no certificates of trust domain `{domain}`",
            effect(tested),
            help=(
                f"the mesh's own trust domain is `{view.mesh.trust_domain}`",
                f"if `{domain}` is federated, list it in `federated_trust_domains` of the mesh",
            ),
            witness=_proof(view, tested, value),
        )


def _is_known(view: View, named: set[str]) -> bool:
    """Whether the mesh's trust domain is configured, or the policies themselves use it."""
    return view.mesh.name != "default" or view.mesh.trust_domain != _OWN or view.mesh.trust_domain in named


def _domain(value: str, *, is_principal: bool) -> str | None:
    """The trust domain of a value that names exactly one; None for other values and for those of another shape."""
    domain, slash, _ = value.partition("/")
    if "*" in domain or not domain or (is_principal and (not slash or "://" in value)):
        return None
    if is_principal and "/ns/" not in value and not value.endswith("/*"):
        return None  # ZT335
    return domain


def _means_own(tested: Tested, value: str) -> bool:
    """Whether `cluster.local` stands for the mesh's own trust domain."""
    return value.startswith(f"{_OWN}/") and tested.attribute == "principals" and value.count("/") + 1 == _PARTS


def _proof(view: View, tested: Tested, value: str) -> Witness | None:
    """The caller that is named, who is refused before any policy."""
    for place in view.places(tested.document)[:1]:
        requests = draw(place, view.mesh, narrowed(tested, value), namespace=tested.policy.meta.namespace)
        return witness(view, place, requests, Verdict.REFUSED)
    return None
