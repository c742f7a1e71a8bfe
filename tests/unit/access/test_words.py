"""How callers and requests are told."""

from __future__ import annotations

from tests.unit.access.shop import change, policy, rule, told


def test_what_is_left_out_of_a_pattern() -> None:
    """A pattern whose requests change but for those that another rule allows."""
    one = policy(rule(["web/ui"], ["GET"], ["/a/*"]), rule(["web/ui"], ["GET"], ["/a/b"]))
    two = policy(rule(["web/ui"], ["GET"], ["/a/b"]))
    assert told(change([one], [two])) == [("closes", "`web/frontend`", "GET /a/* but /a/b")]


def test_what_is_left_out_of_a_block() -> None:
    """A smaller block takes away the rest of the larger one."""
    one, two = (policy({"from": [{"source": {"ipBlocks": [each]}}]}) for each in ("10.0.0.0/8", "10.1.0.0/16"))
    callers = {who for _, who, _ in told(change([one], [two]))}
    assert callers == {"anyone from addresses 10.0.0.0/8 but addresses 10.1.0.0/16"}


def test_many_names_are_cut_short() -> None:
    """The first few, and how many more."""
    accounts = [f"web/c{number}" for number in range(9)]
    ((_, who, _),) = told(change([policy(rule(accounts))], [policy()]))[:1]
    assert who == "`web/c0`, `web/c1`, `web/c2`, `web/c3` and 5 more"


def test_all_but_some_methods() -> None:
    """What no rule names is told by what it is not."""
    one, two = (policy({"to": [{"operation": {"notMethods": some}}]}) for some in (["DELETE"], ["DELETE", "PUT"]))
    assert told(change([policy()], [one])) == [("opens", "anyone", "use any method but DELETE")]
    assert told(change([one], [two])) == [("closes", "anyone", "PUT")]
