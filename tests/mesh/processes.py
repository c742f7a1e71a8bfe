"""Processes of a mesh: started inside a network namespace, with a log, and ended by their own ids."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.mesh.network import inside

_SHOWN: Final = 2000
_PAUSE: Final = 0.02
_GRACE: Final = 3.0


_STARTED: Final[list[Process]] = []
"""The processes that this one started and has not seen the end of."""


class Stopped(Exception):  # noqa: N818 - named for what happened
    """A process ended, or did not come up in time; the message ends with its log."""


class Process:
    """A running process; its log has all that it says."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        network: str,
        log: Path,
        directory: Path,
        environment: Mapping[str, str] | None = None,
        user: int | None = None,
    ) -> None:
        log.touch()
        if user is not None:
            os.chown(log, user, user)  # Envoy opens /dev/stdout again, as its own user
        self.log = log
        _STARTED.append(self)
        with log.open("ab") as said:
            self._running = subprocess.Popen(
                inside(network, command, user),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=directory,
                env={"PATH": os.environ["PATH"], **(environment or {})},
                start_new_session=True,
            )

    @property
    def id(self) -> int:
        """Its process id: `ip netns exec` becomes the program that it starts."""
        return self._running.pid

    def wait_until(self, is_ready: Callable[[], bool], patience: float) -> None:
        """Return as soon as it is ready.

        Raises:
            Stopped: it ended, or is not ready after `patience` seconds.
        """
        end = time.monotonic() + patience
        while not is_ready():
            if self._running.poll() is not None:
                message = f"{self.log.stem} ended with {self._running.returncode}:\n{self.tail()}"
                raise Stopped(message)
            if time.monotonic() > end:
                message = f"{self.log.stem} was not ready after {patience:.0f} s:\n{self.tail()}"
                raise Stopped(message)
            time.sleep(_PAUSE)

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_bytes()[-_SHOWN:].decode(errors="replace")

    def has_ended(self) -> bool:
        """Whether it is gone."""
        return self._running.poll() is not None

    def stop(self) -> None:
        """End it, and wait until it is gone."""
        self._running.terminate()
        try:
            self._running.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()


def end(find: Callable[[], Iterable[int]]) -> None:
    """End all processes that `find` finds, at once: nothing that they hold is wanted any more."""
    while found := list(find()):
        for each in found:
            _kill(each)
        time.sleep(_PAUSE)
    _STARTED[:] = [each for each in _STARTED if not each.has_ended()]


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return  # it ended by itself meanwhile
