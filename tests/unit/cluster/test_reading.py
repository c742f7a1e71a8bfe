"""A cluster, read by a real `kubectl` from a real server."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.cluster.scenes import holding, policy
from tests.unit.cluster.server import (
    RESOURCES,
    Answer,
    ApiServer,
    Asked,
    as_json,
    forbidden,
    page,
    status,
    write_kubeconfig,
)
from ztdsl.cluster import ClusterFailure, Live, Selection, read_cluster
from ztdsl.diagnostics.model import Diagnostic
from ztdsl.manifests import KnownPort


def lists(server: ApiServer) -> list[Asked]:
    """The requests for lists: some builds of `kubectl` ask for the server's version before."""
    return [each for each in server.asked if each.resource in RESOURCES]


def failure(selection: Selection) -> Diagnostic:
    """What reading fails with."""
    with pytest.raises(ClusterFailure) as failed:
        read_cluster(selection)
    return failed.value.finding


def names(live: Live) -> list[str]:
    """The names of what was read, in its order."""
    return [each.manifest.meta.name for each in live.objects]


def test_everything_is_read_with_list_alone(server: ApiServer, selection: Selection) -> None:
    """One GET for each kind gives all objects, as the server has them and as istiod reads them."""
    server.objects["authorizationpolicies"] = [policy("orders", action="DENY", rules=[{}])]
    server.objects["requestauthentications"] = [
        {"kind": "RequestAuthentication", "metadata": {"name": "keys", "namespace": "web"}, "spec": {}}
    ]

    live = read_cluster(selection)

    assert [each.key for each in live.objects] == [
        ("AuthorizationPolicy", "shop", "orders"),
        ("RequestAuthentication", "web", "keys"),
    ]
    assert live.objects[0].plain == {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": "orders", "namespace": "shop", "resourceVersion": "12", "generation": 1},
        "spec": {"action": "DENY", "rules": [{}]},
    }
    assert live.objects[0].manifest.meta.name == "orders"
    assert live.objects[0].place is None
    assert live.described == "context `kind-prod`"
    assert live.workloads is None
    assert {each.method for each in server.asked} == {"GET"}
    assert Counter(each.path for each in lists(server)) == {
        "/apis/security.istio.io/v1/authorizationpolicies": 1,
        "/apis/security.istio.io/v1/peerauthentications": 1,
        "/apis/security.istio.io/v1/requestauthentications": 1,
        "/apis/telemetry.istio.io/v1/telemetries": 1,
    }


def test_empty_cluster_has_nothing(selection: Selection) -> None:
    """No objects at all is an answer."""
    assert read_cluster(selection).objects == ()


