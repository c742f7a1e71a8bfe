"""`ztc simulate`: what happens to a request, and why."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from ztdsl.cli import exits
from ztdsl.cli.color import wants_color
from ztdsl.cli.findings import say_findings
from ztdsl.cli.flags import (
    Color,
    Config,
    Debug,
    Filename,
    IstioVersion,
    Mesh,
    Quiet,
    Subject,
    Today,
    Verbose,
    Workloads,
)
from ztdsl.cli.settings import announce, refuse_empty, settings
from ztdsl.cli.streams import STDOUT, write_product
from ztdsl.cli.subjects import exit_of, opened, refuse_two_subjects
from ztdsl.cli.usage import UsageProblem, candidates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from ztdsl.scenario.subject import Subject as Asked

Requests = Annotated[
    str | None, Option("--requests", metavar="FILE", help="requests, one JSON object a line; - is stdin")
]
To = Annotated[str | None, Option("--to", metavar="CALLEE", help="who is called")]
From = Annotated[
    str | None,
    Option("--from", metavar="CALLER", help="who calls, by name or spiffe:// identity; nobody known if left out"),
]
HttpPhrase = Annotated[
    str | None, Option("--http", metavar="REQUEST", help="such as 'GET /orders/7'; a bare connection if left out")
]
Header = Annotated[list[str] | None, Option("--header", metavar="LINE", help="a header: 'x-team: payments'")]
Token = Annotated[
    str | None, Option("--token", metavar="FILE", help="the claims of the end user's token, in JSON; - is stdin")
]
SourceIp = Annotated[str | None, Option("--source-ip", metavar="IP", help="the address of the direct peer")]
RemoteIp = Annotated[str | None, Option("--remote-ip", metavar="IP", help="the address of the original client")]
Sni = Annotated[str | None, Option("--sni", metavar="NAME", help="the TLS server name that is asked for")]
Plaintext = Annotated[bool, Option("--plaintext", help="the caller connects without mutual TLS")]
Output = Annotated[str, Option("-o", "--output", metavar="text|json|jsonl", help="the format; jsonl with --requests")]

_BLOCK = 1 << 16


def simulate(
    policy: Subject = None,
    filename: Filename = None,
    caller: From = None,
    to: To = None,
    http: HttpPhrase = None,
    header: Header = None,
    token: Token = None,
    source_ip: SourceIp = None,
    remote_ip: RemoteIp = None,
    sni: Sni = None,
    plaintext: Plaintext = False,
    requests: Requests = None,
    workloads: Workloads = None,
    output: Output = "text",
    mesh: Mesh = None,
    config: Config = None,
    istio_version: IstioVersion = None,
    today: Today = None,
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Print what happens to one request, or to each line of a file of them."""
    del debug, quiet  # the guard reads the one; the other has nothing to silence
    one = {
        "--from": caller,
        "--to": to,
        "--http": http,
        "--token": token,
        "--source-ip": source_ip,
        "--remote-ip": remote_ip,
        "--sni": sni,
        "--header": " ".join(header) if header else None,
        "--plaintext": "yes" if plaintext else None,
    }
    _refuse_contradictions(
        policy, filename, requests, output, [name for name, value in one.items() if value is not None]
    )
    if [*(filename or []), requests, token].count("-") > 1:
        raise UsageProblem("stdin is named more than once", "name a file")
    refuse_empty({"POLICY": policy, "--requests": requests, "--workloads": workloads, **one})
    chosen = settings(mesh, config, istio_version, today, None)
    ready = opened(policy, filename or [], workloads, chosen)
    if verbose:
        announce(ready.configuration)
    if ready.report.findings and (ready.subject is None or policy is None):
        say_findings(ready.report, color=color)
    if ready.subject is None:
        return exit_of(ready.report)
    if requests is not None:
        return _batch(ready.subject, requests)
    words = {
        "caller": caller,
        "http": http,
        "headers": tuple(header or ()),
        "token": None if token is None else _claims(token),
        "source_ip": source_ip,
        "remote_ip": remote_ip,
        "server_name": sni,
        "plaintext": plaintext,
    }
    return _single(ready.subject, to or "", words, output=output, color=color)


