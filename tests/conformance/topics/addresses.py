"""Addresses and ports: of the direct peer, of the client behind proxies, of the destination."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.topics.shape import (
    Plain,
    Topic,
    Workload,
    allow,
    both,
    connect,
    deny,
    get,
    operation,
    source,
    when,
)

SOURCES = ("127.0.0.1", "127.0.0.7", "127.0.1.7", "127.1.0.7", "127.255.255.254")
BLOCKS = ("127.0.0.7", "127.0.0.0/24", "127.0.0.7/8", "127.0.0.0/9", "::1", "::/0", "0.0.0.0/0", "10.0.0.0/8")
FORWARDED: tuple[dict[str, list[str]], ...] = (
    {},
    {"x-forwarded-for": ["1.1.1.1"]},
    {"x-forwarded-for": ["2.2.2.2, 1.1.1.1"]},
    {"x-forwarded-for": ["1.1.1.1, 2.2.2.2"]},
    {"x-forwarded-for": ["1.1.1.1,2.2.2.2"]},
    {"x-forwarded-for": ["1.1.1.1", "2.2.2.2"]},
    {"x-forwarded-for": ["2.2.2.2", "1.1.1.1"]},
    {"x-forwarded-for": ["1.1.1.1:8080"]},
    {"x-forwarded-for": ["fd00::9"]},
    {"x-forwarded-for": ["nonsense"]},
    {"x-forwarded-for": ["nonsense, 1.1.1.1"]},
    {"x-forwarded-for": ["1.1.1.1, nonsense"]},
    {"x-forwarded-for": [""]},
    {"x-forwarded-for": ["1.1.1.1, "]},
    {"x-forwarded-for": ["3.3.3.3, 2.2.2.2, 1.1.1.1"]},
    {"x-forwarded-for": ["127.0.0.7"]},
)
REMOTE = ("1.1.1.1", "1.0.0.0/8", "127.0.0.0/8", "fd00::/8", "2.2.2.2")
SERVED = Workload(ports=((8080, "http"), (8081, "http"), (9000, "tcp"), (9090, "")))


def topics() -> Iterator[Topic]:
    """Blocks that hold, that do not, negated, on TCP; X-Forwarded-For; ports."""
    yield from _direct()
    yield from _remote()
    yield from _destination()


def _direct() -> Iterator[Topic]:
    asked = [get(source_ip=address) for address in SOURCES]
    raw = [connect(source_ip=address) for address in SOURCES]
    forged = [get(source_ip="127.0.0.1", headers={"x-forwarded-for": ["127.0.0.7"]})]
    for block in BLOCKS:
        yield Topic(f"addresses/allow {block}", [allow(source(ipBlocks=[block]))], [*asked, *raw, *forged])
    yield Topic("addresses/allow all but", [allow(source(notIpBlocks=["127.0.0.0/24"]))], [*asked, *raw])
    yield Topic("addresses/deny", [deny(source(ipBlocks=["127.0.0.0/24", "127.1.0.0/16"]))], [*asked, *raw])
    yield Topic("addresses/condition", [allow(when("source.ip", ["127.0.0.7", "127.1.0.0/16"]))], [*asked, *raw])
    yield Topic("addresses/condition not", [deny(when("source.ip", but=["127.0.0.0/16"]))], [*asked, *raw])
    some = source(ipBlocks=["127.0.0.0/16"], notIpBlocks=["127.0.0.7"])
    yield Topic("addresses/some but not", [allow(some)], [*asked, *raw])


def _remote() -> Iterator[Topic]:
    asked: list[Plain] = [get(headers=lines) for lines in FORWARDED]
    asked += [get(headers=lines, source_ip="127.0.0.7") for lines in FORWARDED[:4]]
    for block in REMOTE:
        yield Topic(f"remote/allow {block}", [allow(source(remoteIpBlocks=[block]))], asked)
    yield Topic("remote/allow all but", [allow(source(notRemoteIpBlocks=["1.1.1.1"]))], asked)
    yield Topic("remote/deny", [deny(source(remoteIpBlocks=["1.1.1.1", "2.0.0.0/8"]))], asked)
    yield Topic("remote/condition", [allow(when("remote.ip", ["1.1.1.1"]))], asked)
    raw = [connect(), connect(source_ip="127.0.0.7"), connect(source_ip="127.0.1.1")]
    yield Topic("remote/tcp", [allow(source(remoteIpBlocks=["127.0.0.0/24"]))], raw)


def _destination() -> Iterator[Topic]:
    asked = [get(port=port) for port in (8080, 8081, 9090, 7777)]
    raw = [connect(port) for port in (9000, 9090, 7777)]
    for values in (["8080"], ["8081", "9000"], ["7777"], ["0"], ["9090"]):
        documents = [allow(operation(ports=values))]
        yield Topic(f"ports/allow {','.join(values)}", documents, [*asked, *raw], workload=SERVED)
    yield Topic("ports/allow all but", [allow(operation(notPorts=["8081", "9000"]))], [*asked, *raw], workload=SERVED)
    yield Topic("ports/deny", [deny(operation(ports=["8081", "9000"]))], [*asked, *raw], workload=SERVED)
    yield Topic("ports/deny all but", [deny(operation(notPorts=["8080"]))], [*asked, *raw], workload=SERVED)
    yield Topic("ports/condition", [allow(when("destination.port", ["8080", "9000"]))], [*asked, *raw], workload=SERVED)
    yield Topic("ports/condition not", [deny(when("destination.port", but=["8080"]))], [*asked, *raw], workload=SERVED)
    mixed = [allow(both(operation(ports=["8080"], methods=["GET"])), operation(ports=["9000"]))]
    yield Topic("ports/one rule for each nature", mixed, [*asked, *raw], workload=SERVED)
    called = [get(to={"ip": ip}) for ip in ("10.4.0.9", "10.4.1.9", "10.5.0.9")]
    called += [connect(to={"ip": ip}) for ip in ("10.4.0.9", "10.4.1.9", "10.5.0.9")]
    called.append(get(to={"ip": "fd00::9"}, remote_ip="fd00::1"))
    for values in (["10.4.0.9"], ["10.4.0.0/16"], ["fd00::/8"], ["10.4.0.9/24", "10.5.0.0/16"]):
        yield Topic(f"destination/{','.join(values)}", [allow(when("destination.ip", values))], called)
    yield Topic("destination/not", [deny(when("destination.ip", but=["10.4.0.0/16"]))], called)
