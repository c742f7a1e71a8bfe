"""Changes from an older policy to a newer one, each with requests that clients go on sending meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from ztdsl import (
    Anyone,
    AnyWorkload,
    EndUser,
    Http,
    HttpPort,
    IpBlock,
    Issuer,
    MeshDefaults,
    Namespace,
    Open,
    Permissive,
    Policy,
    Rule,
    Service,
    TcpPort,
    allow,
    allow_tcp,
    deny,
)
from ztdsl.diagnostics.model import Severity
from ztdsl.diagnostics.report import Report
from ztdsl.ir.model import Model
from ztdsl.istio.kinds import Manifest
from ztdsl.pipeline import Options, run
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Request
from ztdsl.traffic.wire import request_from

TODAY: Final = date(2026, 11, 1)
FACTS: Final = Mesh()
OLD_HOST, NEW_HOST = "10.77.8.1", "10.77.9.1"
"""Two addresses of clients without sidecar; see `tests.mesh.sending`."""
KEYS: Final = ("https://auth.example.com/keys", "https://partner.example.com/keys")

_api = HttpPort(8080)
_bytes = TcpPort(7070)
_open_bytes = TcpPort(7070, mtls=Permissive(because="hosts without sidecar", until=date(2027, 3, 31)))
_second = TcpPort(7071, mtls=Permissive(because="hosts without sidecar", until=date(2027, 3, 31)))
_web, _shop = Namespace("web"), Namespace("shop")
_frontend = Service("frontend", namespace=_web, service_account="frontend", ports=[_api])
_other = Service("other", namespace=_web, service_account="other", ports=[_api])
_auth = Issuer("https://auth.example.com", jwks_uri=KEYS[0], audiences=["orders"])
_partner = Issuer("https://partner.example.com", jwks_uri=KEYS[1], audiences=["orders"])
_user, _partner_user = EndUser(_auth), EndUser(_partner)
_OLD_HOSTS, _NEW_HOSTS = IpBlock("10.77.8.0/24"), IpBlock("10.77.9.0/24")


def orders(port: TcpPort = _open_bytes, name: str = "orders") -> Service:
    """The service that is called; its labels are the same under any name."""
    return Service(name, namespace=_shop, service_account="orders", ports=[_api, port], labels={"app": "orders"})


def world() -> Model:
    """What runs while policies change: two callers, and the service with all its ports.

    Raises:
        ValueError: its policy has errors; they are in the message.
    """
    called = Service("orders", namespace=_shop, service_account="orders", ports=[_api, _bytes, _second])
    result = run(
        Policy("world", owns=[_web, _shop], services=[_frontend, _other, called]), Options(mesh=FACTS, today=TODAY)
    )
    if result.model is None:
        raise ValueError(_errors(result.report))
    return result.model


def policy(service: Service, *rules: Rule, mesh: MeshDefaults | None = None) -> Policy:
    """A policy for the service alone."""
    return Policy("shop", owns=[_shop], services=[service], rules=rules, mesh=mesh)


@dataclass(frozen=True)
class Change:
    """From one policy to another.

    Attributes:
        name: of the change.
        old: what is applied before; None for nothing.
        new: what is applied while clients send.
        asked: the requests that they send, as JSON.
        limit: why the printed order is wrong for this change; None where it must be right.
    """

    name: str
    old: Policy | None
    new: Policy
    asked: Sequence[Mapping[str, Any]] = field(repr=False)
    limit: str | None = None

    @cached_property
    def before(self) -> tuple[Manifest, ...]:
        """The objects of the old policy as `ztc build` prints them."""
        return () if self.old is None else built(self.old)

    @cached_property
    def after(self) -> tuple[Manifest, ...]:
        """The objects of the new policy as `ztc build` prints them."""
        return built(self.new)

    @property
    def deleted(self) -> list[Manifest]:
        """What the new policy no longer has: the last that was applied first."""
        kept = {identity(each) for each in self.after}
        return [each for each in reversed(self.before) if identity(each) not in kept]

    @property
    def requests(self) -> list[Request]:
        """What clients send."""
        return [request_from(each) for each in self.asked]


def identity(manifest: Manifest) -> tuple[str, str, str]:
    """Which object it is, whatever it says."""
    return type(manifest).__name__, manifest.meta.namespace, manifest.meta.name


def built(source: Policy) -> tuple[Manifest, ...]:
    """The objects of a policy, in the order of `ztc build`.

    Raises:
        ValueError: it has errors; they are in the message.
    """
    result = run(source, Options(mesh=FACTS, today=TODAY))
    if result.manifests is None:
        raise ValueError(_errors(result.report))
    return tuple(each.manifest for each in result.manifests)


def _errors(report: Report) -> str:
    return "; ".join(each.message for each in report.findings if each.severity is Severity.ERROR)


_TO: Final = {"namespace": "shop", "labels": {"app": "orders"}}


def _http(method: str, path: str, *, caller: str | None = "frontend", issuer: Issuer | None = None) -> dict[str, Any]:
    """A request to the API by a workload of the mesh, or in plaintext."""
    asked: dict[str, Any] = {
        "to": {**_TO, "port": 8080, "protocol": "http"},
        "http": {"method": method, "path": path},
        "tls": "none" if caller is None else "mtls",
    }
    if caller is not None:
        asked["peer"] = f"spiffe://cluster.local/ns/web/sa/{caller}"
    if issuer is not None:
        claims = {"iss": issuer.issuer, "aud": "orders", "sub": "somebody", "exp": 4102444800}
        asked["token"] = {"claims": claims}
    return asked


def _connection(*, caller: str | None = None, address: str | None = None) -> dict[str, Any]:
    """A connection to the port of bytes: by a workload of the mesh, or in plaintext from an address."""
    asked: dict[str, Any] = {"to": {**_TO, "port": 7070, "protocol": "tcp"}, "tls": "none" if address else "mtls"}
    if caller is not None:
        asked["peer"] = f"spiffe://cluster.local/ns/web/sa/{caller}"
    if address is not None:
        asked["source_ip"] = address
    return asked


def _first() -> Change:
    service = orders()
    new = policy(
        service,
        allow(_frontend, user=_user, to=service.at(_api), http=Http(methods=["GET"], paths=["/orders"]), because="a"),
        allow_tcp([_OLD_HOSTS, _frontend], to=service.at(_open_bytes), because="b"),
        mesh=MeshDefaults(),
    )
    asked = [
        _http("GET", "/orders", issuer=_auth),
        _http("GET", "/orders"),
        _http("GET", "/orders", caller=None),
        _connection(caller="frontend"),
        _connection(address=OLD_HOST),
        _connection(address=NEW_HOST),
    ]
    return Change("first policy", None, new, asked)


def _issuer() -> Change:
    service = orders()
    listing = Http(methods=["GET"], paths=["/orders"])
    old = policy(service, allow(_frontend, to=service.at(_api), http=listing, because="a"))
    new = policy(service, allow(_frontend, user=_partner_user, to=service.at(_api), http=listing, because="a"))
    asked = [
        _http("GET", "/orders", issuer=_partner),
        _http("GET", "/orders"),
        _http("POST", "/orders", issuer=_partner),
        _http("GET", "/orders", issuer=_partner, caller="other"),
    ]
    return Change("new issuer", old, new, asked)


def _strict() -> Change:
    before, after = orders(), orders(_bytes)
    old = policy(before, allow_tcp([_OLD_HOSTS, _frontend], to=before.at(_open_bytes), because="a"))
    new = policy(after, allow_tcp(_frontend, to=after.at(_bytes), because="a"))
    asked = [
        _connection(caller="frontend"),
        _connection(caller="other"),
        _connection(address=OLD_HOST),
        _connection(address=NEW_HOST),
        _http("GET", "/orders", caller=None),
    ]
    return Change("permissive to strict", old, new, asked)


def _permissive() -> Change:
    before, after = orders(_bytes), orders()
    old = policy(before, allow_tcp([_OLD_HOSTS, _frontend], to=before.at(_bytes), because="a"))
    new = policy(after, allow_tcp([_NEW_HOSTS, _frontend], to=after.at(_open_bytes), because="a"))
    asked = [
        _connection(caller="frontend"),
        _connection(caller="other"),
        _connection(address=OLD_HOST),
        _connection(address=NEW_HOST),
    ]
    return Change("strict to permissive", old, new, asked)


def _adopted() -> Change:
    """The mesh is STRICT already, nothing else is said; the policy makes one port permissive and allows little."""
    service = orders()
    defaults = MeshDefaults(default=Open(because="nothing is said yet", until=date(2027, 3, 31)))
    old = Policy("shop", mesh=defaults)
    new = policy(service, allow_tcp(_NEW_HOSTS, to=service.at(_open_bytes), because="a"), mesh=defaults)
    asked = [
        _connection(address=OLD_HOST),
        _connection(address=NEW_HOST),
        _connection(caller="frontend"),
        _http("GET", "/orders", caller=None),
    ]
    return Change("first policy in a strict mesh", old, new, asked)


def _renamed() -> Change:
    asked = [
        _http("GET", "/orders/1", issuer=_auth),
        _http("GET", "/orders/internal", issuer=_auth),
        _http("POST", "/orders/1", issuer=_auth),
        _http("GET", "/orders/1"),
        _connection(address=OLD_HOST),
        _connection(address=NEW_HOST),
    ]
    return Change("renamed objects", _guarded("orders"), _guarded("purchases"), asked)


def _guarded(name: str) -> Policy:
    """The same policy whatever the service is called, hence under different names of objects."""
    service = orders(name=name)
    return policy(
        service,
        allow(_frontend, user=_user, to=service.at(_api), http=Http(methods=["GET"], paths=["/orders/*"]), because="a"),
        allow_tcp(_OLD_HOSTS, to=service.at(_open_bytes), because="b"),
        deny(Anyone(), to=service.at(_api), http=Http(paths=["/orders/internal"]), because="c"),
    )


def _deny() -> Change:
    service = orders()
    at = service.at(_api)
    old = policy(service, allow(_frontend, to=at, http=Http(paths=["/orders"]), because="a"))
    new = policy(
        service,
        allow(_frontend, to=at, http=Http(paths=["/orders", "/orders/*"]), because="a"),
        deny(Anyone(), to=at, http=Http(paths=["/orders/internal"]), because="b"),
    )
    asked = [
        _http("GET", "/orders"),
        _http("GET", "/orders/internal"),
        _http("GET", "/orders/1"),
        _http("GET", "/orders", caller="other"),
    ]
    return Change("wider, with an exception", old, new, asked)


def _namespace_deny() -> Change:
    """As `_deny`, where the exception is one for every workload of the namespace, and stands in an object before."""
    service = orders()
    old = policy(service, allow(_frontend, to=service.at(_api), http=Http(paths=["/orders"]), because="a"))
    new = policy(
        service,
        allow(AnyWorkload(), to=_shop.every(_api), http=Http(paths=["/orders", "/orders/*"]), because="a"),
        deny(Anyone(), to=service.at(_api), http=Http(paths=["/orders/internal"]), because="b"),
    )
    asked = [
        _http("GET", "/orders"),
        _http("GET", "/orders/internal"),
        _http("GET", "/orders/internal", caller="other"),
        _http("GET", "/orders", caller=None),
    ]
    return Change("wider for a namespace, with an exception", old, new, asked)


def _narrowed() -> Change:
    service = orders()
    at = service.at(_api)
    old = policy(
        service,
        allow(_frontend, to=at, http=Http(paths=["/orders", "/orders/*"]), because="a"),
        deny(Anyone(), to=at, http=Http(paths=["/orders/internal", "/orders/secret"]), because="b"),
    )
    new = policy(
        service,
        allow(_frontend, to=at, http=Http(paths=["/orders", "/orders/secret"]), because="a"),
        deny(Anyone(), to=at, http=Http(paths=["/orders/secret"]), because="b"),
    )
    asked = [
        _http("GET", "/orders"),
        _http("GET", "/orders/internal"),
        _http("GET", "/orders/secret"),
        _http("GET", "/orders/1"),
    ]
    limit = "takes back, at once, what was allowed and the exception from it: allows would have to come before denies"
    return Change("narrower, without its exception", old, new, asked, limit)


def _closed() -> Change:
    before = Service(
        "orders",
        namespace=_shop,
        service_account="orders",
        ports=[_api, _open_bytes, _second],
        labels={"app": "orders"},
    )
    after = Service(
        "orders", namespace=_shop, service_account="orders", ports=[_api, _bytes, _second], labels={"app": "orders"}
    )
    keep = allow_tcp(_OLD_HOSTS, to=before.at(_second), because="keeps the object of the ports")
    old = policy(before, allow_tcp([_OLD_HOSTS, _frontend], to=before.at(_open_bytes), because="a"), keep)
    again = allow_tcp(_OLD_HOSTS, to=after.at(_second), because="keeps the object of the ports")
    new = policy(after, allow_tcp([_NEW_HOSTS, _frontend], to=after.at(_bytes), because="a"), again)
    asked = [
        _connection(caller="frontend"),
        _connection(caller="other"),
        _connection(address=OLD_HOST),
        _connection(address=NEW_HOST),
    ]
    limit = "closes a port to plaintext and lets other addresses in there, at once: STRICT would have to come first"
    return Change("strict, for other addresses", old, new, asked, limit)


CHANGES: Final = tuple(
    make()
    for make in (
        _first,
        _adopted,
        _issuer,
        _strict,
        _permissive,
        _renamed,
        _deny,
        _namespace_deny,
        _narrowed,
        _closed,
    )
)
