"""What is left of a rule for one group of requests: alternatives that are quick to look at.

Rules test methods and paths most of all. Those tests are sets and beginnings of text here, which cost no call of a
function; whatever else a rule tests is one predicate, and is asked last.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.istio.evaluate.attributes import Depends
from ztdsl.istio.evaluate.patterns import any_of
from ztdsl.istio.evaluate.residue import all_of, any_part, both, predicate
from ztdsl.traffic.malformed import METHODS

if TYPE_CHECKING:
    from ztdsl.istio.evaluate.attributes import Predicate
    from ztdsl.istio.evaluate.compile import Match, Test, Tests
    from ztdsl.istio.evaluate.patterns import Patterns
    from ztdsl.istio.evaluate.residue import Settle
    from ztdsl.traffic.decision import Decision

_EVERY_METHOD: Final = frozenset(METHODS)
_NO_PATH: Final[frozenset[str]] = frozenset()
_EVERY_BEGINNING: Final = ("",)


class Alternative(NamedTuple):
    """One operation of a rule, with the rule's sources; all of it must hold.

    Attributes:
        methods: one of them, of those that HTTP/1 has.
        exact: the path is one of them,
        prefixes: or begins with one of these.
        rest: every other test that is not settled; None where none is left.
        decision: the decision where the rule is the first to match.
    """

    methods: frozenset[str]
    exact: frozenset[str]
    prefixes: tuple[str, ...]
    rest: Predicate | None
    decision: Decision

    @property
    def is_certain(self) -> bool:
        """Whether it holds for every request of the group."""
        return self.rest is None and self.prefixes is _EVERY_BEGINNING and self.methods is _EVERY_METHOD

    def and_also(self, test: Predicate) -> Alternative:
        """The alternative with one more test, which is asked last."""
        return self._replace(rest=test if self.rest is None else both(self.rest, test))


class Settled:
    """One rule at a site, its operations settled by what all requests there share.

    Attributes:
        match: the rule.
        decision: the decision where it is the first to match.
    """

    __slots__ = ("_operations", "decision", "match")

    def __init__(self, match: Match, decision: Decision, settle: Settle) -> None:
        self.match, self.decision = match, decision
        found = [_operation(tests, decision, settle) for tests in match.operations]
        self._operations = tuple([each for each in found if each is not None])

    def alternatives(self, settle: Settle) -> tuple[Alternative, ...]:
        """The alternatives that are left for a group of callers; none where the rule cannot match."""
        if not self._operations:
            return ()
        sources = any_part(self.match.sources, settle)
        if sources is True:
            return self._operations
        if sources is False:
            return ()
        return tuple([each.and_also(sources) for each in self._operations])


def _operation(tests: Tests, decision: Decision, settle: Settle) -> Alternative | None:
    methods, paths = _EVERY_METHOD, None
    rest: list[Predicate] = []
    for test in tests:
        settled = settle(test)
        if settled is False:
            return None
        if settled is not None:
            continue
        if test.depends is Depends.METHOD and test.patterns is not None:
            among = _methods(test.patterns, is_negative=test.is_negative)
            methods = among if methods is _EVERY_METHOD else methods & among
        elif paths is None and _is_of_paths(test):
            paths = test.patterns
        else:
            rest.append(predicate(test))
    if not methods:
        return None
    exact, prefixes = (_NO_PATH, _EVERY_BEGINNING) if paths is None else (paths.exact, paths.prefixes)
    return Alternative(methods, exact, prefixes, all_of(rest), decision)


def _is_of_paths(test: Test) -> bool:
    """Whether the test is one of exact paths and beginnings."""
    return test.depends is Depends.PATH and test.patterns is not None and not test.is_negative


@lru_cache(256)
def _methods(patterns: Patterns, *, is_negative: bool) -> frozenset[str]:
    """The methods that pass the test."""
    says = any_of(patterns, present_is_empty=True)
    return frozenset(each for each in METHODS if says(each) is not is_negative)
