"""What became of a request, from the status, the flags and the details that Envoy writes.

Sources: Envoy `envoy/stream_info/stream_info.h` (`ResponseCodeDetailValues`),
`source/extensions/filters/common/rbac/utility.cc` (`responseDetail`),
`source/extensions/filters/http/jwt_authn/filter.cc` (`generateRcDetails`), and the page on response code details.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.log.line import Outcome
from ztdsl.log.names import NONE, rule_of

if TYPE_CHECKING:
    from ztdsl.traffic.decision import Decider

_DENIED: Final = "rbac_access_denied_matched_policy["
_TOKEN: Final = "jwt_authn_access_denied"  # noqa: S105 - the proxy's words, no secret
_NO_CHAIN: Final = "filter_chain_not_found"
_EXTERNAL: Final = "ext_authz_"
_MALFORMED: Final = (
    *("http1.", "http2.", "http3.", "codec_error", "codec error", "missing_host", "missing_path", "path_normalization"),
    *("low_version", "absolute_path", "invalid_", "rejecting_because", "request_headers_failed", "request_header"),
)
_PASSED: Final = (
    *("via_upstream", "upstream_", "no_healthy_upstream", "cluster_not_found", "route_not_found", "response_timeout"),
    *("direct_response", "no_cluster", "maintenance_mode", "downstream_remote_disconnect", "duration_timeout"),
    *("request_overall_timeout", "stream_idle_timeout", "websocket", "on_demand", "early_upstream_reset"),
)
_ABSENT: Final = frozenset({"", "-"})


class Meaning(NamedTuple):
    """What the details say.

    Attributes:
        outcome: what became of the request.
        matched: the rule that denied, where one is named.
        is_unmatched: whether they say that no rule matched.
    """

    outcome: Outcome
    matched: Decider | None = None
    is_unmatched: bool = False


def meaning_of(
    status: int | None,
    flags: str | None,
    details: str | None,
    termination: str | None,
    failure: str | None = None,
) -> Meaning:
    """What became of a request or a connection.

    Args:
        status: the status that the client saw; 0 for none.
        flags: Envoy's response flags.
        details: why the status is what it is (`RESPONSE_CODE_DETAILS`).
        termination: why the connection ended (`CONNECTION_TERMINATION_DETAILS`).
        failure: why the caller's TLS failed (`DOWNSTREAM_TRANSPORT_FAILURE_REASON`); empty where it did not.
    """
    for text in (details, termination):
        if text and text.startswith(_DENIED):
            policy = text[len(_DENIED) :].removesuffix("]")
            return Meaning(Outcome.DENIED, rule_of(policy), is_unmatched=policy == NONE)
    if details and not _is_absent(details):
        return Meaning(_by_details(details, status))
    if not status:
        return Meaning(_of_connection(flags, failure))
    # Without details the application's own answer looks like the proxy's.
    is_either = details is None and status in {400, 401, 403}
    return Meaning(Outcome.UNKNOWN if is_either or details is not None else Outcome.ALLOWED)


def _is_absent(text: str) -> bool:
    return text in _ABSENT


def _by_details(details: str, status: int | None) -> Outcome:
    if details.startswith(_PASSED):
        return Outcome.ALLOWED
    if details.startswith(_TOKEN):
        return Outcome.UNAUTHENTICATED
    if details == _NO_CHAIN:
        return Outcome.REFUSED
    if details.startswith(_EXTERNAL):
        return Outcome.ELSEWHERE
    if details.startswith(_MALFORMED) and status not in {200, 403}:
        return Outcome.REJECTED
    return Outcome.UNKNOWN


def _of_connection(flags: str | None, failure: str | None) -> Outcome:
    """A connection that ended without details.

    Envoy connects to the application before the caller's TLS is done, and its default formats say the same of a
    connection whose TLS failed and of one that was let in.
    """
    if flags == "NR" or failure:
        return Outcome.REFUSED
    return Outcome.ALLOWED if failure == "" else Outcome.UNKNOWN
