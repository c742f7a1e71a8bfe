"""Where an issuer's tokens are looked for, and what the application gets of them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ztdsl.dsl.users import Claim, Issuer, TokenHeader
from ztdsl.ir import model as ir
from ztdsl.resolve import shapes
from ztdsl.resolve.claims import path_of, require_declared, shown
from ztdsl.resolve.problems import label
from ztdsl.resolve.words import claim_header_problem, header_name_problem, token_text_problem

if TYPE_CHECKING:
    from ztdsl.resolve.context import Context

SPLIT_BY_ISTIO: Final = frozenset({"scope", "permission"})
SPACE_DELIMITED_SINCE: Final = (1, 28)
_PRINCIPAL_CLAIMS: Final = frozenset({"iss", "sub"})


def token_headers(issuer: ir.Issuer) -> frozenset[str]:
    """The headers in which tokens of an issuer are looked for, in lower case."""
    if issuer.from_headers or issuer.from_params or issuer.from_cookies:
        return frozenset(header.name.lower() for header in issuer.from_headers)
    return frozenset({"authorization"})


def output_headers(issuer: ir.Issuer) -> tuple[str, ...]:
    """The headers that a verified token fills, in lower case; a request's own are removed before tokens are read."""
    names = [name.lower() for name, _ in issuer.claim_headers]
    return (*names, issuer.payload_header.lower()) if issuer.payload_header is not None else tuple(names)


def check_output_headers(context: Context, declared: Issuer, issuer: ir.Issuer) -> None:
    """Report headers that a token would fill twice, or that carry the token itself."""
    names = output_headers(issuer)
    twice = next((name for index, name in enumerate(names) if name in names[:index]), None)
    if twice is not None:
        context.problems.report("ZT135", f"header `{twice}` would get two values", label(declared))
    for name in names:
        if name in token_headers(issuer):
            field = "payload_header" if name == (issuer.payload_header or "").lower() else "claim_headers"
            context.problems.report(
                "ZT135",
                f"header `{name}` carries the token and would be removed before it is read",
                label(declared, field),
                help=("use another header for what the application gets",),
            )
            return


def headers(context: Context, declared: Issuer) -> tuple[ir.TokenHeader, ...]:
    """The headers that may carry a token."""
    problems = context.problems
    found: dict[tuple[str, str | None], ir.TokenHeader] = {}
    for index, header in shapes.items(problems, declared, "from_headers", (TokenHeader,), "token headers"):
        problems.report_faults(header)
        name = shapes.string(problems, header, "name")
        prefix = shapes.optional_string(problems, header, "prefix")
        if name is None:
            continue
        if complaint := header_name_problem(name):
            problems.complain(complaint, header, "name")
        if prefix is not None and (complaint := token_text_problem("prefix of a token", prefix)):
            problems.complain(complaint, header, "prefix")
        elif prefix == "":
            problems.report("ZT135", "prefix is empty", label(header, "prefix"), help=("leave it out",))
        elif prefix is not None and prefix.strip().lower() == "bearer" and not prefix.startswith("Bearer"):
            problems.report(
                "ZT135",
                f"prefix `{prefix}` is compared with its case, and clients send `Bearer`",
                label(header, "prefix"),
                help=('write `prefix="Bearer "`',),
            )
        if (name.lower(), prefix) in found:
            problems.report("ZT135", f"token header `{name}` is given twice", label(declared, "from_headers", index))
        found[name.lower(), prefix] = ir.TokenHeader(name, prefix)
    return tuple(found.values())


def locations(context: Context, declared: Issuer, field: str, what: str) -> tuple[str, ...]:
    """The parameters or cookies that may carry a token."""
    found: list[str] = []
    for index, name in shapes.strings(context.problems, declared, field):
        if not name or any(c.isspace() or ord(c) < 0x20 for c in name):  # noqa: PLR2004 - control characters
            context.problems.report("ZT135", f"{what} `{name}` is malformed", label(declared, field, index))
        elif complaint := token_text_problem(what, name):
            context.problems.complain(complaint, declared, field, index)
        elif name in found:
            context.problems.report("ZT135", f"{what} `{name}` is given twice", label(declared, field, index))
        found.append(name)
    return tuple(found)


def forward(context: Context, declared: Issuer) -> bool:
    """Whether the application gets the token."""
    return bool(shapes.one(context.problems, declared, ("forward",), declared.forward, (bool,), "true or false"))


def payload_header(context: Context, declared: Issuer) -> str | None:
    """The header that gets the payload."""
    name = shapes.optional_string(context.problems, declared, "payload_header")
    if name is not None and (complaint := claim_header_problem(name)):
        context.problems.complain(complaint, declared, "payload_header")
    return name


def claim_headers(context: Context, declared: Issuer) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The headers that get single claims, by name."""
    problems = context.problems
    headers = declared.claim_headers
    if headers is None:
        return ()
    if not isinstance(headers, MappingProxyType):
        shapes.wrong(problems, declared, ("claim_headers",), headers, "a dictionary of claims")
        return ()
    found: list[tuple[str, tuple[str, ...]]] = []
    for header, claim in headers.items():
        if not isinstance(header, str) or not isinstance(claim, Claim):
            shapes.wrong(problems, declared, ("claim_headers", header), claim, "a dictionary of claims by header")
            continue
        if complaint := claim_header_problem(header):
            problems.complain(complaint, declared, "claim_headers", header)
        require_declared(context, declared, claim, declared, "claim_headers", header)
        if any("." in step for step in path_of(claim)):
            problems.report(
                "ZT132",
                f"claim `{shown(claim)}` cannot go to a header: Istio reads its dots as steps",
                label(declared, "claim_headers", header),
            )
        found.append((shapes.plain(header), path_of(claim)))
    return tuple(sorted(found))


def space_delimited(context: Context, declared: Issuer) -> tuple[str, ...]:
    """The claims that are split at spaces."""
    problems = context.problems
    found: list[str] = []
    for index, claim in shapes.items(problems, declared, "space_delimited", (Claim,), "claims"):
        require_declared(context, declared, claim, declared, "space_delimited", index)
        if len(path_of(claim)) != 1:
            problems.report(
                "ZT132",
                f"claim `{shown(claim)}` is nested, and Istio splits only top-level claims",
                label(declared, "space_delimited", index),
            )
        elif path_of(claim)[0] in _PRINCIPAL_CLAIMS:
            problems.report(
                "ZT132",
                f"claim `{shown(claim)}` must stay one string, since end users are told apart by it",
                label(declared, "space_delimited", index),
            )
        found += path_of(claim)[:1]
    if found and context.mesh.istio_version < SPACE_DELIMITED_SINCE:
        problems.report(
            "ZT604",
            f"`space_delimited` needs Istio 1.28, and mesh `{context.mesh.name}` runs "
            f"{context.mesh.istio_version[0]}.{context.mesh.istio_version[1]}",
            label(declared, "space_delimited"),
            help=("upgrade Istio, or have the issuer assert a list",),
        )
    return tuple(sorted(set(found)))