def test_items_may_leave_kind_and_version_to_the_list(server: ApiServer, selection: Selection) -> None:
    """What an object is, it says itself after reading."""
    bare = {"metadata": {"name": "orders", "namespace": "shop"}, "spec": {}}
    server.decide = lambda asked: (
        as_json({**page(asked, [], 1), "items": [bare]}) if asked.resource == "authorizationpolicies" else None
    )

    (found,) = read_cluster(selection).objects

    assert found.plain == {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", **bare}


def test_object_of_another_kind_is_no_part_of_the_list(server: ApiServer, selection: Selection) -> None:
    """A server that mixes kinds is not believed."""
    server.objects["authorizationpolicies"] = [{**policy("orders"), "kind": "PeerAuthentication"}]

    said = failure(selection)

    assert said.code == "ZT708"
    assert "`PeerAuthentication` is in a list of" in said.notes[0]


def test_long_lists_come_in_pages(server: ApiServer, selection: Selection) -> None:
    """Pages are put together in order, grow, and are counted for whoever watches."""
    holding(server, 6500)
    seen: list[int] = []

    live = read_cluster(selection, seen=seen.append)

    assert names(live) == [f"p{number}" for number in range(6500)]
    queries = [each.query for each in lists(server) if each.resource == "authorizationpolicies"]
    assert [(each["limit"], each.get("continue")) for each in queries] == [
        ("1000", None),
        ("4000", "1000"),
        ("8000", "5000"),
    ]
    assert seen == sorted(seen)
    assert seen[-1] == 6500


def test_namespaces_are_read_one_by_one(server: ApiServer, selection: Selection) -> None:
    """A user with rights in some namespaces asks for nothing beyond them, and for each once."""
    server.objects["authorizationpolicies"] = [policy("a", "shop"), policy("b", "web"), policy("c", "other")]
    server.decide = lambda asked: None if "/namespaces/" in asked.path else forbidden(asked)

    live = read_cluster(replace(selection, namespaces=("web", "shop", "web")))

    assert names(live) == ["b", "a"]
    assert len(lists(server)) == 8


def test_the_root_namespace_is_read_beside_the_chosen_ones(server: ApiServer, selection: Selection) -> None:
    """Its objects apply everywhere, and are told apart from those that were asked for."""
    server.objects["authorizationpolicies"] = [policy("a", "shop"), policy("everywhere", "istio-system")]

    live = read_cluster(replace(selection, namespaces=("shop",)), root="istio-system")

    assert (names(live), [each.key[2] for each in live.beside]) == (["a"], ["everywhere"])
    assert read_cluster(selection, root="istio-system").beside == ()
    assert live.unread is None


def test_a_root_namespace_that_may_not_be_read_is_named(server: ApiServer, selection: Selection) -> None:
    """A user of one namespace still sees what differs there; any other trouble stops the reading."""
    server.objects["authorizationpolicies"] = [policy("a", "shop"), policy("everywhere", "istio-system")]
    server.decide = lambda asked: forbidden(asked) if "/istio-system/" in asked.path else None
    chosen = replace(selection, namespaces=("shop",))

    live = read_cluster(chosen, root="istio-system")

    assert (names(live), live.beside, live.unread) == (["a"], (), "istio-system")
    server.decide = lambda asked: status(500, "no") if "/istio-system/" in asked.path else None
    with pytest.raises(ClusterFailure):
        read_cluster(chosen, root="istio-system")


def test_no_namespace_is_not_all_namespaces(server: ApiServer, selection: Selection) -> None:
    """An empty choice reads nothing."""
    holding(server, 1)

    assert read_cluster(replace(selection, namespaces=())).objects == ()
    assert lists(server) == []


@pytest.mark.parametrize("name", ["../../nodes", "a/b", "shop?limit=1", "Shop", "", "x" * 64, "%2e%2e"])
def test_name_that_no_namespace_has_is_refused(name: str, server: ApiServer, selection: Selection) -> None:
    """A name is part of a path that `kubectl` unescapes: nothing but a name may stand there."""
    said = failure(replace(selection, namespaces=("shop", name)))

    assert (said.code, said.notes) == ("ZT713", (f"`{name}` is no name of a namespace",))
    assert server.asked == []


def test_flags_reach_the_server(server: ApiServer, selection: Selection) -> None:
    """The user to act as, and the time a request may take, are those of `kubectl`."""
    live = read_cluster(replace(selection, impersonate="ci-reader", request_timeout="17s"))

    assert live.described == "context `kind-prod` as `ci-reader`"
    assert {each.headers.get("impersonate-user") for each in lists(server)} == {"ci-reader"}
    assert {each.query.get("timeout") for each in lists(server)} == {"17s"}


def test_environment_names_the_kubeconfig(server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`KUBECONFIG` is a list of files, the first that names a current context wins, and missing ones do not matter."""
    first = write_kubeconfig(tmp_path / "first", server.url, context="kind-first")
    second = write_kubeconfig(tmp_path / "second", "http://127.0.0.1:1", context="kind-second")
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'none'}:{first}:{second}")

    assert read_cluster(Selection()).described == "context `kind-first`"
    assert failure(Selection(context="kind-second", request_timeout="2s")).code in {"ZT703", "ZT704"}


def test_context_stays_the_same_while_it_is_read(server: ApiServer, selection: Selection, tmp_path: Path) -> None:
    """Somebody who switches the current context meanwhile does not mix two clusters."""
    holding(server, 1500)

    def switch(asked: Asked) -> None:
        if asked.resource == "authorizationpolicies" and "continue" not in asked.query:
            other = json.loads((tmp_path / "kubeconfig").read_text())
            other["clusters"].append({"name": "there", "cluster": {"server": "http://127.0.0.1:1"}})
            other["contexts"].append({"name": "other", "context": {"cluster": "there", "user": "reader"}})
            other["current-context"] = "other"
            fresh = tmp_path / "fresh"
            fresh.write_text(json.dumps(other))
            fresh.replace(tmp_path / "kubeconfig")

    server.decide = switch

    assert len(read_cluster(selection).objects) == 1500


def test_no_kubeconfig_is_no_context(server: ApiServer) -> None:
    """Without any kubeconfig nothing is asked of whatever listens on this machine."""
    assert failure(Selection()).code == "ZT702"
    assert server.asked == []


def test_missing_kubeconfig_is_named(tmp_path: Path) -> None:
    """A file that is not there is no cluster without a context."""
    said = failure(Selection(kubeconfig=str(tmp_path / "none")))

    assert said.code == "ZT702"
    assert said.notes == (f"the kubeconfig `{tmp_path / 'none'}` does not exist",)


def test_broken_kubeconfig_leads_to_no_cluster(tmp_path: Path) -> None:
    """A file that is no YAML is a matter of configuration."""
    (tmp_path / "kubeconfig").write_text(": : [")

    assert failure(Selection(kubeconfig=str(tmp_path / "kubeconfig"))).code == "ZT702"


@pytest.mark.parametrize("resource", ["authorizationpolicies", "peerauthentications", "requestauthentications"])
def test_forbidden_names_verb_resource_and_scope(resource: str, server: ApiServer, selection: Selection) -> None:
    """One verb less is an error that says which; what the others gave is not used."""
    holding(server, 3)
    server.decide = lambda asked: forbidden(asked) if asked.resource == resource else None

    said = failure(replace(selection, namespaces=("shop",)))

    assert said.code == "ZT706"
    assert said.message == (
        f"`list` of `{resource}.security.istio.io` in namespace `shop` is forbidden in context `kind-prod`"
    )
    assert 'User "reader"' in said.notes[0]
    assert "ztc-reader" in said.help[0]


def test_old_cluster_is_asked_in_its_version(server: ApiServer, selection: Selection) -> None:
    """Where `v1` is not served, `v1beta1` is read."""
    server.versions = ("v1beta1",)
    holding(server, 2)

    live = read_cluster(selection)

    assert names(live) == ["p0", "p1"]
    assert live.objects[0].plain["apiVersion"] == "security.istio.io/v1beta1"


def test_one_kind_that_is_not_installed_stops_all(server: ApiServer, selection: Selection) -> None:
    """Two kinds of three are not the whole."""
    holding(server, 2)
    server.decide = lambda asked: (
        Answer(404, b"404 page not found\n", "text/plain") if asked.resource == "peerauthentications" else None
    )

    said = failure(selection)

    assert (said.code, said.message) == (
        "ZT707",
        "context `kind-prod` does not know `peerauthentications.security.istio.io`",
    )


@pytest.mark.parametrize(
    "answer",
    [
        status(429, "too many requests"),
        Answer(429, b"Too many requests, please try again later.\n", "text/plain"),
        status(500, "etcdserver: leader changed"),
        Answer(502, b"<html>502 Bad Gateway</html>", "text/html"),
        Answer(503, b"no healthy upstream", "text/plain"),
        Answer(504, b"upstream timed out", "text/plain"),
        Answer(body=b'{"apiVersion":"v1","items":[', announced=5000),
        Answer(body=b'{"apiVersion":"v1","items":[', announced=-1),
    ],
)
def test_trouble_that_passes_is_waited_for(answer: Answer, server: ApiServer, selection: Selection) -> None:
    """A busy server, and an answer that was cut, are asked again; so is a page in the middle of a list."""
    holding(server, 1500)
    server.decide = lambda asked: (
        answer if asked.resource == "authorizationpolicies" and asked.count in {0, 2} else None
    )

    assert names(read_cluster(selection)) == [f"p{number}" for number in range(1500)]
    asked = [each for each in lists(server) if each.resource == "authorizationpolicies"]
    assert [each.query.get("continue") for each in asked] == [None, None, "1000", "1000"]


@pytest.mark.parametrize("answer", [status(500, "no"), Answer(body=b'{"items":[', announced=50)])
def test_tries_are_bounded(answer: Answer, server: ApiServer, selection: Selection) -> None:
    """A server that stays busy is left alone after four tries."""
    server.decide = lambda asked: answer if asked.resource == "peerauthentications" else None

    assert failure(selection).code in {"ZT708", "ZT709"}
    assert sum(each.resource == "peerauthentications" for each in server.asked) == 4


def test_forgotten_page_begins_the_list_again(server: ApiServer, selection: Selection) -> None:
    """After 410 Gone everything is read anew: objects of two moments are not put together."""
    holding(server, 1500)

    def expire(asked: Asked) -> Answer | None:
        if "continue" in asked.query and asked.count == 1:
            server.objects["authorizationpolicies"] = [policy(f"new{number}") for number in range(1200)]
            server.revision += 1
            return status(410, "The provided continue parameter is too old to display a consistent list result.")
        return None

    server.decide = expire

    assert names(read_cluster(selection)) == [f"new{number}" for number in range(1200)]


def test_pages_of_two_revisions_are_not_joined(server: ApiServer, selection: Selection) -> None:
    """Where a page belongs to another state of the cluster, the list is begun again, and given up after a while."""
    holding(server, 1500)

    def move(asked: Asked) -> Answer | None:
        if asked.resource != "authorizationpolicies":
            return None
        held = server.objects["authorizationpolicies"]
        return as_json(page(asked, held, 1000 + (asked.count if asked.count < 3 else 0)))

    server.decide = move
    assert len(read_cluster(selection).objects) == 1500

    server.decide = lambda asked: as_json(page(asked, server.objects[asked.resource], 2000 + asked.count))
    said = failure(selection)
    assert said.code == "ZT710"
    assert said.notes == ("two pages of one list are of two states of the cluster",)


def test_object_on_two_pages_is_noticed(server: ApiServer, selection: Selection) -> None:
    """A list that repeats itself is none."""
    server.objects["authorizationpolicies"] = [policy("same"), policy("same")]

    said = failure(selection)

    assert (said.code, said.notes) == ("ZT710", ("`shop/same` is on two pages of one list",))


def test_list_that_never_ends_is_left(server: ApiServer, selection: Selection) -> None:
    """A server that promises further pages for ever is not followed."""
    server.decide = lambda asked: (
        as_json({**page(asked, [], 1), "metadata": {"continue": f"more-{asked.count}", "resourceVersion": "1"}})
        if asked.resource in RESOURCES
        else None
    )

    assert failure(selection).code == "ZT708"


def test_web_page_in_place_of_a_list(server: ApiServer, selection: Selection) -> None:
    """A login page that answers 200 is no empty cluster."""
    server.decide = lambda asked: (
        Answer(body=b"<!DOCTYPE html><title>Sign in</title>", kind="text/html") if asked.resource in RESOURCES else None
    )

    said = failure(selection)

    assert said.code == "ZT708"
    assert "web page" in said.notes[0]


def test_server_that_stops_in_the_middle(server: ApiServer, selection: Selection) -> None:
    """What was read before is not passed on."""
    holding(server, 1500)

    def close(asked: Asked) -> None:
        if asked.resource == "authorizationpolicies":
            server.http.server_close()

    server.decide = close

    assert failure(selection).code == "ZT703"


def test_unreadable_object_is_named_with_its_place(server: ApiServer, selection: Selection) -> None:
    """An object that istiod would not take is not passed over."""
    server.objects["authorizationpolicies"] = [policy("good"), policy("bad", rules="all")]

    said = failure(selection)

    assert (said.code, said.notes) == ("ZT711", ("AuthorizationPolicy `shop/bad`: `/spec/rules` is not a list",))


def test_workloads_come_from_pods_and_services(server: ApiServer, selection: Selection) -> None:
    """An inventory is read beside the policies when it is asked for."""
    labels = {"app": "orders"}
    containers = [{"name": "main", "ports": [{"containerPort": 8080}]}]
    server.objects["pods"] = [
        {
            "metadata": {"name": "orders-1", "namespace": "shop", "labels": labels},
            "spec": {"serviceAccountName": "orders", "containers": containers},
        }
    ]
    server.objects["services"] = [
        {
            "metadata": {"name": "orders", "namespace": "shop"},
            "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 8080, "name": "http"}]},
        }
    ]

    (workload,) = read_cluster(replace(selection, workloads=True)).workloads or ()

    assert (workload.namespace, workload.name, workload.service_account) == ("shop", "orders", "orders")
    assert workload.ports == (KnownPort(8080, 80, "http", "http"),)


def test_workloads_that_may_not_be_read_are_no_empty_inventory(server: ApiServer, selection: Selection) -> None:
    """Without the right to list pods the command says so."""
    server.decide = lambda asked: forbidden(asked) if asked.resource == "pods" else None

    with pytest.raises(ClusterFailure) as failed:
        read_cluster(replace(selection, workloads=True))

    assert failed.value.finding.message == "`list` of `pods` in all namespaces is forbidden in context `kind-prod`"
