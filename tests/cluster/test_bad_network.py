"""`ztc diff` behind a proxy that harms the answers of a real API server: the right diff, or none and the reason."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.cluster import proxy
from tests.cluster.proxy import Fault, Proxy
from tests.cluster.reader import READER, create, documented, grant, policy
from tests.conftest import ROOT, Ended
from tests.golden.test_examples import TODAY
from tests.mesh import lane
from tests.mesh.cluster import Cluster
from tests.mesh.objects import namespace
from ztdsl.cli import exits

pytestmark = lane.only
_PATH: Final = f"{os.environ['PATH']}{os.pathsep}{Path(sys.executable).parent}"
"""Where `kubectl` is before the lane's own one is put in front of it, which does not see this machine's addresses."""
_EXAMPLE: Final = ROOT / "examples" / "quickstart"
_MISSING: Final = ("create", "AuthorizationPolicy", "shop", "orders-allow")
_POLICIES: Final = "/authorizationpolicies"
_SECOND_PAGE: Final = "continue="
_HTML: Final = "<!doctype html><title>Sign in</title>"
_FAILURE: Final = '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"%s","reason":"%s","code":%s}'
_TRIES: Final = 4

_CUT: Final[dict[str, Fault]] = {
    "cut in the head": proxy.cut_in_head,
    "cut before the body": proxy.cut(0),
    "cut in the middle": proxy.cut(0.5),
    "cut before the last byte": proxy.cut(1),
    "cut unseen": proxy.cut_unseen(0.5),
    "cut unseen before the last byte": proxy.cut_unseen(1),
    "reset": proxy.reset,
    "corrupted": proxy.corrupted,
    "nothing": proxy.instead("200 OK"),
}
_BUSY: Final[dict[str, Fault]] = {
    "429": proxy.instead("429 Too Many Requests", _FAILURE % ("busy", "TooManyRequests", 429), Retry_After="0"),
    "500": proxy.instead("500 Internal Server Error", _FAILURE % ("etcd", "InternalError", 500)),
    "502 of a balancer": proxy.instead("502 Bad Gateway", _HTML, "text/html"),
    "503": proxy.instead("503 Service Unavailable", _FAILURE % ("no", "ServiceUnavailable", 503)),
    "504": proxy.instead("504 Gateway Timeout", _FAILURE % ("no", "Timeout", 504)),
}
_LASTING: Final[dict[str, Fault]] = {
    "web page": proxy.instead("200 OK", _HTML, "text/html"),
    "another structure": proxy.replaced(b'"items":', b'"itemz":'),
    "no JSON": proxy.replaced(b'"items":', b'"items"{'),
    "no text": proxy.replaced(b'"items":', b'"it\xff\xfes":'),
}
_SLOW: Final[dict[str, Fault]] = {"late": proxy.late, "stuck": proxy.stuck}


@pytest.fixture(scope="module")
def network(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A proxy before a server that lacks one object of the example."""
    text = (_EXAMPLE / "expected" / "manifests.yaml").read_text(encoding="utf-8")
    objects = [each for each in yaml.safe_load_all(text) if each]
    cluster.apply([namespace(each) for each in {each["metadata"]["namespace"] for each in objects}])
    cluster.apply([each for each in objects if each["metadata"]["name"] != _MISSING[3]])
    grant(cluster, documented("ztc-reader"), documented("ztc-reader-binding"))
    between = Proxy(cluster.directory / "api.socket", tmp_path_factory.mktemp("proxy"))
    yield between
    between.close()


