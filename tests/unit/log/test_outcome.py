"""`ztdsl.log.outcome`."""

from __future__ import annotations

import pytest

from ztdsl.log import Outcome
from ztdsl.log.outcome import Meaning, meaning_of
from ztdsl.traffic.decision import Decider

RULE = Decider("AuthorizationPolicy", "foo", "bar", 2)
DENIED = "rbac_access_denied_matched_policy"


@pytest.mark.parametrize(
    ("status", "flags", "details", "termination", "meaning"),
    [
        (403, "-", f"{DENIED}[ns[foo]-policy[bar]-rule[2]]", "", Meaning(Outcome.DENIED, RULE)),
        (403, "-", f"{DENIED}[none]", "", Meaning(Outcome.DENIED, None, is_unmatched=True)),
        (0, "-", "", f"{DENIED}[none]", Meaning(Outcome.DENIED, None, is_unmatched=True)),
        (401, "-", "jwt_authn_access_denied{Jwt_is_expired}", "", Meaning(Outcome.UNAUTHENTICATED)),
        (403, "-", "jwt_authn_access_denied{Audiences_in_Jwt_are_not_allowed}", "", Meaning(Outcome.UNAUTHENTICATED)),
        (0, "NR", "filter_chain_not_found", "", Meaning(Outcome.REFUSED)),
        (403, "-", "via_upstream", "", Meaning(Outcome.ALLOWED)),
        (503, "UF", "upstream_reset_before_response_started{connection_failure}", "", Meaning(Outcome.ALLOWED)),
        (404, "NR", "route_not_found", "", Meaning(Outcome.ALLOWED)),
        (403, "UAEX", "ext_authz_denied", "", Meaning(Outcome.ELSEWHERE)),
        (400, "DPE", "http1.codec_error", "", Meaning(Outcome.REJECTED)),
        (400, "-", "path_normalization_failed", "", Meaning(Outcome.REJECTED)),
        (0, "-", "", "", Meaning(Outcome.UNKNOWN)),
        (0, "-", None, None, Meaning(Outcome.UNKNOWN)),
        (200, None, None, None, Meaning(Outcome.ALLOWED)),
        (403, None, None, None, Meaning(Outcome.UNKNOWN)),
        (403, "-", "something_new", "", Meaning(Outcome.UNKNOWN)),
    ],
)
def test_details_say_what_became_of_a_request(
    status: int, flags: str | None, details: str | None, termination: str | None, meaning: Meaning
) -> None:
    """Envoy's details tell its own answer from the application's; where they are lacking, a 403 is either's."""
    assert meaning_of(status, flags, details, termination) == meaning


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        ("", Outcome.ALLOWED),
        ("TLS_error:_certificate_verify_failed", Outcome.REFUSED),
        (None, Outcome.UNKNOWN),
    ],
)
def test_a_connection_was_let_in_if_its_tls_did_not_fail(failure: str | None, outcome: Outcome) -> None:
    """Without details, a connection that failed in TLS looks like one that passed, unless the failure is logged."""
    assert meaning_of(0, "-", "", "", failure).outcome is outcome
