"""The headers that a rule writes of a verified token.

Sources: Envoy `source/extensions/filters/http/jwt_authn/authenticator.cc` (`addJWTClaimToHeader`); lists and objects
are written as the base64 of their JSON, which Istio's reference does not mention.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.istio.kinds import JwtRule
    from ztdsl.token.jwt import Jwt

_MOST_WHOLE: Final = 2.0**64


def outputs(rule: JwtRule, token: Jwt | None = None) -> dict[str, tuple[str, ...]]:
    """The headers that `rule` writes, in lower case, each with its lines for `token`; without one, all names."""
    written: dict[str, tuple[str, ...]] = {}
    if rule.output_payload_to_header:
        written[rule.output_payload_to_header.lower()] = () if token is None else (token.payload,)
    for each in rule.output_claim_to_headers:
        name = each.header.lower()
        line = None if token is None else header_value(_claim(token.claims, each.claim))
        written[name] = (*written.get(name, ()), *(() if line is None else (line,)))
    return written if token is None else {name: lines for name, lines in written.items() if lines}


def header_value(value: Any) -> str | None:  # noqa: ANN401 - any JSON
    """A claim as a header carries it; None for one that is not written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value or None
    if isinstance(value, int | float):
        is_whole = 0 <= value < _MOST_WHOLE and float(value).is_integer()
        return str(int(float(value))) if is_whole else f"{float(value):.6f}"
    if isinstance(value, dict | list):
        return b64encode(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()).decode()
    return None


def _claim(claims: Mapping[str, Any], name: str) -> object:
    """The claim at a path whose steps are parted by dots."""
    found: object = claims
    for step in name.split("."):
        if not isinstance(found, dict) or step not in found:
            return None
        found = found[step]
    return found
