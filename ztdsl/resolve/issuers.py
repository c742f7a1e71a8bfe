"""Issuers: who signs tokens, where the keys are, what the tokens may assert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.dsl.users import AnyAudience, Claim, Issuer
from ztdsl.ir import model as ir
from ztdsl.resolve import shapes, tokens
from ztdsl.resolve.claims import check_claim
from ztdsl.resolve.keys import key_set
from ztdsl.resolve.problems import label, named
from ztdsl.resolve.uris import issuer_problem, key_uri_problem
from ztdsl.resolve.words import (
    literal_problem,
)

if TYPE_CHECKING:
    from ztdsl.resolve.context import Context


def issuer(context: Context, declared: Issuer) -> ir.Issuer | None:
    """The issuer as the Model has it, checked once; None for a broken one."""
    if id(declared) in context.seen:
        known: ir.Issuer | None = context.seen[id(declared)]
        return known
    context.seen[id(declared)] = None
    context.kept.append(declared)
    problems = context.problems
    before = len(problems.findings)
    problems.report_faults(declared)
    name = shapes.string(problems, declared, "issuer")
    if name is not None:
        if complaint := issuer_problem(name):
            problems.complain(complaint, declared, "issuer")
        else:
            context.register(declared, "issuer", name)
    for index, each in shapes.items(problems, declared, "claims", (Claim,), "claims"):
        check_claim(context, declared, index, each)
    audiences, because = _audiences(context, declared)
    uri, keys = _keys(context, declared)
    result = ir.Issuer(
        issuer=name or "",
        audiences=audiences,
        jwks_uri=uri,
        jwks=keys,
        from_headers=tokens.headers(context, declared),
        from_params=tokens.locations(context, declared, "from_params", "query parameter"),
        from_cookies=tokens.locations(context, declared, "from_cookies", "cookie"),
        forward=tokens.forward(context, declared),
        payload_header=tokens.payload_header(context, declared),
        claim_headers=tokens.claim_headers(context, declared),
        space_delimited=tokens.space_delimited(context, declared),
        because=because,
        origin=declared._origin,  # noqa: SLF001
    )
    tokens.check_output_headers(context, declared, result)
    context.seen[id(declared)] = result if len(problems.findings) == before else None
    return result if len(problems.findings) == before else None


def _audiences(context: Context, declared: Issuer) -> tuple[tuple[str, ...] | None, str | None]:
    problems = context.problems
    value: object = declared.audiences
    if isinstance(value, AnyAudience):
        problems.report_faults(value)
        because = shapes.string(problems, value, "because")
        if because is not None and not because.strip():
            problems.report("ZT402", f"{named(value)} has no reason", label(value, "because"))
        return None, because
    if value == ():
        problems.report(
            "ZT126",
            f"{named(declared)} accepts tokens made for any audience",
            label(declared, "audiences"),
            notes=("a token that a user gave to another service would open this one",),
            help=("list the audiences, or write `audiences=AnyAudience(because=...)`",),
        )
        return (), None
    found: list[str] = []
    for index, audience in shapes.strings(problems, declared, "audiences"):
        if complaint := literal_problem("ZT132", "audience", audience):
            problems.complain(complaint, declared, "audiences", index)
        found.append(audience)
    return tuple(sorted(set(found))), None


def _keys(context: Context, declared: Issuer) -> tuple[str | None, str | None]:
    problems = context.problems
    uri = shapes.optional_string(problems, declared, "jwks_uri")
    file = shapes.optional_string(problems, declared, "jwks_file")
    if declared.jwks_uri is None and declared.jwks_file is None:
        problems.report(
            "ZT128",
            f"{named(declared)} has no keys",
            label(declared),
            help=("write `jwks_uri=` with the address of its key set, or `jwks_file=` with a file of public keys",),
        )
    if declared.jwks_uri is not None and declared.jwks_file is not None:
        problems.report(
            "ZT128", f"{named(declared)} has keys in two places", label(declared, "jwks_file"), help=("keep one",)
        )
        return None, None
    if uri is not None and (complaint := key_uri_problem(uri)):
        problems.complain(complaint, declared, "jwks_uri")
    keys = key_set(problems, declared, file, context.today) if file is not None else None
    return uri, keys
