"""`kubectl` as a process: logins that fail or never end, and an end for everything that was started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cluster.server import RESOURCES, Answer, ApiServer, write_kubeconfig
from ztdsl.cluster import Selection
from ztdsl.cluster.failure import Cause, Trouble
from ztdsl.cluster.kubectl import Kubectl

_PATH = "/apis/security.istio.io/v1/peerauthentications"
_READ = "import sys; from ztdsl.cluster import *; read_cluster(Selection(kubeconfig=sys.argv[1]))"


def login(*words: str, mode: str = "IfAvailable") -> dict[str, Any]:
    """A user who is known by what a program prints."""
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": words[0], "args": list(words[1:])}
    return {"exec": {**plugin, "interactiveMode": mode}}


def trouble(selection: Selection) -> Trouble:
    """What comes of one request."""
    with pytest.raises(Trouble) as raised:
        Kubectl(selection).get(_PATH)
    return raised.value


@pytest.mark.parametrize(
    "user",
    [
        login("sh", "-c", "echo your session has ended >&2; exit 3"),
        login("a-program-that-nobody-has"),
        login("echo", "hello"),
        login("true", mode="Always"),
        {"tokenFile": "/a/token/that/is/not/there"},
    ],
)
def test_failed_login_is_a_login(user: dict[str, Any], tmp_path: Path) -> None:
    """A login program that fails, is missing, prints nonsense or wants a terminal is no lost connection."""
    config = write_kubeconfig(tmp_path / "kubeconfig", "https://127.0.0.1:1", user)

    assert trouble(Selection(kubeconfig=str(config))).cause is Cause.NOT_LOGGED_IN


def test_no_credentials_at_all_are_a_missing_login(tmp_path: Path) -> None:
    """`kubectl` would ask for a name and a password; nobody is there to answer."""
    config = write_kubeconfig(tmp_path / "kubeconfig", "https://127.0.0.1:1")

    assert trouble(Selection(kubeconfig=str(config))).cause is Cause.NOT_LOGGED_IN


def test_login_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A login that waits for somebody takes a bounded time, and does not live on."""
    monkeypatch.setattr("ztdsl.cluster.kubectl._FOR_LOGIN", 0.5)
    mark = tmp_path / "login"
    waiting = login("sh", "-c", f"echo $$ > {mark}; sleep 600")
    config = write_kubeconfig(tmp_path / "kubeconfig", "https://127.0.0.1:1", waiting)

    said = trouble(Selection(kubeconfig=str(config), request_timeout="1s"))

    assert said.cause is Cause.SLOW
    assert "a login may wait" in said.said
    assert _ends(int(mark.read_text()))


def test_interrupted_reading_leaves_nothing_behind(server: ApiServer, tmp_path: Path) -> None:
    """Ctrl-C ends every `kubectl` at once, even if only `ztc` itself is told."""
    config = write_kubeconfig(tmp_path / "kubeconfig", server.url)
    arrived, never = threading.Semaphore(0), threading.Event()

    def hold(asked: object) -> Answer | None:
        if getattr(asked, "resource", None) not in RESOURCES:
            return None
        arrived.release()
        return Answer(wait=never)

    server.decide = hold
    reading = subprocess.Popen([sys.executable, "-c", _READ, str(config)], stderr=subprocess.PIPE)
    for _ in range(4):
        assert arrived.acquire(timeout=30)
    children = _children(reading.pid)
    assert len(children) == 4

    reading.send_signal(signal.SIGINT)
    _, said = reading.communicate(timeout=20)

    assert b"KeyboardInterrupt" in said
    assert all(_ends(child) for child in children)
    never.set()


def test_program_that_cannot_run_is_no_kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of that name that is no program is as good as none."""
    (tmp_path / "kubectl").write_text("no program")
    (tmp_path / "kubectl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert trouble(Selection()).cause is Cause.NO_KUBECTL


def test_stopped_asks_no_more(selection: Selection) -> None:
    """After the end no further process begins."""
    kubectl = Kubectl(selection)
    kubectl.stop()

    with pytest.raises(Trouble):
        kubectl.get(_PATH)


def test_pod_without_kubeconfig_uses_its_account(
    server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside a cluster there is no context, and that is no mistake."""
    account = tmp_path / "token"
    account.write_text("of-a-test")
    monkeypatch.setattr("ztdsl.cluster.kubectl._ACCOUNT", account)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(server.http.server_address[1]))

    assert Kubectl(Selection()).context is None


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children")
    end = time.monotonic() + 10
    found: list[int] = []
    while len(found) != 3 and time.monotonic() < end:
        threads = listed.parent.parent.glob("*/children")
        found = [int(child) for each in threads for child in each.read_text().split()]
    return found


def _ends(process: int) -> bool:
    """Whether a process is gone, or will be in a moment."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{process}/stat")
        if state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False
