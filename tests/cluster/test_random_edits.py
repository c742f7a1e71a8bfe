"""Random edits through a real API server: `ztc diff` is empty exactly when the server holds what the policy says."""

from __future__ import annotations

import copy
import http.client
import os
import random
from collections import Counter
from itertools import islice
from typing import Any, Final

import pytest
from hypothesis import assume, given, seed, settings
from hypothesis import strategies as st

from tests.cluster.reader import GROUP, selection
from tests.mesh import lane
from tests.mesh.cluster import ADMIN, Cluster, Refused
from tests.mesh.objects import namespace
from tests.property.edits import edited, said
from tests.property.shop import MESHES, TODAY, focused, policy_of
from ztdsl.access import access_change
from ztdsl.api import diff_live
from ztdsl.ir.model import Model
from ztdsl.istio.document import document
from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.kinds import Manifest
from ztdsl.istio.read import from_manifest
from ztdsl.lower import lower
from ztdsl.resolve import resolve
from ztdsl.simulate.borders import border_requests
from ztdsl.traffic.mesh import Mesh

pytestmark = lane.only
EXAMPLES: Final = int(os.environ.get("DIFF_LIVE_EXAMPLES", "100"))
SEED: Final = int(os.environ.get("DIFF_LIVE_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
_SPACES: Final = ("shop", "web", "istio-ingress", "lab", "istio-system")
_KINDS: Final = ("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication")
_BORDERS: Final = 40
_ENOUGH: Final = 0.1
SOMEBODY: Final = "somebody"
SEEN: Final = Counter[str]()
"""How often which outcome was compared; `refused` counts edits that the server did not take."""
_BY_SERVER: Final = ("uid", "resourceVersion", "generation", "creationTimestamp")

Plain = dict[str, Any]
Key = tuple[str, str, str]


@pytest.fixture(scope="module")
def server(cluster: Cluster) -> Cluster:
    """The server with the namespaces of the random policies."""
    cluster.apply([namespace(each) for each in _SPACES])
    return cluster


def key(plain: Plain) -> Key:
    """Kind, namespace and name."""
    return plain["kind"], plain["metadata"]["namespace"], plain["metadata"]["name"]


def path(plain: Plain) -> str:
    """Where the server has the objects of that kind, version and namespace."""
    return f"/apis/{plain['apiVersion']}/namespaces/{plain['metadata']['namespace']}/{_plural(plain['kind'])}"


def _plural(kind: str) -> str:
    return f"{kind.lower()[:-1]}ies" if kind.endswith("y") else f"{kind.lower()}s"


def apply(server: Cluster, wanted: list[Plain]) -> dict[Key, Plain]:
    """Let the server hold what is wanted alone; what it makes of it, by key."""
    for space in _SPACES:
        for kind in _KINDS:
            server.ask("DELETE", f"/apis/{GROUP}/v1/namespaces/{space}/{_plural(kind)}")
    return {key(each): server.ask("POST", f"{path(each)}?fieldManager=ztc", each) for each in wanted}


def edit(server: Cluster, there: dict[Key, Plain], live: list[Plain]) -> None:
    """Let somebody else make what is live of what is there.

    Raises:
        Refused: the server takes one of the objects not.
    """
    for each in live:
        mine, old = copy.deepcopy(each), there.get(key(each))
        for name in _BY_SERVER:
            mine["metadata"].pop(name, None)
        if old is None:
            server.ask("POST", f"{path(mine)}?fieldManager={SOMEBODY}", mine)
        else:
            mine["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
            server.ask("PUT", f"{path(mine)}/{mine['metadata']['name']}?fieldManager={SOMEBODY}", mine)
    for gone in there.keys() - {key(each) for each in live}:
        server.ask("DELETE", f"{path(there[gone])}/{gone[2]}")


def held(server: Cluster) -> list[Manifest]:
    """What the server holds, read past everything that is tested."""
    found = []
    for kind in _KINDS:
        listed = server.ask("GET", f"/apis/{GROUP}/v1/{_plural(kind)}")
        found += [from_manifest({**each, "apiVersion": f"{GROUP}/v1", "kind": kind}) for each in listed["items"]]
    return found


def decides_alike(there: list[Manifest], wanted: list[Manifest], mesh: Mesh, model: Model) -> bool:
    """Whether nothing opens or closes, and requests on the borders of rules meet the same."""
    now, then = Evaluator(there, mesh), Evaluator(wanted, mesh)
    asked = islice(border_requests(model), _BORDERS)
    answers = ((now.decide(each), then.decide(each)) for each in asked)
    if not all((old.verdict, old.decided_by) == (new.verdict, new.decided_by) for old, new in answers):
        return False
    return not access_change(there, wanted, mesh, None, model).effects


@seed(SEED)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_a_diff_is_empty_exactly_when_the_server_holds_the_same(server: Cluster, data: st.DataObject) -> None:
    """A change names its fields and the one who wrote them; where nothing differs, everything is decided alike."""
    mesh = data.draw(st.sampled_from(MESHES))
    policy = policy_of(data.draw(st.lists(focused("all"), min_size=1, max_size=2)))
    model = resolve(policy, mesh, TODAY).model
    assume(model is not None)
    assert model is not None
    manifests = [each.manifest for each in lower(model).manifests]
    wanted = [document(each) for each in manifests]
    live = edited(wanted, data)
    assume(len({key(each) for each in live}) == len(live))
    there = apply(server, wanted)
    try:
        edit(server, there, live)
    except Refused as refused:
        SEEN["refused"] += 1
        assume(f": {http.client.UNPROCESSABLE_ENTITY:d} " not in str(refused))
        raise  # a mistake of this test

    found = diff_live(policy, selection=selection(server, ADMIN), mesh=mesh, today=TODAY)

    kept = held(server)
    is_same = {said(each) for each in manifests} == {said(each) for each in kept}
    SEEN["same" if is_same else "different"] += 1
    assert found.plan is not None, f"seed {SEED}"
    assert (found.plan.changes == ()) == is_same, f"seed {SEED}: {found.plan.changes}"
    assert all(each.fields for each in found.plan.of("change")), f"seed {SEED}"
    if is_same:
        assert decides_alike(kept, manifests, mesh, model), f"seed {SEED}"


def test_edits_were_of_both_sorts() -> None:
    """The test above compared enough of what is the same, and of what is not."""
    assert min(SEEN["same"], SEEN["different"]) > _ENOUGH * EXAMPLES, f"seed {SEED}: {dict(SEEN)}"
    assert SEEN["refused"] < EXAMPLES, f"seed {SEED}: {dict(SEEN)}"
