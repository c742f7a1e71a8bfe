"""Keys of conditions: which attribute each tests, and whether its test belongs to the source or to the operation.

Source: Istio `pilot/pkg/security/authz/model/model.go` and `util.go`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.istio.evaluate import attributes
from ztdsl.istio.evaluate.claims import bracketed, claim_path

if TYPE_CHECKING:
    from ztdsl.istio.evaluate.attributes import Attribute

_HEADERS: Final = "request.headers"
_CLAIMS: Final = "request.auth.claims"
_METADATA: Final = "experimental.envoy.filters."
_OF_SOURCE: Final = {
    "source.ip": attributes.SOURCE_IP,
    "remote.ip": attributes.REMOTE_IP,
    "source.namespace": attributes.NAMESPACE,
    "source.trustDomain": attributes.TRUST_DOMAIN,
    "source.serviceAccount": attributes.SERVICE_ACCOUNT,
    "source.principal": attributes.PRINCIPAL,
    "request.auth.principal": attributes.REQUEST_PRINCIPAL,
    "request.auth.audiences": attributes.claim(("aud",)),
    "request.auth.presenter": attributes.claim(("azp",)),
}
_OF_OPERATION: Final = {
    "destination.ip": attributes.DESTINATION_IP,
    "destination.port": attributes.PORT,
    "connection.sni": attributes.SNI,
}


class Key(NamedTuple):
    """What a key means.

    Attributes:
        attribute: what it tests; None where its brackets are wrong, so that no value of it can be translated.
        is_operation: whether the test is one of the operation.
    """

    attribute: Attribute | None
    is_operation: bool


@lru_cache(1024)
def read_key(key: str) -> Key | None:
    """What `key` means; None where Istio does not know it."""
    if key in _OF_OPERATION:
        return Key(_OF_OPERATION[key], is_operation=True)
    if key in _OF_SOURCE:
        return Key(_OF_SOURCE[key], is_operation=False)
    if key.startswith(_METADATA):
        return Key(attributes.envoy_metadata(key) if "[" in key else None, is_operation=True)
    try:
        if key.startswith(_HEADERS):
            return Key(attributes.header(bracketed(key.removeprefix(_HEADERS))), is_operation=False)
        if key.startswith(_CLAIMS):
            return Key(attributes.claim(claim_path(key.removeprefix(_CLAIMS))), is_operation=False)
    except ValueError:
        return Key(None, is_operation=False)
    return None
