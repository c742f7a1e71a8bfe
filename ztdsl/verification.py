"""What an API server or istiod would refuse of our own manifests: never printed, always a defect of ours.

A large mesh is verified by a second process while this one renders it; what that process cannot say for sure is
verified here.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Spot
from ztdsl.istio.validate import problems

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.istio.annotated import Annotated

# From here on, verifying takes longer than starting a process that shares this one's memory.
MANY: Final = 4000
_FINE: Final = 0
_FAULTY: Final = 1


def refused(manifests: Sequence[Annotated]) -> list[Diagnostic]:
    """The findings about `manifests`; none of any manifest of ours, unless we made a mistake."""
    found: list[Diagnostic] = []
    for annotated in manifests:
        for problem in problems(annotated.manifest):
            if problem.severity != "error":
                continue  # of what is only unusual, the policy's author is the judge
            meta = annotated.manifest.meta
            place = Label(Spot(annotated.origin)) if annotated.origin is not None else None
            found.append(
                diagnostic(
                    "ZT001",
                    f"manifest `{meta.namespace}/{meta.name}` breaks {problem.rule}: {problem.message}",
                    place,
                    notes=(f"at {problem.pointer or '/'}",),
                    help=("please report this with the policy that shows it",),
                )
            )
    return found


def begin(manifests: Sequence[Annotated]) -> Callable[[], list[Diagnostic]]:
    """Start to verify, beside this process where that is worth it; the result waits for the findings."""
    if len(manifests) < MANY or not _may_fork():
        return lambda: refused(manifests)
    child = os.fork()
    if child == 0:
        _answer(manifests)

    def verdict() -> list[Diagnostic]:
        _, status = os.waitpid(child, 0)
        return [] if os.waitstatus_to_exitcode(status) == _FINE else refused(manifests)

    return verdict


def _may_fork() -> bool:
    """Whether a copy of this process would be whole: one thread, and a second core to run on."""
    return hasattr(os, "fork") and threading.active_count() == 1 and (os.cpu_count() or 1) > 1


def _answer(manifests: Sequence[Annotated]) -> None:
    """End the second process with its verdict, and with nothing of what this process would do at its end."""
    code = _FAULTY
    try:
        code = _FAULTY if refused(manifests) else _FINE
    finally:
        os._exit(code)
