"""Access logs as Telemetry: which objects there are, what each asks for, and what Istio makes of them together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lower.compiled import TODAY, api, edge, frontend, gateway, orders, policy_of, shop, web
from ztdsl import AccessLog, Anyone, AnyRequest, MeshDefaults, Policy, allow, log_all, log_denied
from ztdsl.istio.document import document
from ztdsl.istio.validate import problems
from ztdsl.lower import lower
from ztdsl.lower.logs import DENIED
from ztdsl.lower.trace import source_map
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh

defaults = MeshDefaults()


def logged(*logs: AccessLog, mesh: Mesh | None = None, owner: str | None = None) -> list[dict[str, Any]]:
    """The Telemetry of the shop with these logs."""
    whole = Policy(
        "shop",
        owns=[shop, web, edge],
        services=[orders, frontend, gateway],
        mesh=defaults,
        logs=logs,
        owner=owner,
    )
    model = resolve(whole, mesh or Mesh(), TODAY).model
    assert model is not None
    lowered = lower(model)
    assert [each for one in lowered.telemetries for each in problems(one.manifest)] == []
    return [document(each.manifest) for each in lowered.telemetries]


def asked(found: list[dict[str, Any]]) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
    """Namespace and name of each object, and of each of its logs the provider, the side, and whether it is filtered."""
    return [
        (
            each["metadata"]["namespace"],
            each["metadata"]["name"],
            [
                (log["providers"][0]["name"], log["match"]["mode"], "filter" in log)
                for log in each["spec"]["accessLogging"]
            ],
        )
        for each in found
    ]


def test_a_namespace_has_one_object_without_a_selector() -> None:
    """Sidecars log what they receive."""
    (found,) = logged(log_denied(shop, because="who was denied"))
    assert found == {
        "apiVersion": "telemetry.istio.io/v1",
        "kind": "Telemetry",
        "metadata": {
            "name": "logging",
            "namespace": "shop",
            "labels": {"app.kubernetes.io/managed-by": "ztc", "app.kubernetes.io/part-of": "shop"},
        },
        "spec": {
            "accessLogging": [
                {"providers": [{"name": "ztc"}], "match": {"mode": "SERVER"}, "filter": {"expression": DENIED}}
            ]
        },
    }


def test_a_workload_is_selected_by_its_labels() -> None:
    """What it logs has no filter where everything is logged."""
    (found,) = logged(log_all(orders, because="all"))
    assert found["metadata"]["name"] == "orders-log"
    assert found["spec"] == {
        "selector": {"matchLabels": {"app": "orders"}},
        "accessLogging": [{"providers": [{"name": "ztc"}], "match": {"mode": "SERVER"}}],
    }


def test_a_gateway_logs_as_a_client() -> None:
    """Istio counts the listeners of a gateway as those of a client."""
    assert asked(logged(log_denied(gateway, because="a"))) == [
        ("istio-ingress", "gateway-log", [("ztc", "CLIENT", True)])
    ]


def test_a_gateway_of_a_logged_namespace_has_an_object_of_its_own() -> None:
    """The log of the namespace asks sidecars only."""
    assert asked(logged(log_denied(edge, because="a"))) == [
        ("istio-ingress", "logging", [("ztc", "SERVER", True)]),
        ("istio-ingress", "gateway-log", [("ztc", "CLIENT", True)]),
    ]


def test_the_mesh_logs_from_its_root_namespace_and_at_gateways() -> None:
    """It stands last, as the other defaults of the mesh do."""
    found = logged(log_denied(defaults, because="a"), mesh=Mesh(root_namespace="mesh-root"))
    assert asked(found) == [
        ("istio-ingress", "gateway-log", [("ztc", "CLIENT", True)]),
        ("mesh-root", "logging", [("ztc", "SERVER", True)]),
    ]


def test_the_nearest_log_of_a_provider_counts() -> None:
    """That of the workload stands instead of those of its namespace and of the mesh, whatever the provider's case."""
    found = logged(
        log_denied([defaults, shop], because="a"),
        log_all(orders, because="b", provider="ZTC"),
    )
    assert ("shop", "orders-log", [("ZTC", "SERVER", False)]) in asked(found)


def test_logs_of_several_providers_are_all_kept_on_the_way_down() -> None:
    """Istio takes the providers of the nearest object alone, so that it names those of the farther ones, too."""
    found = logged(
        log_denied(defaults, because="a", provider="security"),
        log_all(shop, because="b", provider="debug"),
        log_denied(orders, because="c", provider="audit"),
    )
    assert asked(found) == [
        ("istio-ingress", "gateway-log", [("security", "CLIENT", True)]),
        ("shop", "logging", [("debug", "SERVER", False), ("security", "SERVER", True)]),
        ("shop", "orders-log", [("audit", "SERVER", True), ("debug", "SERVER", False), ("security", "SERVER", True)]),
        ("istio-system", "logging", [("security", "SERVER", True)]),
    ]


def test_each_log_has_its_reason_and_its_place() -> None:
    """Comments and the source map lead to the call of the log, the object to what it is about."""
    log = log_denied(shop, because="who was denied")
    part = Policy("p", owns=[shop], services=[orders], logs=[log], owner="team-shop")
    model = resolve(Policy("all", parts=[part], owner="platform"), Mesh(), TODAY).model
    assert model is not None
    (found,) = lower(model).telemetries
    assert [item.comments for item in found.items] == [("who was denied", "owner: team-shop")]
    origins = source_map([found])
    (entry,) = origins.lookup("Telemetry", "shop", "logging", "/spec/accessLogging/0/providers")
    assert (entry.declaration, entry.origin.position.file) == ("access log", __file__)
    (whole,) = origins.lookup("Telemetry", "shop", "logging", "/metadata")
    assert whole.declaration == "namespace `shop`"


def test_logs_change_no_decision() -> None:
    """The manifests are those of the same policy without logs."""
    rules = [allow(Anyone(), to=frontend.at(api), http=AnyRequest(), because="a")]
    without = resolve(policy_of(rules), Mesh(), TODAY).model
    logs = [log_all(shop, because="a")]
    whole = Policy("shop", owns=[shop, web, edge], services=[orders, frontend, gateway], rules=rules, logs=logs)
    with_logs = resolve(whole, Mesh(), TODAY)
    assert without is not None
    assert with_logs.model is not None
    assert lower(with_logs.model).manifests == lower(without).manifests
    assert lower(without).telemetries == ()


@pytest.mark.parametrize(
    "part",
    [
        "response.code_details.startsWith('rbac_access_denied')",
        "response.code_details.startsWith('jwt_authn_access_denied')",
        "connection.termination_details.startsWith('rbac_access_denied')",
        "response.code_details == 'filter_chain_not_found'",
        "metadata.filter_metadata['envoy.filters.http.rbac']['istio_dry_run_deny_shadow_engine_result'] == 'denied'",
        "metadata.filter_metadata['envoy.common']['access_log_hint'] == true",
    ],
)
def test_the_filter_of_denials_asks_for_each_kind(part: str) -> None:
    """Each part alone is enough; what a proxy makes of it is asked of a real one elsewhere."""
    assert part in DENIED.split(" || ")
