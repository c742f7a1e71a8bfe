"""`ztc` without the cost of its start: one process has imported everything, and a copy of it runs each command.

A copy (`fork`) is a process of its own: its words, directory, environment, descriptors and exit code are those of the
run, and whatever a policy file does to it is gone with it. What it does not show is the start itself: an import that a
command forgot, or a setting of the interpreter. Tests of those start an interpreter.
"""

from __future__ import annotations

import json
import os
import pkgutil
import runpy
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).parent.parent
_PATIENCE = 60
_FIRST_BYTES = 8


class Warm:
    """A process that waits with all modules loaded, and runs commands in copies of itself."""

    def __init__(self) -> None:
        self._running: tuple[socket.socket, subprocess.Popen[bytes]] | None = None

    def run(self, words: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: str) -> tuple[int, str, str]:
        """Run `ztc` with `words`: its exit code (negative: the signal that ended it), stdout and stderr.

        Raises:
            TimeoutError: it did not end within a minute.
            ConnectionError: the waiting process has ended.
        """
        order = json.dumps({"words": words, "cwd": str(cwd), "env": dict(env)}).encode()
        with ExitStack() as stack:
            out, err = (stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _ in range(2))
            read, write = os.pipe()
            os.write(write, stdin.encode())  # what is more than a pipe holds needs `cold_ztc`
            os.close(write)
            try:
                code = self._send(order, [read, out.fileno(), err.fileno()])
            except OSError:
                self.close()  # the next command begins with a new process
                raise
            finally:
                os.close(read)
            return code, _read(out), _read(err)

    def close(self) -> None:
        """End the waiting process."""
        if self._running is not None:
            ours, process = self._running
            ours.close()
            process.kill()
            process.wait()
            self._running = None

    def _send(self, order: bytes, descriptors: Sequence[int]) -> int:
        ours = self._started()
        socket.send_fds(ours, [len(order).to_bytes(_FIRST_BYTES)], descriptors)
        ours.sendall(order)
        status = ours.recv(_FIRST_BYTES)
        if not status:
            msg = "the process that runs `ztc` has ended"
            raise ConnectionError(msg)
        return int(status)

    def _started(self) -> socket.socket:
        if self._running is None:
            ours, its = socket.socketpair()
            ours.settimeout(_PATIENCE)
            with its:
                command = [sys.executable, __file__, str(its.fileno())]
                environment = {**os.environ, "PYTHONPATH": str(ROOT)}
                process = subprocess.Popen(
                    command, cwd=os.sep, env=environment, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL
                )
            self._running = ours, process
        return self._running[0]


def _read(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def _serve(connection: socket.socket) -> NoReturn:
    while True:
        head, descriptors, _, _ = socket.recv_fds(connection, _FIRST_BYTES, 3)
        if not head:
            os._exit(0)
        order = json.loads(_exactly(connection, int.from_bytes(head)))
        child = os.fork()
        if child == 0:
            connection.close()
            _become(order["words"], order["cwd"], order["env"], descriptors)
        for each in descriptors:
            os.close(each)
        _, status = os.waitpid(child, 0)
        connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += connection.recv(count - len(data))
    return data


def _become(words: list[str], cwd: str, env: dict[str, str], descriptors: list[int]) -> NoReturn:
    """Go on as `python -m ztdsl` with these words would begin."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin, sys.stdout = open(0, encoding="utf-8"), open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.path.insert(0, cwd)
    sys.argv[1:] = words
    code = 1
    try:
        runpy.run_module("ztdsl", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else code
    except BaseException:  # noqa: BLE001 - as the interpreter does at the end
        traceback.print_exc()
    sys.stdout.flush()
    os._exit(code)


def _import_everything() -> None:
    import ztdsl  # noqa: PLC0415 - the other side of this module does without

    for module in pkgutil.walk_packages(ztdsl.__path__, "ztdsl.", onerror=lambda _: None):
        if not module.name.endswith(("__main__", "pytest_plugin")):
            with suppress(Exception):  # the command that needs the module says so
                __import__(module.name)


if __name__ == "__main__":
    sys.path.pop(0)
    _import_everything()
    _serve(socket.socket(fileno=int(sys.argv[1])))