@pytest.fixture(scope="module")
def kubeconfig(network: Proxy, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader's, through the proxy."""
    plain: dict[str, Any] = json.loads(cluster.kubeconfig(READER).read_text(encoding="ascii"))
    server = {"server": f"https://127.0.0.1:{network.port}", "certificate-authority": str(network.certificate)}
    plain["clusters"][0]["cluster"] = server
    file = tmp_path_factory.mktemp("reader") / "kubeconfig"
    file.write_text(json.dumps(plain), encoding="ascii")
    return file


def run(kubeconfig: Path, timeout: str = "20s") -> Ended:
    """What `ztc diff` says, as a process that sees this machine's addresses."""
    words = ["--today", TODAY, "--kubeconfig", str(kubeconfig), "--request-timeout", timeout, "-o", "json"]
    command = [sys.executable, "-m", "ztdsl", "diff", "policies.py", *words]
    environment = {**os.environ, "PATH": _PATH}
    done = subprocess.run(command, cwd=_EXAMPLE, env=environment, capture_output=True, text=True, timeout=120)
    return Ended(done.returncode, done.stdout, done.stderr)


def is_right(done: Ended) -> None:
    """The diff has the missing object, and nothing else."""
    assert done.code == exits.FINDINGS, done.err
    changes = json.loads(done.out)["changes"]
    assert [(each["action"], each["kind"], each["namespace"], each["name"]) for each in changes] == [_MISSING]


def is_refused(done: Ended, code: str) -> None:
    """There is no diff, and the finding has that code."""
    assert (done.code, done.out) == (exits.UNREACHABLE, "")
    assert code in done.err


def asked(network: Proxy, word: str = _POLICIES) -> int:
    """How many requests for a path with that word came."""
    return sum(word in path for path in network.asked)


def test_network_without_faults(network: Proxy, kubeconfig: Path) -> None:
    """Through the proxy all is as it is without."""
    network.harm()
    is_right(run(kubeconfig))
    lists = [path for path in network.asked if not path.startswith("/version?")]  # which `kubectl` asks of itself
    assert len(lists) == len({*lists}) == 4


@pytest.mark.parametrize("name", [*_CUT, *_BUSY])
def test_what_passes_is_tried_again(name: str, network: Proxy, kubeconfig: Path) -> None:
    """A fault that comes once leaves the right diff; one that stays gives its code and no diff."""
    fault, code = ({**_CUT, **_BUSY}[name], "ZT708" if name in _CUT else "ZT709")

    network.harm(fault, afflicted=_POLICIES)
    is_right(run(kubeconfig))

    network.harm(afflicted=_POLICIES, always=fault)
    is_refused(run(kubeconfig), code)
    assert asked(network) >= _TRIES


@pytest.mark.parametrize("fault", _LASTING.values(), ids=_LASTING)
def test_what_stays_is_not_tried_again(fault: Fault, network: Proxy, kubeconfig: Path) -> None:
    """Whoever answers something else is not asked a second time."""
    network.harm(fault, afflicted=_POLICIES)
    is_refused(run(kubeconfig), "ZT708")
    assert asked(network) == 1


@pytest.mark.parametrize("fault", _SLOW.values(), ids=_SLOW)
def test_who_is_late_is_not_waited_for(fault: Fault, network: Proxy, kubeconfig: Path) -> None:
    """After the time of a request there is no diff, and no second try."""
    network.harm(fault, afflicted=_POLICIES)
    is_refused(run(kubeconfig, "1s"), "ZT704")
    assert asked(network) == 1


def test_busy_server_says_when_to_come_back(network: Proxy, kubeconfig: Path) -> None:
    """A 429 that names a time is followed by the right diff."""
    busy = proxy.instead("429 Too Many Requests", _FAILURE % ("busy", "TooManyRequests", 429), Retry_After="1")
    network.harm(busy, afflicted=_POLICIES)
    is_right(run(kubeconfig))
    assert asked(network) == 2


def test_server_behind_the_proxy_is_not_there(network: Proxy, kubeconfig: Path, tmp_path: Path) -> None:
    """An address at which nobody listens has its own code."""
    gone = tmp_path / "gone"
    gone.write_text(kubeconfig.read_text(encoding="ascii").replace(f":{network.port}", ":1"), encoding="ascii")
    is_refused(run(gone), "ZT703")


def test_stranger_in_between_is_not_trusted(network: Proxy, kubeconfig: Path, cluster: Cluster, tmp_path: Path) -> None:
    """A proxy with a certificate that the kubeconfig does not vouch for gets no credentials."""
    own = cluster.directory / "apiserver.crt"
    other = tmp_path / "other"
    text = kubeconfig.read_text(encoding="ascii").replace(str(network.certificate), str(own))
    other.write_text(text, encoding="ascii")
    network.harm()
    is_refused(run(other), "ZT712")
    assert network.asked == []


def test_cuts_anywhere(network: Proxy, kubeconfig: Path) -> None:
    """Wherever an answer ends too early, what comes of it is the right diff."""
    chosen = random.Random(7)  # noqa: S311 - no secret
    for _ in range(5):
        shares = [chosen.random() for _ in range(_TRIES - 1)]
        network.harm(*[chosen.choice((proxy.cut, proxy.cut_unseen))(each) for each in shares], afflicted=_POLICIES)
        is_right(run(kubeconfig))
        assert asked(network) == _TRIES


def test_second_page(network: Proxy, kubeconfig: Path, cluster: Cluster) -> None:
    """A fault of the second page never leaves a diff of the first one alone."""
    cluster.apply([namespace("elsewhere")])
    create(cluster, (policy(f"policy-{number:04}", "elsewhere") for number in range(1001)))
    network.harm(afflicted=_SECOND_PAGE)
    is_right(run(kubeconfig))
    assert asked(network, _SECOND_PAGE) == 1

    for fault in (proxy.cut(0.5), proxy.cut_unseen(0.5), _BUSY["500"], proxy.repeated):
        network.harm(fault, afflicted=_SECOND_PAGE)
        is_right(run(kubeconfig))
        assert asked(network, _SECOND_PAGE) == 2

    for code, lasting in (("ZT708", proxy.cut(0.5)), ("ZT709", _BUSY["503"]), ("ZT710", proxy.repeated)):
        network.harm(afflicted=_SECOND_PAGE, always=lasting)
        is_refused(run(kubeconfig), code)
