"""What a policy says of one workload, as text and as plain data."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from ztdsl.diagnostics.model import Spot
from ztdsl.diagnostics.source import display_path, span_of
from ztdsl.render.scalars import comment_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.explain.access import Access, Grant, PortAccess, Written
    from ztdsl.origin import Origin

SCHEMA: Final = "ztdsl/explanation/v1"


def text(access: Access, variables: dict[int, str], width: int) -> str:
    """The explanation for people.

    Args:
        access: what the policy says.
        variables: names of ports as the policy file has them, by number.
        width: the columns of the terminal.
    """
    return "\n".join(_lines(access, variables, max(width, 40))) + "\n"


def _lines(access: Access, variables: dict[int, str], width: int) -> Iterator[str]:
    yield f"{access.kind} {access.namespace}/{access.name}{at(access.origin)}"
    yield f"  identity  {access.identity}"
    yield f"  pods      {', '.join(f'{key}={value}' for key, value in access.labels)}"
    default = "deny: only what is listed here" if access.is_default_deny else "open where no rule is listed"
    yield f"  default   {default}"
    yield ""
    yield "May be reached"
    if not access.ports:
        yield "  on no port"
    for port in access.ports:
        yield from _port(port, variables, width)
    yield ""
    yield from reaching(access.reaches, width)
    yield ""
    yield "Writes down"
    if not access.logs:
        yield "  nothing that this policy declares"
    for log in access.logs:
        yield from _log(log, width)


def reaching(grants: Iterable[Grant], width: int) -> Iterator[str]:
    """What a caller may reach, line by line."""
    yield "May reach"
    heading = ""
    for grant in grants:
        callee = f"  {grant.callee}:{','.join(str(port) for port in grant.ports)}"
        if callee != heading:
            yield callee
            heading = callee
        yield from _grant(grant, width)
    if not heading:
        yield "  nothing"


def _port(port: PortAccess, variables: dict[int, str], width: int) -> Iterator[str]:
    name = f" `{variables[port.container]}`" if port.container in variables else ""
    yield f"  port {port.container}{name} ({port.protocol}), mTLS {port.mtls}"
    if port.until is not None:
        yield from _wrapped(
            f"until {port.until.isoformat()}: {' '.join(comment_lines(port.because or ''))}", "    ", width
        )
    if not port.grants:
        yield "    by nobody"
    for grant in port.grants:
        yield from _grant(grant, width)


def _grant(grant: Grant, width: int) -> Iterator[str]:
    trial = f" (dry run until {grant.dry_run.isoformat()})" if grant.dry_run is not None else ""
    yield f"    {grant.effect}{trial}{at(grant.origin)}"
    for caller in grant.callers:
        yield from _wrapped(caller, "      from  ", width)
    for request in grant.requests:
        yield from _wrapped(request, "      to    ", width)
    yield from _wrapped(" ".join(comment_lines(grant.because)), "      why   ", width)
    if grant.owner is not None:
        yield from _wrapped(" ".join(comment_lines(grant.owner)), "      owner ", width)


def _log(log: Written, width: int) -> Iterator[str]:
    what = "every request and connection" if log.entries == "all" else "what is refused, or marked"
    yield f"  {what}, by provider {log.provider}{at(log.origin)}"
    yield from _wrapped(log.declared_for, "      for   ", width)
    yield from _wrapped(" ".join(comment_lines(log.because)), "      why   ", width)
    if log.owner is not None:
        yield from _wrapped(" ".join(comment_lines(log.owner)), "      owner ", width)


def _wrapped(words: str, head: str, width: int) -> list[str]:
    return wrap(
        words,
        width,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def at(origin: Origin | None) -> str:
    """The place of a declaration as it stands behind its name; empty where there is none."""
    if origin is None:
        return ""
    span = span_of(Spot(origin))
    return f"  {display_path(span.file)}:{span.line}"


def data(access: Access, variables: dict[int, str]) -> dict[str, Any]:
    """The explanation as plain data."""
    return {
        "schema": SCHEMA,
        "namespace": access.namespace,
        "name": access.name,
        "kind": access.kind,
        "identity": access.identity,
        "labels": dict(access.labels),
        "defaultDeny": access.is_default_deny,
        "declared": place_data(access.origin),
        "ports": [
            {
                "container": port.container,
                "variable": variables.get(port.container),
                "protocol": port.protocol,
                "mtls": port.mtls,
                "until": port.until.isoformat() if port.until else None,
                "because": port.because,
                "rules": [grant_data(grant) for grant in port.grants],
            }
            for port in access.ports
        ],
        "reaches": [grant_data(grant) for grant in access.reaches],
        "logs": [
            {
                "entries": log.entries,
                "provider": log.provider,
                "declaredFor": log.declared_for,
                "because": log.because,
                "owner": log.owner,
                "declared": place_data(log.origin),
            }
            for log in access.logs
        ],
    }


def grant_data(grant: Grant) -> dict[str, Any]:
    """One rule as plain data."""
    return {
        "effect": grant.effect,
        "callee": grant.callee,
        "ports": list(grant.ports),
        "callers": list(grant.callers),
        "requests": list(grant.requests),
        "because": grant.because,
        "owner": grant.owner,
        "dryRunUntil": grant.dry_run.isoformat() if grant.dry_run else None,
        "declared": place_data(grant.origin),
    }


def place_data(origin: Origin | None) -> dict[str, Any] | None:
    """The place of a declaration as plain data."""
    if origin is None:
        return None
    span = span_of(Spot(origin))
    return {"file": display_path(span.file), "line": span.line, "column": span.column}
