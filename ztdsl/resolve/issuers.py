"""Issuers: who signs tokens, where the keys are, what the tokens may assert."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin

from ztdsl.dsl.declaration import MISSING
from ztdsl.dsl.users import AnyAudience, Claim, Issuer, TokenHeader
from ztdsl.ir import model as ir
from ztdsl.resolve import shapes
from ztdsl.resolve.keys import key_set
from ztdsl.resolve.problems import label, named
from ztdsl.resolve.uris import issuer_problem, key_uri_problem
from ztdsl.resolve.words import (
    claim_header_problem,
    claim_name_problem,
    header_name_problem,
    literal_problem,
    token_text_problem,
)

if TYPE_CHECKING:
    from ztdsl.dsl.declaration import Declaration
    from ztdsl.resolve.context import Context

_NUMBERS: Final = frozenset({"exp", "nbf", "iat", "auth_time"})  # RFC 7519, section 4.1; OpenID Connect Core, section 2
_PRINCIPAL_CLAIMS: Final = frozenset({"iss", "sub"})
SPLIT_BY_ISTIO: Final = frozenset({"scope", "permission"})
SPACE_DELIMITED_SINCE: Final = (1, 28)


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
        _check_claim(context, declared, index, each)
    audiences, because = _audiences(context, declared)
    uri, keys = _keys(context, declared)
    result = ir.Issuer(
        issuer=name or "",
        audiences=audiences,
        jwks_uri=uri,
        jwks=keys,
        from_headers=_headers(context, declared),
        from_params=_locations(context, declared, "from_params", "query parameter"),
        from_cookies=_locations(context, declared, "from_cookies", "cookie"),
        forward=_forward(context, declared),
        payload_header=_payload_header(context, declared),
        claim_headers=_claim_headers(context, declared),
        space_delimited=_space_delimited(context, declared),
        because=because,
        origin=declared._origin,  # noqa: SLF001
    )
    _check_output_headers(context, declared, result)
    context.seen[id(declared)] = result if len(problems.findings) == before else None
    return result if len(problems.findings) == before else None


def token_headers(issuer: ir.Issuer) -> frozenset[str]:
    """The headers in which tokens of an issuer are looked for, in lower case."""
    if issuer.from_headers or issuer.from_params or issuer.from_cookies:
        return frozenset(header.name.lower() for header in issuer.from_headers)
    return frozenset({"authorization"})


def output_headers(issuer: ir.Issuer) -> tuple[str, ...]:
    """The headers that a verified token fills, in lower case; a request's own are removed before tokens are read."""
    names = [name.lower() for name, _ in issuer.claim_headers]
    return (*names, issuer.payload_header.lower()) if issuer.payload_header is not None else tuple(names)


def _check_output_headers(context: Context, declared: Issuer, issuer: ir.Issuer) -> None:
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


def path_of(claim: Claim[Any]) -> tuple[str, ...]:
    """The steps of the way to a claim; none if its name is broken, which was reported."""
    if isinstance(claim.name, str):
        return (shapes.plain(claim.name),)
    name: object = claim.name
    return tuple(shapes.plain(step) for step in name if isinstance(step, str)) if isinstance(name, tuple) else ()


def shown(claim: Claim[Any]) -> str:
    """A claim's name as people write it."""
    return ".".join(str(step) for step in path_of(claim))


def element_type(claim: Claim[Any]) -> tuple[Any, bool]:
    """The type of the claim's values, and whether the claim is a list of them."""
    if get_origin(claim.type) is list:
        elements = get_args(claim.type)
        return elements[0] if len(elements) == 1 else claim.type, True
    return (str, True) if claim.type is list else (claim.type, False)


def _check_claim(context: Context, issuer: Issuer, index: int, claim: Claim[Any]) -> None:
    if id(claim) in context.seen:
        return
    context.seen[id(claim)] = True
    context.kept.append(claim)
    problems = context.problems
    problems.report_faults(claim)
    if claim.name is MISSING or claim.type is MISSING:
        return
    if not isinstance(claim.name, str | tuple) or any(not isinstance(step, str) for step in claim.name):
        shapes.wrong(problems, claim, ("name",), claim.name, "a string or a list of strings")
        return
    if not claim.name:
        problems.report("ZT132", "claim name is empty", label(claim, "name"))
    for step in path_of(claim):
        if claim.name and (complaint := claim_name_problem(step)):
            problems.complain(complaint, claim, "name")
    first = next(
        (c for c in shapes.listed(issuer.claims)[:index] if isinstance(c, Claim) and path_of(c) == path_of(claim)), None
    )
    if first is not None and first is not claim:
        problems.report(
            "ZT108",
            f"claim `{shown(claim)}` is declared twice",
            label(claim, text="second declaration"),
            related=(label(first, text="first declaration"),),
            help=("remove one of them",),
        )
    _check_claim_type(context, claim)


def _check_claim_type(context: Context, claim: Claim[Any]) -> None:
    problems = context.problems
    element, _ = element_type(claim)
    if len(path_of(claim)) == 1 and path_of(claim)[0] in _NUMBERS:
        element = int  # whatever it is declared as
    if not (isinstance(element, type) and issubclass(element, str)):
        word = getattr(element, "__name__", type(element).__name__)
        problems.report(
            "ZT116",
            f"claim `{shown(claim)}` is of type `{word}`, which Istio can never match",
            label(claim, "type"),
            notes=("Istio matches strings and lists of strings; numbers, booleans and objects never match",),
            help=("have the issuer assert it as a string, and declare `str` or a `StrEnum`",),
        )
    elif issubclass(element, Enum) and not list(element):
        problems.report("ZT132", f"claim `{shown(claim)}` has no values", label(claim, "type"))


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
    keys = key_set(problems, declared, file) if file is not None else None
    return uri, keys


def _headers(context: Context, declared: Issuer) -> tuple[ir.TokenHeader, ...]:
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


def _locations(context: Context, declared: Issuer, field: str, what: str) -> tuple[str, ...]:
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


def _forward(context: Context, declared: Issuer) -> bool:
    return bool(shapes.one(context.problems, declared, ("forward",), declared.forward, (bool,), "true or false"))


def _payload_header(context: Context, declared: Issuer) -> str | None:
    name = shapes.optional_string(context.problems, declared, "payload_header")
    if name is not None and (complaint := claim_header_problem(name)):
        context.problems.complain(complaint, declared, "payload_header")
    return name


def _claim_headers(context: Context, declared: Issuer) -> tuple[tuple[str, tuple[str, ...]], ...]:
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


def _space_delimited(context: Context, declared: Issuer) -> tuple[str, ...]:
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


def require_declared(
    context: Context,
    issuer: Issuer,
    claim: Claim[Any],
    user: Declaration,
    *place: str | int,
) -> bool:
    """Report a claim that the issuer does not declare."""
    if any(claim is each for each in shapes.listed(issuer.claims)):
        return True
    if context.problems.is_broken(issuer, "claims"):
        return False
    context.problems.report(
        "ZT113",
        f"{named(issuer)} does not declare claim `{shown(claim)}`",
        label(user, *place),
        related=(label(issuer, text="issuer declared here"), label(claim, text="claim declared here")),
        help=("add the claim to `claims=[...]` of the issuer",),
    )
    return False
