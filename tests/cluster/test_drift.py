"""Each way in which a real API server comes to hold something else, and what `ztc diff` calls it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.cluster.reader import GROUP, selection
from tests.mesh import lane
from tests.mesh.cluster import ADMIN, Cluster
from tests.mesh.objects import namespace
from ztdsl.api import Diff, diff_live

pytestmark = lane.only
Plain = dict[str, Any]
_EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "quickstart"
_SPACES: Final = ("istio-ingress", "web", "shop")
_PATH: Final = f"/apis/{GROUP}/{{}}/namespaces/shop/{{}}/{{}}"
_ORDERS: Final = _PATH.format("v1", "authorizationpolicies", "orders-allow")
_OWNER: Final = "app.kubernetes.io/managed-by"


def difference(cluster: Cluster) -> Diff:
    """The policy of the example beside what the server holds."""
    return diff_live(_EXAMPLE / "policies.py", selection=selection(cluster, ADMIN))


def kinds(found: Diff) -> list[tuple[str, str, str, str]]:
    """What becomes of which object."""
    assert found.plan is not None, found.report.findings
    return [(each.kind, *each.key) for each in found.plan.changes]


def rewrite(cluster: Cluster, edit: Callable[[Plain], None], path: str = _ORDERS) -> None:
    """Let another manager write an object as `edit` leaves it."""
    plain = cluster.ask("GET", path)
    edit(plain)
    cluster.ask("PUT", f"{path}?fieldManager=another", plain)


@pytest.fixture(autouse=True)
def _applied(cluster: Cluster) -> Iterator[None]:
    """What the example builds, applied."""
    text = (_EXAMPLE / "expected" / "manifests.yaml").read_text(encoding="utf-8")
    cluster.apply([namespace(each) for each in _SPACES])
    cluster.apply([each for each in yaml.safe_load_all(text) if each])
    assert not difference(cluster).differs
    yield
    for space in _SPACES:
        for each in ("authorizationpolicies", "peerauthentications", "requestauthentications"):
            cluster.ask("DELETE", f"/apis/{GROUP}/v1/namespaces/{space}/{each}")


def test_edited_field_is_a_change_of_its_writer(cluster: Cluster) -> None:
    """A value that another manager wrote is a change, with that manager's name."""
    rewrite(cluster, lambda it: it["spec"]["rules"][1]["to"][0]["operation"]["methods"].append("DELETE"))

    found = difference(cluster)

    assert kinds(found) == [("change", "AuthorizationPolicy", "shop", "orders-allow")]
    assert found.plan is not None
    assert "another" in {each.manager for each in found.plan.changes[0].fields}


def test_deleted_object_is_created(cluster: Cluster) -> None:
    """What is gone is to be created."""
    cluster.ask("DELETE", _ORDERS)
    assert kinds(difference(cluster)) == [("create", "AuthorizationPolicy", "shop", "orders-allow")]


def test_lost_label_is_a_change(cluster: Cluster) -> None:
    """An object without the label that says whose it is is one to change, and is adopted."""
    rewrite(cluster, lambda it: it["metadata"]["labels"].pop(_OWNER))

    found = difference(cluster)

    assert kinds(found) == [("change", "AuthorizationPolicy", "shop", "orders-allow")]
    assert found.plan is not None
    assert found.plan.changes[0].adopts


def test_object_of_nobody_is_foreign(cluster: Cluster) -> None:
    """What somebody else put into a namespace of the policy is foreign."""
    plain = copy.deepcopy(cluster.ask("GET", _ORDERS))
    plain["metadata"] = {"name": "mine", "namespace": "shop"}
    cluster.apply([plain])
    assert kinds(difference(cluster)) == [("foreign", "AuthorizationPolicy", "shop", "mine")]


def test_other_order_and_defaults_are_no_difference(cluster: Cluster) -> None:
    """Lists in another order, and a default that is written out, mean the same."""

    def edit(plain: Plain) -> None:
        plain["spec"]["rules"][1]["to"][0]["operation"]["methods"].reverse()

    rewrite(cluster, edit)
    rewrite(
        cluster,
        lambda it: it["spec"].update(action="ALLOW"),
        _PATH.format("v1", "authorizationpolicies", "allow-nothing"),
    )
    assert kinds(difference(cluster)) == []


def test_older_version_is_no_difference(cluster: Cluster) -> None:
    """Whoever writes the same in v1beta1 changes nothing."""
    path = _PATH.format("v1beta1", "authorizationpolicies", "orders-allow")
    rewrite(cluster, lambda it: it["metadata"]["labels"].update(team="shop"), path)
    assert cluster.ask("GET", path)["apiVersion"] == f"{GROUP}/v1beta1"
    assert kinds(difference(cluster)) == []
