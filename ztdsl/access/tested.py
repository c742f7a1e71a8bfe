"""Which part of a request each test of a rule reads, as the axes along which requests are varied."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from ztdsl.access.choice import HEADER
from ztdsl.istio.evaluate.claims import claim_path

CONNECTION: Final = "connection"
SOURCE: Final = "source_ip"
REMOTE: Final = "remote_ip"
ADDRESS: Final = "ip"
PORT: Final = "port"
METHOD: Final = "method"
PATH: Final = "path"
HOST: Final = "host"
TOKEN: Final = "token"  # noqa: S105 - the name of a part
CLAIM: Final = "claim "
UNSEEN: Final = "unseen"
_FIELDS: Final = {
    "principals": CONNECTION,
    "namespaces": CONNECTION,
    "serviceAccounts": CONNECTION,
    "trustDomains": CONNECTION,
    "sni": CONNECTION,
    "ipBlocks": SOURCE,
    "remoteIpBlocks": REMOTE,
    "destinationIps": ADDRESS,
    "ports": PORT,
    "methods": METHOD,
    "paths": PATH,
    "hosts": HOST,
    "requestPrincipals": f"{CLAIM}sub",
}
_KEYS: Final = {
    "source.ip": "ipBlocks",
    "remote.ip": "remoteIpBlocks",
    "source.namespace": "namespaces",
    "source.serviceAccount": "serviceAccounts",
    "source.principal": "principals",
    "source.trustDomain": "trustDomains",
    "request.auth.principal": "requestPrincipals",
    "destination.ip": "destinationIps",
    "destination.port": "ports",
    "connection.sni": "sni",
}
_CLAIMS: Final = {"request.auth.audiences": ("aud",), "request.auth.presenter": ("azp",)}
_PSEUDO: Final = {":path": PATH, ":method": METHOD, ":authority": HOST, "host": HOST}


class Read(NamedTuple):
    """What a test reads.

    Attributes:
        axis: the part of the request.
        field: the field of a rule that tests the same, such as `principals`; `header` and `claim` for those.
        path: of a claim.
    """

    axis: str
    field: str
    path: tuple[str, ...] = ()


@lru_cache(4096)
def read_by(attribute: str) -> Read:
    """What the test reads that the evaluator calls `attribute`."""
    name = attribute.removesuffix(" (notValues)")
    if name.startswith("not"):
        name = name[3].lower() + name[4:]
    field = _KEYS.get(name, name)
    if field in _FIELDS:
        return Read(_FIELDS[field], field)
    if name in _CLAIMS:
        return _claim(_CLAIMS[name])
    if name.startswith("request.auth.claims"):
        return _claim(claim_path(name.removeprefix("request.auth.claims")))
    if name.startswith("request.headers"):
        header = name.removeprefix("request.headers")[1:-1].lower()
        return Read(_PSEUDO.get(header, f"{HEADER}{header}"), "header")
    return Read(UNSEEN, name)


def _claim(path: tuple[str, ...]) -> Read:
    return Read(f"{CLAIM}{'/'.join(path)}", "claim", path)
