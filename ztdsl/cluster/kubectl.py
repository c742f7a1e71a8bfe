"""`kubectl` as a process: it knows every kubeconfig, login, proxy and certificate."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from ztdsl.cluster.failure import Cause, Trouble
from ztdsl.cluster.refusal import printable, refusal
from ztdsl.cluster.selection import is_namespace, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ztdsl.cluster.selection import Selection

_FOR_LOGIN: Final = 60.0
"""Seconds beyond the time of one request: for a login, and for the waits that a busy server asks of `kubectl`."""
_IN_POD: Final = ("KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT")
_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


class Kubectl:
    """Asks one cluster; the context is the same for all requests, even if somebody switches the current one.

    Attributes:
        context: the name of the context; None inside a pod that has no kubeconfig.
        limit: the seconds that one request may take, a login included; None for any time.
    """

    def __init__(self, selection: Selection) -> None:
        """Find out which cluster it is.

        Raises:
            Trouble: `kubectl` or a context is missing, or a flag is malformed.
        """
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False
        self.limit = _limit(selection.request_timeout)
        _refuse_other_names(selection)
        self._timeout = f"--request-timeout={selection.request_timeout}"
        self._login = _login(selection)
        self.context = selection.context or self._current(selection)
        if self.context is not None:
            self._login.append(f"--context={self.context}")

    def get(self, path: str) -> bytes:
        """The body of the server's answer to a GET of `path`.

        Raises:
            Trouble: there is none.
        """
        return self._run(["get", "--raw", path, self._timeout, *self._login], self.limit)

    @contextmanager
    def running(self, words: Sequence[str], said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
        """A `kubectl` that runs for the block, with the same login and context; it ends with it.

        Args:
            words: what it does.
            said: where its stderr goes.

        Raises:
            Trouble: it cannot be started.
        """
        process = self._start([*words, *self._login], said)
        try:
            yield process
        finally:
            _kill(process)
            process.communicate()
            with self._lock:
                self._running.discard(process)

    def stop(self) -> None:
        """End every request under way, with the logins that it waits for, and begin no other."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                _kill(process)

    def _current(self, selection: Selection) -> str | None:
        """The name of the current context.

        Raises:
            Trouble: there is none, and this is no pod.
        """
        chosen = selection.kubeconfig
        if chosen is not None and not Path(chosen).exists():
            raise Trouble(Cause.NO_CONTEXT, f"the kubeconfig `{chosen}` does not exist")
        words = [] if chosen is None else [f"--kubeconfig={chosen}"]
        try:
            return self._run(["config", "current-context", *words], _FOR_LOGIN).decode().strip()
        except Trouble as trouble:
            if trouble.cause is Cause.NO_CONTEXT and chosen is None and _is_pod():
                return None
            raise

    def _run(self, words: list[str], limit: float | None) -> bytes:
        process = self._start(words)
        try:
            stdout, stderr = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.communicate()
            waited = f"`kubectl` did not end within {limit:.0f} s; a login may wait for an answer"
            raise Trouble(Cause.SLOW, waited) from None
        finally:
            with self._lock:
                self._running.discard(process)
        if process.returncode:
            said = stderr.decode(errors="replace")
            raise refusal(said or f"kubectl ended with {process.returncode}", stdout[:1000].decode(errors="replace"))
        return stdout

    def _start(self, words: list[str], said: IO[bytes] | int = subprocess.PIPE) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise Trouble(Cause.OTHER, "stopped")
            try:
                process = subprocess.Popen(  # noqa: S603 - a list of words, no shell
                    ["kubectl", *words],  # noqa: S607 - the user's own, found as a shell finds it
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    process_group=0,  # so that a login that it started ends with it
                )
            except OSError as error:
                raise Trouble(Cause.NO_KUBECTL, printable(error.strerror or str(error))) from None
            self._running.add(process)
            return process


def _limit(timeout: str) -> float | None:
    try:
        allowed = seconds(timeout)
    except ValueError as error:
        raise Trouble(Cause.FLAG_MALFORMED, str(error)) from None
    return allowed + _FOR_LOGIN if allowed else None


def _refuse_other_names(selection: Selection) -> None:
    """Stop at what is no name: it becomes a part of a path, in which `kubectl` unescapes what is escaped.

    Raises:
        Trouble: a namespace cannot have that name.
    """
    wrong = next((name for name in selection.namespaces or () if not is_namespace(name)), None)
    if wrong is not None:
        raise Trouble(Cause.FLAG_MALFORMED, f"`{printable(wrong)}` is no name of a namespace")


def _login(selection: Selection) -> list[str]:
    """The flags that say where to and as whom, but for the context."""
    flags: list[str] = []
    if selection.kubeconfig is not None:
        flags.append(f"--kubeconfig={selection.kubeconfig}")
    if selection.impersonate is not None:
        flags.append(f"--as={selection.impersonate}")
    return flags


def _is_pod() -> bool:
    return all(os.environ.get(name) for name in _IN_POD) and _ACCOUNT.exists()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process of ours with all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
