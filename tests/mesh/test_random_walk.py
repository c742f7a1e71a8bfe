"""A walk through random policies: each is applied over the one before, and decides real requests as predicted."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.mesh import lane
from tests.mesh.agreement import compare
from tests.mesh.mesh import Mesh
from tests.mesh.objects import fresh_connections
from tests.mesh.sending import Sender
from tests.mesh.world import key_hosts_of, populate
from tests.property.calls import request_of
from tests.property.near import near
from tests.property.shop import FOCUSES, RENAMED, TODAY, api, auth, focused, orders, partner_auth, policy_of
from ztdsl import AnyRequest, EndUser, Policy, allow
from ztdsl.ir.model import Model
from ztdsl.istio.annotated import Annotated
from ztdsl.istio.document import document
from ztdsl.istio.evaluate import Evaluator
from ztdsl.lower import lower
from ztdsl.resolve import resolve
from ztdsl.simulate import Simulator, border_requests
from ztdsl.traffic.request import Request

pytestmark = lane.only
STEPS = int(os.environ.get("ZTC_MESH_STEPS", "60"))
SEED = int(os.environ.get("ZTC_MESH_SEED", "1"))
BORDERS, CALLS = 16, 8
"""How many requests of a step are on borders of its rules, and how many are near them."""


@dataclass
class Walk:
    """A mesh with the shop's workloads, and what was applied last."""

    mesh: Mesh
    sender: Sender
    applied: dict[tuple[str, str, str], object] = field(default_factory=dict)
    verdicts: Counter[str] = field(default_factory=Counter)

    def go(self, manifests: tuple[Annotated, ...]) -> None:
        """Apply these manifests over those of the step before."""
        wanted = {_key(plain): plain for plain in (document(each.manifest) for each in manifests)}
        if changed := [plain for key, plain in wanted.items() if self.applied.get(key) != plain]:
            self.mesh.cluster.apply(changed)
        for kind, namespace, name in self.applied.keys() - wanted.keys():
            self.mesh.cluster.kubectl("delete", kind.lower(), f"--namespace={namespace}", name)
        self.applied = dict(wanted)
        self.mesh.settle()


def _key(plain: dict[str, dict[str, str]]) -> tuple[str, str, str]:
    return str(plain["kind"]), plain["metadata"]["namespace"], plain["metadata"]["name"]


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    """The mesh that is walked on, without any policy."""
    users = [EndUser(auth), EndUser(partner_auth)]
    rule = allow(users, to=orders.at(api), http=AnyRequest(), because="both issuers are known from the start")
    model = resolve(policy_of([rule]), RENAMED, TODAY).model
    assert model is not None
    with lane.required(), Mesh(lane.own_name("walk"), RENAMED, key_hosts=key_hosts_of(model)) as mesh:
        populate(mesh, model)
        mesh.cluster.apply([fresh_connections()])
        accepted = [{"iss": each.issuer, "aud": (each.audiences or ("any",))[0]} for each in model.issuers]
        yield Walk(mesh, Sender(mesh, RENAMED.trust_domain, accepted))


@dataclass(frozen=True)
class Step:
    """A random policy, and random requests near its rules."""

    policy: Policy
    model: Model
    requests: tuple[Request, ...]


def steps(count: int) -> list[Step]:
    """As many random steps, the same for the same seed."""
    drawn: list[Step] = []

    @seed(SEED)
    @settings(
        max_examples=2 * count,
        phases=(Phase.generate,),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data(), focus=st.sampled_from(FOCUSES))
    def draw(data: st.DataObject, focus: str) -> None:
        policy = policy_of(data.draw(st.lists(focused(focus), min_size=1, max_size=4)))
        model = resolve(policy, RENAMED, TODAY).model
        if model is None or not policy.rules:
            return
        each = CALLS // len(policy.rules)
        calls = [request_of(data.draw(near(rule, RENAMED, focus))) for rule in policy.rules for _ in range(each)]
        drawn.append(Step(policy, model, (*border_requests(model, BORDERS), *calls)))

    draw()
    return drawn[:count]


def test_a_random_walk(walk: Walk, note: Callable[[str], None]) -> None:
    """On each random policy, real requests on the borders of its rules meet what both evaluators predict."""
    drawn = steps(STEPS)
    assert len(drawn) == STEPS
    for number, step in enumerate(drawn):
        lowered = lower(step.model)
        walk.go(lowered.manifests)
        evaluator = Evaluator([each.manifest for each in lowered.manifests], RENAMED)
        tally = compare(walk.sender, evaluator, Simulator(step.model), step.requests)
        assert not tally.different, f"step {number}: {json.dumps(tally.different[0], default=str)}"
        walk.verdicts.update(map(str, tally.agreed.elements()))
    assert {"allow", "deny", "refused"} <= walk.verdicts.keys()
    counts = ", ".join(f"{count:,} {verdict}" for verdict, count in walk.verdicts.most_common())
    line = f"random walk: {STEPS} policies, {walk.verdicts.total():,} requests, all as predicted ({counts})"
    note(line)
