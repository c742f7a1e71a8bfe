"""The fields of sources and operations, and the attribute that each tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.istio.evaluate import attributes
from ztdsl.istio.kinds import OPERATION_FIELDS, SOURCE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ztdsl.istio.evaluate.attributes import Attribute


class Row(NamedTuple):
    """One field of a source or an operation.

    Attributes:
        field: the field, as `kinds` names it.
        name: the field, as a manifest names it.
        attribute: what it tests.
        is_negative: whether none of its values may match.
    """

    field: str
    name: str
    attribute: Attribute
    is_negative: bool


def _rows(names: Iterable[tuple[str, str]], tested: Mapping[str, Attribute]) -> tuple[Row, ...]:
    """The fields that test `tested`, each positive one before its negative twin."""
    named = dict(names)
    return tuple(
        Row(field, named[field], attribute, is_negative)
        for positive, attribute in tested.items()
        for field, is_negative in ((positive, False), (f"not_{positive}", True))
    )


SOURCE: Final = _rows(
    SOURCE_FIELDS,
    {
        "principals": attributes.PRINCIPAL,
        "request_principals": attributes.REQUEST_PRINCIPAL,
        "namespaces": attributes.NAMESPACE,
        "service_accounts": attributes.SERVICE_ACCOUNT,
        "trust_domains": attributes.TRUST_DOMAIN,
        "ip_blocks": attributes.SOURCE_IP,
        "remote_ip_blocks": attributes.REMOTE_IP,
    },
)
"""The fields of a source."""

OPERATION: Final = _rows(
    OPERATION_FIELDS,
    {"hosts": attributes.HOST, "ports": attributes.PORT, "methods": attributes.METHOD, "paths": attributes.PATH},
)
"""The fields of an operation."""
