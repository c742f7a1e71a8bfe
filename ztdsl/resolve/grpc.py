"""Request patterns that could never match a gRPC call (gRPC over HTTP/2: POST to `/package.Service/Method`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.resolve.problems import label

if TYPE_CHECKING:
    from ztdsl.dsl.requests import Http
    from ztdsl.resolve.context import Context
    from ztdsl.resolve.target import Target

_CALL: Final = re.compile(r"/[^/]+/[^/]+|\*/?[^/]+")


def check_grpc(context: Context, declared: Http, target: Target) -> None:
    """Report methods and paths that no call to a gRPC port has."""
    related = (label(target.endpoint.port, text="gRPC port"),)
    for field in ("methods", "not_methods"):
        for index, method in enumerate(getattr(declared, field)):
            if method != "POST":
                context.problems.report(
                    "ZT311",
                    f"a gRPC call is never a {method} request",
                    label(declared, field, index),
                    related=related,
                    help=("write `Grpc(service, methods=[...])`",),
                )
    for field in ("paths", "not_paths"):
        for index, path in enumerate(getattr(declared, field)):
            if not _CALL.fullmatch(path):
                context.problems.report(
                    "ZT311",
                    f"path `{path}` is not of the form that gRPC calls have",
                    label(declared, field, index),
                    related=related,
                    help=("a call's path is `/package.Service/Method`: write `Grpc(service, methods=[...])`",),
                )
