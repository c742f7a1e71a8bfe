"""What makes a policy weaker than zero trust asks for: a value with a reason and an end date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.dsl.declaration import Declaration
from ztdsl.quick import KW_ONLY, dataclass

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Permissive(Declaration):
    """Plaintext is accepted beside mutual TLS, for a reason and until a date.

    Past the date the manifests stay as they are and `ztc` warns (ZT401).
    Source: Istio `security/v1beta1/peer_authentication.proto`, mode `PERMISSIVE`.

    Attributes:
        because: why plaintext is needed; becomes a comment beside the port.
        until: the last day on which this is expected.
    """

    _: KW_ONLY
    because: str
    until: date


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Open(Declaration):
    """A namespace without default-deny: workloads without rules of their own accept every request.

    Attributes:
        because: why the namespace is open; becomes a comment.
        until: the last day on which this is expected.
    """

    _: KW_ONLY
    because: str
    until: date


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DryRun(Declaration):
    """A rule that is only logged, not enforced, until a date.

    Source: Istio's annotation `istio.io/dry-run`, for ALLOW and DENY policies.

    Attributes:
        until: the last day on which the rule is expected to be a trial; its reason is the rule's `because`.
    """

    _: KW_ONLY
    until: date