def _refuse_contradictions(
    policy: str | None, filename: list[str] | None, requests: str | None, output: str, one: list[str]
) -> None:
    refuse_two_subjects(policy, filename)
    if requests is not None:
        if one:
            raise UsageProblem(f"`{one[0]}` says what one request is, and --requests names many", "leave one out")
        if output == "json":
            raise UsageProblem("`-o json` is for one request", "write -o jsonl for --requests")
        return
    if output == "jsonl":
        raise UsageProblem("`-o jsonl` is for --requests", "write -o json for one request")
    if "--to" not in one:
        raise UsageProblem("no request is given", "name the callee with --to, or a file with --requests")
    if "--header" in one and "--http" not in one:
        raise UsageProblem("a connection has no headers", "name the request with --http")


def _single(subject: Asked, to: str, words: dict[str, Any], *, output: str, color: str) -> int:
    from ztdsl.api import request_by_name, simulate_request  # noqa: PLC0415
    from ztdsl.scenario.phrase import Misread  # noqa: PLC0415
    from ztdsl.scenario.report import title_in_words  # noqa: PLC0415
    from ztdsl.traffic.decision import Verdict  # noqa: PLC0415
    from ztdsl.traffic.names import UnknownWorkload  # noqa: PLC0415

    try:
        request = request_by_name(subject, to, now=time.time(), **words)
    except UnknownWorkload as unknown:
        advice = candidates(unknown.candidates)
        if not subject.cast.actors:
            advice = ("name an inventory of workloads with --workloads, or write requests as JSON with --requests",)
        raise UsageProblem(unknown.message, *advice) from None
    except Misread as misread:
        raise UsageProblem(misread.message, misread.advice) from None
    simulation = simulate_request(subject, request, title_in_words(words["http"], to, words["caller"]))
    if output == "json":
        write_product(json.dumps(simulation.to_dict(), indent=2) + "\n")
    else:
        write_product(simulation.text(color=wants_color(color, STDOUT)))
    return exits.UNDECIDED if simulation.decision.verdict is Verdict.UNKNOWN else exits.CLEAN


def _batch(subject: Asked, requests: str) -> int:
    from ztdsl.api import MalformedRequest, simulate_lines  # noqa: PLC0415
    from ztdsl.traffic.decision import Verdict  # noqa: PLC0415

    undecided, unknown = False, Verdict.UNKNOWN
    pending: list[str] = []
    size = 0
    with _lines(requests) as lines:
        try:
            for verdict, line in simulate_lines(subject, lines):
                undecided = undecided or verdict is unknown
                pending.append(line)
                size += len(line)
                if size > _BLOCK:
                    write_product("".join(pending))
                    pending, size = [], 0
        except MalformedRequest as malformed:
            write_product("".join(pending))
            name = "stdin" if requests == "-" else requests
            message = f"line {malformed.line} of `{name}`: {malformed.message}"
            raise UsageProblem(message, "the answers before it were written") from None
    write_product("".join(pending))
    return exits.UNDECIDED if undecided else exits.CLEAN


@contextmanager
def _lines(requests: str) -> Iterator[BinaryIO]:
    if requests == "-":
        yield sys.stdin.buffer
    else:
        with Path(requests).open("rb") as file:
            yield file


def _claims(file: str) -> dict[str, Any]:
    """The claims in a file; nothing of them is ever printed.

    Raises:
        UsageProblem: the file holds no JSON object.
    """
    from ztdsl.traffic.strict_json import read_json  # noqa: PLC0415 - for this option alone

    try:
        claims = read_json(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())
    except (ValueError, RecursionError):
        raise UsageProblem(
            f"`{file}` is not JSON", 'write the claims of the token: {"iss": "...", "sub": "..."}'
        ) from None
    if not isinstance(claims, dict):
        raise UsageProblem(f"`{file}` holds no JSON object", "write the claims of the token, not the token itself")
    return claims
