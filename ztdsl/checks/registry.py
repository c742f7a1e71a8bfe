"""Every check, in one explicit list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from ztdsl.checks import (
    account_in_root,
    action_at_ztunnel,
    allows_nothing,
    anonymous_admitted,
    any_trust_domain,
    audiences_added,
    competing_peers,
    condition_key,
    deny_on_tcp,
    extra_dash,
    host_port,
    http_at_ztunnel,
    http_on_tcp,
    identity_without_mtls,
    issuer_not_configured,
    keys_behind_mtls,
    literal_star,
    method_case,
    only_deny,
    only_tried,
    open_to_everyone,
    path_evaded,
    path_pattern,
    peer_selector_in_root,
    principal_shape,
    request_principal,
    selector_in_root,
    selects_nothing,
    server_name,
    service_port,
    several_providers,
    space_in_scope,
    target_reference,
    token_left_out,
    token_location,
    token_not_required,
    token_rule,
    token_without_authentication,
    trust_domain,
    trust_domain_path,
    trust_domain_widened,
    unseen_by_ztunnel,
    waypoint_not_covered,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.checks.finding import Found
    from ztdsl.checks.view import View


class Check(Protocol):
    """What a check's module has."""

    def find(self, view: View) -> Iterable[Found]:
        """What it finds."""


CHECKS: Final[tuple[Check, ...]] = (
    account_in_root,
    action_at_ztunnel,
    allows_nothing,
    anonymous_admitted,
    any_trust_domain,
    audiences_added,
    competing_peers,
    condition_key,
    deny_on_tcp,
    extra_dash,
    host_port,
    http_at_ztunnel,
    http_on_tcp,
    identity_without_mtls,
    issuer_not_configured,
    keys_behind_mtls,
    literal_star,
    method_case,
    only_deny,
    only_tried,
    open_to_everyone,
    path_evaded,
    path_pattern,
    peer_selector_in_root,
    principal_shape,
    request_principal,
    selector_in_root,
    selects_nothing,
    server_name,
    service_port,
    several_providers,
    space_in_scope,
    target_reference,
    token_left_out,
    token_location,
    token_not_required,
    token_rule,
    token_without_authentication,
    trust_domain,
    trust_domain_path,
    trust_domain_widened,
    unseen_by_ztunnel,
    waypoint_not_covered,
)
"""All checks."""

ALONE: Final[tuple[Check, ...]] = (
    account_in_root,
    action_at_ztunnel,
    allows_nothing,
    competing_peers,
    condition_key,
    literal_star,
    method_case,
    path_pattern,
    peer_selector_in_root,
    principal_shape,
    request_principal,
    selects_nothing,
    server_name,
    service_port,
    several_providers,
    space_in_scope,
    target_reference,
    token_rule,
    trust_domain,
    trust_domain_path,
)
"""Those whose findings stay true whatever other objects there are; they run beside objects that a cluster refuses."""
