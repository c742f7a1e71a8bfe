"""The verbs of the command line as functions that neither print nor exit."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ztdsl.api.build import Build as Build
    from ztdsl.api.build import build_manifests as build_manifests
    from ztdsl.api.build import build_text as build_text
    from ztdsl.api.check import Check as Check
    from ztdsl.api.check import check_policy as check_policy
    from ztdsl.api.check import read_settings as read_settings
    from ztdsl.api.explain import Explanation as Explanation
    from ztdsl.api.explain import UnknownCode as UnknownCode
    from ztdsl.api.explain import UnknownWorkload as UnknownWorkload
    from ztdsl.api.explain import explain_code as explain_code
    from ztdsl.api.explain import explain_service as explain_service
    from ztdsl.api.initialise import init_repository as init_repository
    from ztdsl.api.write import OutputRefused as OutputRefused
    from ztdsl.api.write import Written as Written
    from ztdsl.api.write import write_manifests as write_manifests

_MODULE_OF = {
    "Build": "build",
    "build_manifests": "build",
    "build_text": "build",
    "Check": "check",
    "check_policy": "check",
    "read_settings": "check",
    "Explanation": "explain",
    "UnknownCode": "explain",
    "UnknownWorkload": "explain",
    "explain_code": "explain",
    "explain_service": "explain",
    "init_repository": "initialise",
    "OutputRefused": "write",
    "Written": "write",
    "write_manifests": "write",
}

__all__ = [
    "Build",
    "Check",
    "Explanation",
    "OutputRefused",
    "UnknownCode",
    "UnknownWorkload",
    "Written",
    "build_manifests",
    "build_text",
    "check_policy",
    "explain_code",
    "explain_service",
    "init_repository",
    "read_settings",
    "write_manifests",
]


if not TYPE_CHECKING:  # a name that does not exist is an error to type checkers

    def __getattr__(name: str) -> object:
        """Load a verb on first use: each imports only what it needs."""
        module = _MODULE_OF.get(name)
        if module is None:
            msg = f"module 'ztdsl.api' has no attribute {name!r}"
            raise AttributeError(msg)
        value = getattr(import_module(f"ztdsl.api.{module}"), name)
        globals()[name] = value
        return value
