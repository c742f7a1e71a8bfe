"""Requests: every list of a rule's `http=` checked and brought into canonical order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.dsl.requests import AnyRequest, Grpc, Header, Http
from ztdsl.ir import values as ir
from ztdsl.resolve import shapes
from ztdsl.resolve.hosts import host_problem
from ztdsl.resolve.patterns import pattern
from ztdsl.resolve.paths import is_evadable, missing_stem, near_miss, path_problem
from ztdsl.resolve.problems import label
from ztdsl.resolve.words import (
    grpc_method_problem,
    grpc_service_problem,
    header_name_problem,
    header_value_problem,
    method_problem,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.resolve.context import Context
    from ztdsl.resolve.problems import Complaint

EVERY = ir.Request()


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
    normalization = context.mesh.path_normalization
    result = ir.Request(
        methods=_listed(context, declared, "methods", method_problem),
        paths=_listed(context, declared, "paths", lambda path: path_problem(path, normalization)),
        hosts=_lowered(_listed(context, declared, "hosts", host_problem)),
        headers=_headers(context, declared),
        not_methods=_listed(context, declared, "not_methods", method_problem),
        not_paths=_listed(context, declared, "not_paths", lambda path: path_problem(path, normalization)),
        not_hosts=_lowered(_listed(context, declared, "not_hosts", host_problem)),
    )
    for field in ("paths", "not_paths"):
        _report_missing_stems(context, declared, field)
    is_empty = not any((result.methods, result.paths, result.hosts, result.headers))
    if is_empty and not any((result.not_methods, result.not_paths, result.not_hosts)) and _says_nothing(declared):
        context.problems.report(
            "ZT131", "request pattern says nothing", label(declared), help=("write `AnyRequest()` for every request",)
        )
    return result


def _says_nothing(declared: Http) -> bool:
    fields = ("methods", "paths", "hosts", "headers", "not_methods", "not_paths", "not_hosts")
    return all(getattr(declared, field) == () for field in fields)


def _grpc(context: Context, declared: Grpc) -> ir.Request | None:
    service = shapes.string(context.problems, declared, "service")
    if service is not None and (complaint := grpc_service_problem(service)):
        context.problems.complain(complaint, declared, "service")
    methods = _listed(context, declared, "methods", grpc_method_problem)
    headers = _headers(context, declared)
    paths = tuple(f"/{service}/{method}" for method in methods) or (f"/{service}/*",)
    return ir.Request(methods=("POST",), paths=paths, headers=headers)


def _listed(
    context: Context, declared: Http | Grpc, field: str, check: Callable[[str], Complaint | None]
) -> tuple[str, ...]:
    value = getattr(declared, field)
    if not value and value == ():
        return ()
    found: list[str] = []
    for index, item in shapes.strings(context.problems, declared, field):
        if complaint := check(item):
            context.problems.complain(complaint, declared, field, index)
        elif item not in found:
            found.append(item)
    found.sort()
    return tuple(found)


def _lowered(hosts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({host.lower() for host in hosts})) if hosts else ()


def _headers(context: Context, declared: Http | Grpc) -> tuple[ir.HeaderTest, ...]:
    if declared.headers == ():
        return ()
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
    any_of = _header_values(context, header, "any_of")
    none_of = _header_values(context, header, "none_of")
    if header.any_of == () and header.none_of == ():
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
        if complaint := header_value_problem(result.text):
            context.problems.complain(complaint, header, field, index)
        found.add(result)
    return tuple(sorted(found, key=repr))


def _report_missing_stems(context: Context, declared: Http, field: str) -> None:
    listed = getattr(declared, field)
    if not isinstance(listed, tuple):
        return
    for index, path in enumerate(listed):
        if not isinstance(path, str) or path_problem(path, context.mesh.path_normalization):
            continue
        stem = missing_stem(path, tuple(each for each in listed if isinstance(each, str)))
        if stem is not None:
            context.problems.report(
                "ZT309",
                f"template `{path}` does not match `{stem}`",
                label(declared, field, index),
                help=(f"list `{stem}` beside it, or write `{stem}/{{*}}` for one segment below",),
            )


def warn_of_neighbours(context: Context, declared: Http, field: str) -> None:
    """Warn of paths that a denied or excepted list leaves open although they are usually the same resource."""
    listed = tuple(path for path in getattr(declared, field) if isinstance(path, str))
    for index, path in enumerate(listed):
        neighbour = near_miss(path, listed)
        if neighbour is not None:
            context.problems.report(
                "ZT301",
                f"`{path}` is listed and `{neighbour}` is not",
                label(declared, field, index),
                help=(f"list `{neighbour}`, too, or accept the finding",),
            )
    if listed and is_evadable(context.mesh.path_normalization):
        context.problems.report(
            "ZT302",
            "other spellings of these paths are not folded before they are compared",
            label(declared, field),
            notes=(
                f"mesh `{context.mesh.name}` normalizes paths as `{context.mesh.path_normalization}`: "
                "`//` or `%2F` in a path stay as they are",
            ),
            help=(
                "allow the paths that are meant instead, or set path_normalization to `decode-and-merge-slashes` "
                "in the mesh and in its configuration",
            ),
        )
