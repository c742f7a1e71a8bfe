"""How a topic is written: manifests, one workload, and many requests to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.conformance.lab.tokens import key_set

Plain = dict[str, Any]

ISSUER: Final = "https://issuer.example.com"
OTHER_ISSUER: Final = "https://login.example.net/"
SLEEP: Final = "spiffe://cluster.local/ns/bar/sa/sleep"
HOST: Final = "httpbin.foo.svc.cluster.local"


@dataclass(frozen=True)
class Workload:
    """Whom the requests reach.

    Attributes:
        namespace: where it runs.
        labels: its pod's labels.
        ports: (number, Istio's name of the protocol or "" where the Service declares none); ports that no Service
            has are simply not listed. At a gateway `https` is terminated, `mutual`
            is too and asks for a certificate of the client, `tls` is passed through.
        kind: `sidecar` or `gateway`.
    """

    namespace: str = "foo"
    labels: Mapping[str, str] = field(default_factory=lambda: {"app": "httpbin", "version": "v1"})
    ports: tuple[tuple[int, str], ...] = ((8080, "http"), (9000, "tcp"))
    kind: str = "sidecar"


HTTPBIN: Final = Workload()


@dataclass(frozen=True)
class Topic:
    """One set of manifests and what is asked of it.

    Attributes:
        name: area and subject, such as `paths/exact`.
        documents: the manifests.
        requests: as documented for the batch interface; `to` holds only what differs from the workload, and the
            key `over` may say `h2`.
        mesh: what differs from a plain install, in the words of `ztdsl.traffic.mesh.Mesh`.
        workload: whom the requests reach.
    """

    name: str
    documents: Sequence[Plain]
    requests: Sequence[Plain]
    mesh: Mapping[str, Any] = field(default_factory=dict)
    workload: Workload = HTTPBIN


def policy(
    action: str,
    *rules: Plain,
    name: str = "p",
    namespace: str = "foo",
    selector: Mapping[str, str] | None = None,
    dry_run: str | None = None,
    **spec: Any,
) -> Plain:
    """An AuthorizationPolicy; without rules it has none."""
    metadata: Plain = {"name": name, "namespace": namespace}
    if dry_run is not None:
        metadata["annotations"] = {"istio.io/dry-run": dry_run}
    made: Plain = {"action": action, **spec}
    if selector is not None:
        made["selector"] = {"matchLabels": dict(selector)}
    if rules:
        made["rules"] = list(rules)
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": metadata,
        "spec": made,
    }


def allow(*rules: Plain, **more: Any) -> Plain:
    """An ALLOW policy."""
    return policy("ALLOW", *rules, **more)


def deny(*rules: Plain, **more: Any) -> Plain:
    """A DENY policy."""
    return policy("DENY", *rules, **more)


def source(**fields: list[str]) -> Plain:
    """A rule with one source."""
    return {"from": [{"source": fields}]}


def operation(**fields: list[str]) -> Plain:
    """A rule with one operation."""
    return {"to": [{"operation": fields}]}


def when(key: str, values: Sequence[str] = (), but: Sequence[str] = ()) -> Plain:
    """A rule with one condition: any of `values`, none of `but`."""
    condition: Plain = {"key": key}
    if values:
        condition["values"] = list(values)
    if but:
        condition["notValues"] = list(but)
    return {"when": [condition]}


def both(*rules: Plain) -> Plain:
    """One rule with the parts of all."""
    made: Plain = {}
    for rule in rules:
        for key, items in rule.items():
            made[key] = [*made.get(key, []), *items]
    return made


def peers(
    mode: str | None,
    *,
    name: str = "default",
    namespace: str = "foo",
    selector: Mapping[str, str] | None = None,
    ports: Mapping[int, str] | None = None,
    created: str | None = None,
) -> Plain:
    """A PeerAuthentication."""
    metadata: Plain = {"name": name, "namespace": namespace}
    if created is not None:
        metadata["creationTimestamp"] = created
    spec: Plain = {}
    if selector is not None:
        spec["selector"] = {"matchLabels": dict(selector)}
    if mode is not None:
        spec["mtls"] = {"mode": mode}
    if ports is not None:
        spec["portLevelMtls"] = {str(number): {"mode": each} for number, each in ports.items()}
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "PeerAuthentication",
        "metadata": metadata,
        "spec": spec,
    }


def tokens(*rules: Plain, name: str = "jwt", namespace: str = "foo", **spec: Any) -> Plain:
    """A RequestAuthentication; rules without keys get the lab's."""
    made = [{"jwks": key_set(), **rule} for rule in rules]
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "RequestAuthentication",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {**spec, "jwtRules": made},
    }


def get(
    path: str = "/",
    *,
    method: str = "GET",
    host: str = HOST,
    headers: Mapping[str, Sequence[str]] | None = None,
    port: int = 8080,
    **more: Any,
) -> Plain:
    """A request; `more` are further keys of the schema."""
    http: Plain = {"method": method, "path": path, "host": host}
    if headers:
        http["headers"] = {name: list(lines) for name, lines in headers.items()}
    to: Plain = {"port": port} if port != 8080 else {}
    return {**({"to": to | more.pop("to", {})} if to or "to" in more else {}), "http": http, **more}


def connect(port: int = 9000, **more: Any) -> Plain:
    """A raw TCP connection."""
    return {"to": {"port": port, **more.pop("to", {})}, "http": None, **more}


def claims(subject: str | None = "alice", issuer: str | None = ISSUER, **more: Any) -> Plain:
    """The claims of a token that verifies."""
    made: Plain = {} if issuer is None else {"iss": issuer}
    if subject is not None:
        made["sub"] = subject
    return made | more


def cert(namespace: str = "bar", account: str = "sleep", domain: str = "cluster.local") -> str:
    """The identity of a workload."""
    return f"spiffe://{domain}/ns/{namespace}/sa/{account}"
