"""ZT349: the condition `source.trustDomain` with a slash tests more than the trust domain.

The value is put in front of what follows in the identity, so that `td/ns/web` is a longer prefix (Istio
`pilot/pkg/security/authz/model/generator.go`); only the field `trustDomains` refuses a slash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View

CODE = "ZT349"


def find(view: View) -> Iterator[Found]:
    """Trust domains with a slash."""
    for tested in view.tested.get("trustDomains", ()):
        for number, value in enumerate(tested.values):
            if "/" in value:
                yield Found(
                    CODE,
                    tested.document,
                    f"{tested.pointer}/{number}",
                    f"`{value}` is no trust domain",
                    "it is compared as the beginning of an identity",
                    help=(f"write `{value.partition('/')[0]}`, and test the rest with `source.namespace`",),
                )
