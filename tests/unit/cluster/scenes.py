"""Each way in which a cluster cannot be read, brought about: by the code of its finding."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from tests.unit.cluster.server import (
    RESOURCES,
    Answer,
    ApiServer,
    Asked,
    Decide,
    forbidden,
    status,
    write_kubeconfig,
)
from ztdsl.cluster import Selection

Scene = Callable[[ApiServer, Path, pytest.MonkeyPatch], Selection]
"""Prepares the server and the machine; what is to be read then."""


def policy(name: str, namespace: str = "shop", **spec: Any) -> dict[str, Any]:
    """A policy as a server has it."""
    metadata = {"name": name, "namespace": namespace, "resourceVersion": "12", "generation": 1}
    return {"kind": "AuthorizationPolicy", "metadata": metadata, "spec": spec}


def holding(server: ApiServer, count: int) -> None:
    """Let the server hold so many policies."""
    server.objects["authorizationpolicies"] = [policy(f"p{number}") for number in range(count)]


def _all(server: ApiServer, place: Path) -> Selection:
    return Selection(kubeconfig=str(write_kubeconfig(place / "kubeconfig", server.url)))


def _answering(decide: Decide) -> Scene:
    """The server answers otherwise."""

    def scene(server: ApiServer, place: Path, _patch: pytest.MonkeyPatch) -> Selection:
        server.decide = decide
        return _all(server, place)

    return scene


def _no_kubectl(server: ApiServer, place: Path, patch: pytest.MonkeyPatch) -> Selection:
    patch.setenv("PATH", str(place))
    return _all(server, place)


def _no_context(server: ApiServer, place: Path, _patch: pytest.MonkeyPatch) -> Selection:
    return replace(_all(server, place), context="kind-production")


def _unreachable(server: ApiServer, place: Path, _patch: pytest.MonkeyPatch) -> Selection:
    chosen = _all(server, place)
    server.http.server_close()
    return chosen


def _slow(server: ApiServer, place: Path, _patch: pytest.MonkeyPatch) -> Selection:
    never = threading.Event()
    server.decide = lambda asked: Answer(wait=never) if asked.resource in RESOURCES else None
    return replace(_all(server, place), request_timeout="1s")


def _changing(server: ApiServer, place: Path, _patch: pytest.MonkeyPatch) -> Selection:
    holding(server, 1001)
    too_old = "The provided continue parameter is too old to display a consistent list result."
    server.decide = lambda asked: status(410, too_old) if "continue" in asked.query else None
    return _all(server, place)


def _unreadable(server: ApiServer, place: Path, _patch: pytest.MonkeyPatch) -> Selection:
    server.objects["authorizationpolicies"] = [policy("orders", action="PERMIT")]
    return _all(server, place)


def _untrusted(server: ApiServer, place: Path, _patch: pytest.MonkeyPatch) -> Selection:
    url = server.url.replace("http:", "https:")
    return Selection(kubeconfig=str(write_kubeconfig(place / "kubeconfig", url, {"token": "of-a-test"})))


def _no_duration(server: ApiServer, place: Path, _patch: pytest.MonkeyPatch) -> Selection:
    return replace(_all(server, place), request_timeout="30 sec")


def _half(asked: Asked) -> Answer | None:
    """A list that ends in its middle, behind a length that promises more."""
    if asked.resource not in RESOURCES:
        return None
    return Answer(body=b'{"apiVersion":"security.istio.io/v1","items":[{"apiVersion":', announced=5000)


SCENES: Final[dict[str, Scene]] = {
    "ZT701": _no_kubectl,
    "ZT702": _no_context,
    "ZT703": _unreachable,
    "ZT704": _slow,
    "ZT705": _answering(lambda asked: status(401, "Unauthorized") if asked.resource in RESOURCES else None),
    "ZT706": _answering(lambda asked: forbidden(asked) if asked.resource == "peerauthentications" else None),
    "ZT707": _answering(
        lambda asked: Answer(404, b"404 page not found\n", "text/plain") if asked.resource in RESOURCES else None
    ),
    "ZT708": _answering(_half),
    "ZT709": _answering(
        lambda asked: status(500, "etcdserver: leader changed") if asked.resource == "authorizationpolicies" else None
    ),
    "ZT710": _changing,
    "ZT711": _unreadable,
    "ZT712": _untrusted,
    "ZT713": _no_duration,
    "ZT714": _answering(lambda asked: Answer(418, b"", "text/plain") if asked.resource in RESOURCES else None),
}
