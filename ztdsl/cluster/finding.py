"""What a failed reading says to a person: what was asked of which cluster, what came of it, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ztdsl.cluster.failure import Cause
from ztdsl.diagnostics.catalogue import diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.cluster.failure import Trouble
    from ztdsl.cluster.listing import Resource
    from ztdsl.diagnostics.model import Diagnostic

_RETRY: Final = "run the command again"
_FILES: Final = "or compare with files instead: --live"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for.

    Attributes:
        cluster: which cluster, in words; None before it is known.
        resource: of what; None before anything was asked.
        namespace: where; everywhere if None.
    """

    cluster: str | None = None
    resource: Resource | None = None
    namespace: str | None = None

    @property
    def where(self) -> str:
        """The scope in words."""
        return "in all namespaces" if self.namespace is None else f"in namespace `{self.namespace}`"

    @property
    def what(self) -> str:
        """The resource in words."""
        return "its objects" if self.resource is None else f"`{self.resource.full}`"


_MESSAGES: Final = {
    Cause.NO_KUBECTL: "`kubectl` cannot be started",
    Cause.NO_CONTEXT: "no cluster is chosen, or the kubeconfig does not lead to one",
    Cause.UNREACHABLE: "the API server of {cluster} cannot be reached",
    Cause.SLOW: "the API server of {cluster} did not answer in time when asked for {what} {where}",
    Cause.NOT_LOGGED_IN: "{cluster} does not accept the credentials",
    Cause.FORBIDDEN: "`list` of {what} {where} is forbidden in {cluster}",
    Cause.NOT_INSTALLED: "{cluster} does not know {what}",
    Cause.MALFORMED: "{cluster} did not answer with a whole list of {what}",
    Cause.FAILING: "{cluster} did not list {what} {where}, and several tries did not help",
    Cause.CHANGING: "{what} of {cluster} changed again and again while it was read",
    Cause.UNREADABLE: "{cluster} holds an object that Istio cannot read",
    Cause.UNTRUSTED: "no trusted connection to the API server of {cluster}",
    Cause.FLAG_MALFORMED: "the cluster cannot be asked with these flags",
    Cause.OTHER: "`kubectl` could not list {what} {where} in {cluster}",
}
_OF_APPLYING: Final = {
    Cause.SLOW: "the API server of {cluster} did not answer a dry run in time",
    Cause.MALFORMED: "{cluster} did not answer a dry run with an object",
    Cause.FAILING: "{cluster} did not answer a dry run, and several tries did not help",
    Cause.OTHER: "no dry run in {cluster}",
}
_HELP: Final = {
    Cause.NO_KUBECTL: ("install `kubectl` and put it on PATH", _FILES),
    Cause.NO_CONTEXT: (
        "name a context with --context; `kubectl config get-contexts` lists them",
        "or name a kubeconfig with --kubeconfig or KUBECONFIG",
        _FILES,
    ),
    Cause.UNREACHABLE: ("see that `kubectl version` reaches the server: a VPN or a proxy may be missing", _FILES),
    Cause.SLOW: ("allow more time with --request-timeout", "read less with --namespace"),
    Cause.NOT_LOGGED_IN: ("log in as for `kubectl`, until `kubectl auth whoami` answers",),
    Cause.FORBIDDEN: (
        "bind the ClusterRole `ztc-reader` of docs/reference/cluster-access.md to that user",
        "or read only where the right is given: --namespace",
    ),
    Cause.NOT_INSTALLED: ("install Istio's definitions of custom resources, or choose another --context",),
    Cause.MALFORMED: ("see what stands between: `kubectl get --raw /version` must print JSON", _RETRY),
    Cause.FAILING: (_RETRY,),
    Cause.CHANGING: ("wait until the writing to the cluster has ended", _RETRY),
    Cause.UNREADABLE: ("correct the object, or delete it",),
    Cause.UNTRUSTED: ("correct `server` or `certificate-authority-data` of the kubeconfig",),
    Cause.FLAG_MALFORMED: (
        "--request-timeout takes seconds, or a number with a unit (`30s`, `2m`); `0` waits for ever",
    ),
    Cause.OTHER: ("run the same with `kubectl get` to see more",),
}
_OF_THE_CLUSTER: Final = frozenset(
    {Cause.NO_KUBECTL, Cause.NO_CONTEXT, Cause.UNREACHABLE, Cause.SLOW, Cause.NOT_LOGGED_IN, Cause.UNTRUSTED}
)
"""What stops every request alike: which others it stopped says nothing."""
_NAMED: Final = 5
_SHARED: Final = {
    Cause.CUT: Cause.MALFORMED,
    Cause.NOT_SERVED: Cause.NOT_INSTALLED,
    Cause.EXPIRED: Cause.CHANGING,
}


def finding(trouble: Trouble, asked: Asked, also: tuple[Asked, ...] = ()) -> Diagnostic:
    """The finding of a failed request.

    Args:
        trouble: what came of it.
        asked: what was asked for.
        also: what else failed for the same cause.
    """
    cause = _SHARED.get(trouble.cause, trouble.cause)
    words = {"cluster": asked.cluster or "the cluster", "what": asked.what, "where": asked.where}
    notes = [trouble.said, *([] if cause in _OF_THE_CLUSTER else _others(also))]
    return diagnostic(cause.code, _MESSAGES[cause].format(**words), None, notes=notes, help=_HELP[cause])


def applying(trouble: Trouble, asked: Asked) -> Diagnostic:
    """The finding of a dry run that got no answer: as for a list, in words of an apply."""
    cause = _SHARED.get(trouble.cause, trouble.cause)
    message = _OF_APPLYING.get(cause, _MESSAGES[cause])
    words = {"cluster": asked.cluster or "the cluster", "what": asked.what, "where": asked.where}
    help_ = _HELP[cause] if cause not in _OF_APPLYING else (_RETRY, "or leave out --server-side")
    return diagnostic(cause.code, message.format(**words), None, notes=[trouble.said], help=help_)


def _others(also: tuple[Asked, ...]) -> Iterator[str]:
    for each in also[:_NAMED]:
        yield f"the same for {each.what} {each.where}"
    if len(also) > _NAMED:
        yield f"and for {len(also) - _NAMED} more"
