"""What the API server and its admission would say to objects: each is sent as a server-side apply that is a dry run.

A dry run goes through RBAC, the schema with its CEL rules, field managers and all of admission, and is not stored. The
server must know server-side apply, and every version that does knows `dryRun`, so it cannot take it for a real write.
"""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from ztdsl.cluster.failure import Cause, ClusterFailure, Trouble
from ztdsl.cluster.finding import Asked, applying
from ztdsl.cluster.kubectl import Kubectl
from ztdsl.cluster.patience import patiently
from ztdsl.cluster.proxy import proxied
from ztdsl.cluster.reading import KINDS, LOGGING
from ztdsl.cluster.refusal import printable, refusal
from ztdsl.cluster.reply import Key, Reply, held, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ztdsl.cluster.proxy import Answer, Proxy
    from ztdsl.cluster.selection import Selection

MANAGER: Final = "kubectl"
"""The manager of `kubectl apply --server-side`, to which what client-side apply wrote is no conflict."""
_RESOURCES: Final = {each.kind: each for each in (*KINDS, LOGGING)}
_AT_ONCE: Final = 6
_SUCCESS: Final = frozenset({200, 201})
_CONFLICT: Final = 409
_NOT_FOUND: Final = 404

Object = tuple[Key, dict[str, Any]]
"""What names an object, and the object."""


def dry_run(
    selection: Selection,
    objects: Sequence[Object],
    *,
    manager: str = MANAGER,
    seen: Callable[[int], None] | None = None,
) -> tuple[Reply, ...]:
    """What the server says to each object, in their order; nothing is written.

    Args:
        selection: which cluster, as whom.
        objects: what would be applied; each is judged beside what the cluster holds now.
        manager: the name under which it would be applied.
        seen: called after each object with the number so far; from several threads, one at a time.

    Raises:
        ClusterFailure: an object got no answer; then there is none for the others either.
    """
    if not objects:
        return ()
    described = "the cluster" if selection.context is None else f"context `{selection.context}`"
    try:
        kubectl = Kubectl(selection)
        with proxied(kubectl) as proxy:
            return _all(_Asking(proxy, manager, seen), kubectl, objects)
    except Trouble as trouble:
        raise ClusterFailure(applying(trouble, Asked(described))) from None


def pin(selection: Selection) -> Selection:
    """The same with the context that is the current one now.

    Raises:
        ClusterFailure: there is none.
    """
    try:
        return replace(selection, context=Kubectl(selection).context)
    except Trouble as trouble:
        raise ClusterFailure(applying(trouble, Asked())) from None


def _all(asking: _Asking, kubectl: Kubectl, objects: Sequence[Object]) -> tuple[Reply, ...]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        futures = [pool.submit(asking.reply, *each) for each in objects]
        try:
            wait(futures, return_when="FIRST_EXCEPTION")
        except BaseException:  # Ctrl-C
            pool.shutdown(wait=False, cancel_futures=True)
            kubectl.stop()
            raise
        if any(each.done() and each.exception() for each in futures):
            pool.shutdown(wait=True, cancel_futures=True)
    failed = next((each for each in futures if not each.cancelled() and each.exception()), None)
    if failed is not None and (error := failed.exception()) is not None:
        raise error
    return tuple(each.result() for each in futures)


class _Asking:
    """Asks for one object after the other."""

    def __init__(self, proxy: Proxy, manager: str, seen: Callable[[int], None] | None) -> None:
        self._proxy = proxy
        self._manager = manager
        self._seen = seen
        self._count = 0
        self._lock = threading.Lock()

    def reply(self, key: Key, plain: dict[str, Any]) -> Reply:
        """What the server says to an object; one with conflicts is forced, so that admission speaks, too.

        Raises:
            Trouble: the server does not say it.
        """
        found, fields = self._patiently(key, plain, force=False)
        if fields:
            found, _ = self._patiently(key, plain, force=True)
            found = replace(found, held=fields)
            if found.result in {"accepted", "warned"}:
                found = replace(found, result="conflict")
        with self._lock:
            self._count += 1
            if self._seen is not None:
                self._seen(self._count)
        return found

    def _patiently(self, key: Key, plain: dict[str, Any], *, force: bool) -> tuple[Reply, tuple[Any, ...]]:
        return patiently(lambda: self._once(key, plain, force=force))

    def _once(self, key: Key, plain: dict[str, Any], *, force: bool) -> tuple[Reply, tuple[Any, ...]]:
        answer = self._proxy.apply(_target(key, plain, self._manager, force=force), json.dumps(plain).encode())
        status = _status(answer)
        if answer.code in _SUCCESS:
            return Reply(key, "warned" if answer.warnings else "accepted", warnings=answer.warnings), ()
        if answer.code == _CONFLICT and not force and (fields := held(status)):
            return Reply(key, "conflict"), fields
        return refused(key, status, answer.code, answer.warnings), ()


def _target(key: Key, plain: dict[str, Any], manager: str, *, force: bool) -> str:
    kind, namespace, name = key
    words = [*str(plain["apiVersion"]).split("/"), "namespaces", namespace, _RESOURCES[kind].plural, name]
    query = {"dryRun": "All", "fieldManager": manager, "fieldValidation": "Strict", "force": str(force).lower()}
    return f"/apis/{'/'.join(quote(each, safe='') for each in words)}?{urlencode(query)}"


def _status(answer: Answer) -> dict[str, Any]:
    """The object that came back.

    Raises:
        Trouble: none did, but words of the proxy, or of something between.
    """
    text = answer.body.decode(errors="replace")
    if answer.code == _NOT_FOUND and text.startswith("404 page not found"):
        return {"reason": "NotFound", "message": "the server does not serve this version of the kind"}
    try:
        plain = json.loads(text)
    except ValueError:
        plain = None
    if isinstance(plain, dict) and isinstance(plain.get("kind"), str):
        return plain
    if answer.code in _SUCCESS:
        raise Trouble(Cause.MALFORMED, f"the answer is no object: {printable(text)}")
    trouble = refusal(text)
    busy = answer.code in {429, 502, 503, 504} and trouble.cause is Cause.OTHER
    said = f"the answer was {answer.code}: {printable(text)}"
    raise Trouble(Cause.FAILING if busy else trouble.cause, said)
