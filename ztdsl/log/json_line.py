"""Access logs in JSON: Istio's default keys, and those of `log_format`. The quick reader of many lines.

A line is read in two steps. `facts_of` takes the fields that a decision may depend on out of the text; many lines of a
log have the same. `line_of_facts` says what they mean, which is asked once for all of these.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import UNSET, DecodeError, Raw, Struct, UnsetType
from msgspec.json import Decoder, decode
from msgspec.structs import astuple

from ztdsl.log.inbound import Fields, line_of
from ztdsl.log.line import Form, LogLine, TriedRule, Unreadable, dated
from ztdsl.log.names import rule_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_Value: TypeAlias = str | int | UnsetType | None
Facts: TypeAlias = tuple[Any, ...]
"""The fields of a line but its time, with addresses in the place of addresses with ports; they are hashable."""


class _Line(Struct, gc=False):
    method: _Value = UNSET
    path: _Value = UNSET
    protocol: _Value = UNSET
    response_code: _Value = UNSET
    response_flags: _Value = UNSET
    response_code_details: _Value = UNSET
    connection_termination_details: _Value = UNSET
    authority: _Value = UNSET
    upstream_cluster: _Value = UNSET
    downstream_local_address: _Value = UNSET
    requested_server_name: _Value = UNSET
    ztc: _Value = UNSET
    pod_namespace: _Value = UNSET
    pod_service_account: _Value = UNSET
    pod_workload: _Value = UNSET
    downstream_peer_uri_san: _Value = UNSET
    downstream_tls_version: _Value = UNSET
    downstream_transport_failure_reason: _Value = UNSET
    jwt: Raw | UnsetType = UNSET
    headers: Raw | UnsetType = UNSET
    dry_run: Raw | UnsetType = UNSET
    # What follows differs from line to line, and is made coarser before lines are compared.
    downstream_remote_address: _Value = UNSET
    downstream_direct_remote_address: _Value = UNSET
    x_forwarded_for: _Value = UNSET
    start_time: _Value = UNSET


_read: Final = Decoder(_Line).decode
_MOST_KEPT: Final = 512
_PLAIN: Final = slice(18)
_NESTED_AT: Final = slice(18, 21)  # kept as text
_VARYING: Final = slice(21, 24)  # made coarser


def facts_of(line: bytes, *, with_addresses: bool = True) -> tuple[Facts, str | None]:
    """The fields of a line that decisions may depend on, and its time.

    Args:
        line: the line.
        with_addresses: whether decisions depend on the caller's address, which differs most between lines.

    Raises:
        Unreadable: it is no JSON object, or its fields have values that no access log has.
    """
    try:
        whole = astuple(_read(line))
    except (DecodeError, ValueError, RecursionError):
        reason = "it is not the JSON of an access log"
        raise Unreadable(reason) from None
    time = whole[-1]
    jwt, headers, tried = whole[_NESTED_AT]
    if with_addresses:
        remote, direct, forwarded = whole[_VARYING]
        varying = (
            remote.rpartition(":")[0] if type(remote) is str else remote,
            direct.rpartition(":")[0] if type(direct) is str else direct,
            UNSET if forwarded is UNSET else forwarded not in _ABSENT,
        )
    else:
        varying = _NO_ADDRESSES
    facts = (
        *whole[_PLAIN],
        UNSET if jwt is UNSET else bytes(jwt),
        UNSET if headers is UNSET else bytes(headers),
        UNSET if tried is UNSET else bytes(tried),
        *varying,
    )
    return facts, dated(time) if type(time) is str else None


_NO_ADDRESSES: Final = (UNSET, UNSET, UNSET)
_ABSENT: Final = frozenset({None, "", "-"})


def read_json(line: bytes) -> LogLine:
    """What a line in JSON says.

    Raises:
        Unreadable: as for `facts_of`, or it says nothing of a request.
    """
    facts, time = facts_of(line)
    return line_of_facts(facts, time)


def line_of_facts(facts: Facts, time: str | None = None) -> LogLine:
    """What the fields of a line mean.

    Raises:
        Unreadable: they say nothing of a request.
    """
    plain, (jwt, headers, tried) = facts[_PLAIN], facts[_NESTED_AT]
    remote, direct, is_forwarded = facts[_VARYING]
    if plain[_STATUS] is UNSET and plain[_DETAILS] is UNSET:
        reason = "it has neither `response_code` nor `response_code_details`"
        raise Unreadable(reason)
    # Meshes may leave fields without a value out; a format that names itself has all of its own.
    is_ours = plain[_FORMAT] is not UNSET
    absent = "" if is_ours else None
    text = [
        absent if value is UNSET else "" if value is None or value == "-" else str(value)
        for value in (*plain, remote, direct)
    ]
    method, path, protocol, _, flags, details, termination, host, cluster, local, server_name = text[:_FORMAT]
    _, namespace, account, workload, identity, tls, failure, remote, direct = text[_FORMAT:]
    is_connection = method == "" and not protocol
    fields = Fields(
        method,
        "" if is_connection else path,
        host,
        _status(plain[_STATUS]),
        flags,
        details,
        termination,
        cluster,
        local,
        f"{remote}:0" if remote else remote,
        server_name,
        absent if is_forwarded is UNSET else "forwarded" if is_forwarded else "",
        identity,
        f"{direct}:0" if direct else direct,
        None if tls is None else tls == "",
        namespace,
        workload,
        account,
        _claims(jwt) if jwt is not UNSET else {} if is_ours else None,
        _headers(headers) if headers is not UNSET else {} if is_ours else None,
        () if tried is UNSET else _tried(tried),
        None,
        failure if plain[_FAILURE] is not UNSET else None,
    )
    return line_of(Form.JSON, time, fields)


_STATUS: Final = _Line.__struct_fields__.index("response_code")
_DETAILS: Final = _Line.__struct_fields__.index("response_code_details")
_FAILURE: Final = _Line.__struct_fields__.index("downstream_transport_failure_reason")
_FORMAT: Final = _Line.__struct_fields__.index("ztc")


def _status(value: object) -> int | None:
    try:
        return int(str(value)) if value is not UNSET and value is not None else None
    except ValueError:
        return 0 if value == "-" else None


@lru_cache(_MOST_KEPT)
def _object(text: bytes) -> Mapping[str, Any]:
    """A nested part, of which many lines have the same."""
    plain = decode(text)
    return plain if isinstance(plain, dict) else {}


@lru_cache(_MOST_KEPT)
def _claims(text: bytes) -> Mapping[str, Any]:
    """The logged claims; empty where no token was accepted, for a token has an issuer or a subject."""
    claims = {name: None if value == "-" else value for name, value in _object(text).items()}
    return claims if claims.get("iss") is not None or claims.get("sub") is not None else {}


@lru_cache(_MOST_KEPT)
def _headers(text: bytes) -> Mapping[str, tuple[str, ...]]:
    headers = _object(text)
    return {name.lower(): () if value is None or value == "-" else (str(value),) for name, value in headers.items()}


@lru_cache(_MOST_KEPT)
def _tried(text: bytes) -> tuple[TriedRule, ...]:
    tried, found = _object(text), []
    for action in ("allow", "deny"):
        result, rule = tried.get(f"{action}_result"), tried.get(f"{action}_rule")
        if isinstance(result, str) and result != "-":
            found.append(TriedRule(result, rule_of(rule if isinstance(rule, str) else None)))
    return tuple(found)
