"""What the fields of an access log mean together, whatever format they came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ztdsl.log.line import Called, Direction, LogLine
from ztdsl.log.names import cluster_of, ip_of, port_of, server_name_of, service_of
from ztdsl.log.outcome import meaning_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.log.line import Form, TriedRule
    from ztdsl.traffic.decision import Decider


class Fields(NamedTuple):
    """An access log's fields; None for one that the format does not have, the empty text for one without a value.

    Attributes:
        cluster: where the proxy sent the request.
        local: the address that the caller called.
        remote: the address of the original client.
        direct: the address of the direct peer.
        forwarded: X-Forwarded-For.
        failure: why the caller's TLS failed.
        matched: the rule that decided, as Envoy's own metadata names it.
    """

    method: str | None = None
    path: str | None = None
    host: str | None = None
    status: int | None = None
    flags: str | None = None
    details: str | None = None
    termination: str | None = None
    cluster: str | None = None
    local: str | None = None
    remote: str | None = None
    server_name: str | None = None
    forwarded: str | None = None
    identity: str | None = None
    direct: str | None = None
    is_plaintext: bool | None = None
    namespace: str | None = None
    workload: str | None = None
    service_account: str | None = None
    claims: Mapping[str, Any] | None = None
    headers: Mapping[str, tuple[str, ...]] | None = None
    tried: tuple[TriedRule, ...] = ()
    matched: Decider | None = None
    failure: str | None = None


def line_of(form: Form, time: str | None, fields: Fields) -> LogLine:
    """What the fields say of the request."""
    meaning = meaning_of(fields.status, fields.flags, fields.details, fields.termination, fields.failure)
    cluster, asked = cluster_of(fields.cluster), server_name_of(fields.server_name)
    return LogLine(
        form=form,
        time=time,
        outcome=meaning.outcome,
        details=fields.details or fields.termination or fields.failure,
        matched=meaning.matched or fields.matched,
        is_unmatched=meaning.is_unmatched,
        direction=cluster.direction if cluster is not None else None,
        called=_called(fields, cluster.port if cluster and cluster.direction is Direction.INBOUND else None),
        identity=fields.identity,
        method=fields.method,
        path=fields.path,
        host=fields.host,
        status=fields.status,
        flags=fields.flags,
        is_plaintext=False if fields.is_plaintext is None and asked is not None else fields.is_plaintext,
        source_ip=_source(fields),
        remote_ip=ip_of(fields.remote),
        server_name=fields.server_name,
        claims=fields.claims,
        headers=fields.headers,
        tried=fields.tried,
    )


def _called(fields: Fields, inbound: int | None) -> Called:
    """The called workload; the Service that the caller's proxy asked for names it where nothing better does."""
    asked = server_name_of(fields.server_name)
    service = service_of(asked.host) if asked is not None else None
    return Called(
        namespace=fields.namespace or (service[0] if service else None),
        workload=fields.workload or None,
        service_account=fields.service_account or None,
        service=service[1] if service else None,
        address=ip_of(fields.local),
        port=inbound or port_of(fields.local),
    )


def _source(fields: Fields) -> str | None:
    """The direct peer; without a field for it, it is the client where no proxy has forwarded anything."""
    if fields.direct is not None:
        return ip_of(fields.direct)
    return ip_of(fields.remote) if fields.forwarded == "" or fields.method == "" else None
