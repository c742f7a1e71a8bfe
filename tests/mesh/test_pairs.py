"""The requests between pairs leave nobody out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.golden.test_examples import EXAMPLES
from tests.mesh.pairs import pair_requests
from tests.mesh.stage import model_of
from ztdsl.ir.model import WorkloadKind
from ztdsl.traffic.request import Tls

if TYPE_CHECKING:
    from pathlib import Path

    Client = tuple[str | None, Tls, str | None]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_client_asks_at_every_port(name: str, root: Path) -> None:
    """Each workload, and clients without an identity, at each port of each service; at gateways, known addresses."""
    model = model_of(root / "examples" / name)
    asked: dict[tuple[str, tuple[tuple[str, str], ...], int | None], set[Client]] = {}
    for request in pair_requests(model):
        labels = tuple(sorted((request.to.labels or {}).items()))
        who = (request.peer, request.tls, request.remote_ip)
        asked.setdefault((request.to.namespace, labels, request.to.port), set()).add(who)
    accounts = {(each.namespace, each.service_account) for each in model.workloads}
    everyone: set[Client] = {
        (f"spiffe://{model.mesh.trust_domain}/ns/{space}/sa/{account}", Tls.MTLS, None) for space, account in accounts
    } | {(None, Tls.NONE, None), (None, Tls.OTHER, None)}
    for workload in model.workloads:
        for port in workload.ports:
            met = asked[workload.namespace, tuple(sorted(workload.labels)), port.container]
            if workload.kind is WorkloadKind.GATEWAY:
                assert any(address is not None for _, _, address in met)
            else:
                assert met >= everyone
