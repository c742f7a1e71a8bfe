"""Whether our own manifests may be printed: a cluster takes them, and they do what the policy means.

What is found here is never the policy's fault but ours, and stops the output. A large mesh is verified by a second
process while this one renders it; what that process cannot say for sure is verified here.
"""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Final

from ztdsl.agreement import disagreements
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Spot
from ztdsl.istio.validate import problems
from ztdsl.traffic.shown import request_document

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ztdsl.agreement import Agreement
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.ir.model import Model
    from ztdsl.istio.annotated import Annotated, Printed

# From here on, verifying takes longer than starting a process that shares this one's memory.
MANY: Final = 4000
# The requests of a sample: enough for each rule of a small policy, and little beside the rest of a build.
SAMPLE: Final = 200
_FINE: Final = 0
_FAULTY: Final = 1


def refused(manifests: Sequence[Printed]) -> list[Diagnostic]:
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


def differing(agreement: Agreement) -> list[Diagnostic]:
    """The finding about a request to which manifests do something else than the policy means; none if there is none."""
    request, meant, done = agreement.counterexample, agreement.meant, agreement.done
    if request is None or meant is None or done is None:
        return []
    origin = None if meant.rule is None else meant.rule.origin
    return [
        diagnostic(
            "ZT001",
            f"the policy means `{meant.verdict}` and its manifests do `{done.verdict}`",
            None if origin is None else Label(Spot(origin)),
            notes=(f"of the request {json.dumps(request_document(request))}",),
            help=("please report this with the policy that shows it",),
        )
    ]


def faults(model: Model, manifests: Sequence[Annotated]) -> list[Diagnostic]:
    """All that keeps `manifests` from being printed: what a cluster refuses, and what a sample of requests shows."""
    return refused(manifests) or differing(disagreements(model, manifests, SAMPLE))


def begin(model: Model, manifests: Sequence[Annotated]) -> Callable[[], list[Diagnostic]]:
    """Start to verify, beside this process where that is worth it; the result waits for the findings."""
    if len(manifests) < MANY or not _may_fork():
        return lambda: faults(model, manifests)
    child = os.fork()
    if child == 0:
        _answer(model, manifests)

    def verdict() -> list[Diagnostic]:
        _, status = os.waitpid(child, 0)
        return [] if os.waitstatus_to_exitcode(status) == _FINE else faults(model, manifests)

    return verdict


def _may_fork() -> bool:
    """Whether a copy of this process would be whole: one thread, and a second core to run on."""
    return hasattr(os, "fork") and threading.active_count() == 1 and (os.cpu_count() or 1) > 1


def _answer(model: Model, manifests: Sequence[Annotated]) -> None:
    """End the second process with its verdict, and with nothing of what this process would do at its end."""
    code = _FAULTY
    try:
        code = _FAULTY if faults(model, manifests) else _FINE
    finally:
        os._exit(code)
