"""Requests: every list of a rule's `http=` checked and brought into canonical order."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final, TypeAlias, TypeGuard

from ztdsl.dsl.declaration import LEFT_OUT, faults_of
from ztdsl.dsl.requests import AnyRequest, Grpc, Header, Http
from ztdsl.ir import values as ir
from ztdsl.resolve import shapes
from ztdsl.resolve.hosts import host_problem
from ztdsl.resolve.paths import are_ordinary, missing_stem, path_problem
from ztdsl.resolve.patterns import pattern
from ztdsl.resolve.problems import label
from ztdsl.resolve.words import (
    grpc_method_problem,
    grpc_service_problem,
    header_name_problem,
    header_value_problem,
    method_problem,
)

if TYPE_CHECKING:
    from ztdsl.resolve.context import Context
    from ztdsl.resolve.problems import Complaint

Check: TypeAlias = Callable[[str], "Complaint | None"]
EVERY: Final = ir.Request()
_LISTS: Final = ("methods", "paths", "hosts", "not_methods", "not_paths", "not_hosts")
_VALUES: Final = attrgetter(*_LISTS)
_STRINGS: Final = {str}
_TWINS: Final = (("methods", "not_methods"), ("paths", "not_paths"), ("hosts", "not_hosts"))
_PATHS: Final = frozenset({"paths", "not_paths"})
_HOSTS: Final = frozenset({"hosts", "not_hosts"})
_CHECKS: Final = {
    "methods": method_problem,
    "not_methods": method_problem,
    "hosts": host_problem,
    "not_hosts": host_problem,
}


def request(context: Context, declared: Http | Grpc | AnyRequest) -> ir.Request | None:
    """The request as the Model has it, checked once; None for a broken one."""
    if isinstance(declared, AnyRequest):
        context.problems.report_faults(declared)
        return EVERY
    key = id(declared)
    if key in context.seen:
        known: ir.Request | None = context.seen[key]
        return known
    context.kept.append(declared)
    before = len(context.problems.findings)
    context.problems.report_faults(declared)
    result = _http(context, declared) if isinstance(declared, Http) else _grpc(context, declared)
    if len(context.problems.findings) != before:
        result = None
    context.seen[key] = result
    return result


def _http(context: Context, declared: Http) -> ir.Request | None:
    found: dict[str, tuple[str, ...]] = {}
    for field, value in zip(_LISTS, _VALUES(declared), strict=True):
        if value is LEFT_OUT:
            continue
        if value == ():
            shapes.refuse_empty(context.problems, declared, field)
            continue
        if field in _PATHS:
            found[field] = _paths(context, declared, field, value)
        else:
            found[field] = _listed(context, declared, field, _CHECKS[field])
        if field in _HOSTS:
            found[field] = tuple(sorted({host.lower() for host in found[field]}))
    headers: tuple[ir.HeaderTest, ...] = ()
    if declared.headers is not LEFT_OUT:
        headers = _headers(context, declared)
        shapes.refuse_empty(context.problems, declared, "headers")
    if not found and declared.headers == () and not _is_broken(context, declared):
        context.problems.report(
            "ZT131", "request pattern says nothing", label(declared), help=("write `AnyRequest()` for every request",)
        )
    for field, twin in _TWINS:
        if twin in found and field in found:
            _check_contradiction(context, declared, field, found[field], found[twin])
    return ir.Request(headers=headers, **found)


def _paths(context: Context, declared: Http, field: str, value: object) -> tuple[str, ...]:
    if _are_strings(value) and are_ordinary(value):
        return tuple(sorted(set(value)))
    found = _listed(context, declared, field, context.path_check)
    if any("{**}" in path for path in found):
        _report_missing_stems(context, declared, field)
    return found


def _is_broken(context: Context, declared: Http) -> bool:
    return bool(faults_of(declared)) or context.problems.is_broken(declared, *_LISTS, "headers")


def _check_contradiction(
    context: Context, declared: Http | Header, field: str, wanted: tuple[object, ...], excepted: tuple[object, ...]
) -> None:
    """Report a list whose every value its negated twin excepts again."""
    if wanted and set(wanted) <= set(excepted):
        twin = "none_of" if field == "any_of" else f"not_{field}"
        context.problems.report(
            "ZT138",
            f"every value of `{field}` is excepted by `{twin}`, so nothing matches",
            label(declared, field),
            related=(label(declared, twin, text="excepted here"),),
            help=("leave out what does not apply",),
        )


def _grpc(context: Context, declared: Grpc) -> ir.Request | None:
    service = shapes.string(context.problems, declared, "service")
    if service is not None and (complaint := grpc_service_problem(service)):
        context.problems.complain(complaint, declared, "service")
    methods = _listed(context, declared, "methods", grpc_method_problem) if declared.methods != () else ()
    shapes.refuse_empty(context.problems, declared, "methods", "headers")
    headers = _headers(context, declared) if declared.headers != () else ()
    paths = tuple(f"/{service}/{method}" for method in methods) or (f"/{service}/*",)
    return ir.Request(methods=("POST",), paths=paths, headers=headers)


def _listed(context: Context, declared: Http | Grpc, field: str, check: Check) -> tuple[str, ...]:
    value = getattr(declared, field)
    if _are_strings(value):
        good = _accepted(check, value)
        if good is not None:
            return good
    found: set[str] = set()
    for index, item in shapes.strings(context.problems, declared, field):
        if complaint := check(item):
            context.problems.complain(complaint, declared, field, index)
        else:
            found.add(item)
    return tuple(sorted(found))


def _are_strings(value: object) -> TypeGuard[tuple[str, ...]]:
    """Whether a list argument is good to the letter: strings, and no members of enumerations."""
    return isinstance(value, tuple) and {*map(type, value)} == _STRINGS


@lru_cache(1 << 16)
def _accepted(check: Check, items: tuple[str, ...]) -> tuple[str, ...] | None:
    """The items in canonical order if all of them are good; the same lists come up in many rules."""
    return None if any([check(item) for item in items]) else tuple(sorted(set(items)))


def _headers(context: Context, declared: Http | Grpc) -> tuple[ir.HeaderTest, ...]:
    found: list[ir.HeaderTest] = []
    for _, header in shapes.items(context.problems, declared, "headers", (Header,), "headers"):
        test = _header(context, header)
        if test is not None:
            found.append(test)
    return tuple(sorted(set(found), key=repr))


def _header(context: Context, header: Header) -> ir.HeaderTest | None:
    problems = context.problems
    problems.report_faults(header)
    before = len(problems.findings)
    name = shapes.string(problems, header, "name")
    if name is None:
        return None
    if complaint := header_name_problem(name):
        problems.complain(complaint, header, "name")
    shapes.refuse_empty(problems, header, "any_of", "none_of")
    any_of = _header_values(context, header, "any_of")
    none_of = _header_values(context, header, "none_of")
    _check_contradiction(context, header, "any_of", any_of, none_of)
    is_broken = problems.is_broken(header, "any_of", "none_of")
    if header.any_of == () and header.none_of == () and not is_broken and not faults_of(header):
        problems.report(
            "ZT131",
            f"header `{name}` has no values to test",
            label(header),
            help=("write `any_of=[Present()]` if any value will do",),
        )
    if len(problems.findings) != before:
        return None
    return ir.HeaderTest(name.lower(), any_of, none_of)


def _header_values(context: Context, header: Header, field: str) -> tuple[ir.Pattern, ...]:
    value: object = getattr(header, field)
    if not isinstance(value, tuple):
        shapes.wrong(context.problems, header, (field,), value, "a list of strings or patterns")
        return ()
    found: set[ir.Pattern] = set()
    for index, item in enumerate(value):
        result = pattern(context, header, (field, index), item, "ZT127", "header value")
        if result is None:
            continue
        is_start, is_end = result.match is not ir.Match.SUFFIX, result.match is not ir.Match.PREFIX
        if complaint := header_value_problem(result.text, is_start=is_start, is_end=is_end):
            context.problems.complain(complaint, header, field, index)
        found.add(result)
    return tuple(sorted(found, key=repr))


def _report_missing_stems(context: Context, declared: Http, field: str) -> None:
    listed = getattr(declared, field)
    if not isinstance(listed, tuple):
        return
    for index, path in enumerate(listed):
        if not isinstance(path, str) or "{**}" not in path or path_problem(path, context.mesh.path_normalization):
            continue
        stem = missing_stem(path, tuple(each for each in listed if isinstance(each, str)))
        if stem is not None:
            context.problems.report(
                "ZT309",
                f"template `{path}` does not match `{stem}`",
                label(declared, field, index),
                help=(_double_star_help(stem),),
            )


def _double_star_help(stem: str) -> str:
    if "{" not in stem:
        return f"write `{stem}/*` for everything below, and `{stem}` beside it if that is meant"
    return f"list `{stem}` beside it, or write `{stem}/{{*}}` for one segment below"
