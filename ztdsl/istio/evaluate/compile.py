"""One rule of a policy as the tests that a proxy makes for it, on one kind of filter chain.

What cannot be translated is not an error to Istio: in an ALLOW rule it removes the whole rule, in rules of other
actions only the value, so that those become wider. Source: Istio `pilot/pkg/security/authz/model/model.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ztdsl.istio.evaluate.attributes import Attribute, Built, Context, Depends
from ztdsl.istio.evaluate.conditions import read_key
from ztdsl.istio.evaluate.fields import OPERATION, SOURCE
from ztdsl.quick import dataclass
from ztdsl.traffic.request import Chain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.istio.evaluate.attributes import Found, Predicate
    from ztdsl.istio.evaluate.facts import Facts
    from ztdsl.istio.evaluate.fields import Row
    from ztdsl.istio.evaluate.patterns import Patterns
    from ztdsl.istio.kinds import Condition, Operation, Rule, Source

_OTHER_CHAIN: Final = "only HTTP requests have it, and the port is served as TCP"
_BRACKETS: Final = "the brackets of its key are wrong"


class DroppedRuleError(Exception):
    """A rule that Istio leaves out.

    Attributes:
        attribute: the field or key that it cannot translate.
        why: the reason.
    """

    def __init__(self, attribute: str, why: str) -> None:
        super().__init__(f"{attribute}: {why}")
        self.attribute = attribute
        self.why = why


@dataclass(frozen=True, slots=True)
class Test:
    """One test of one attribute.

    Attributes:
        attribute: the field or the key, as a manifest names it; `KEY (notValues)` is the negative half of a condition.
        values: any of which must match, or none of which may.
        is_negative: whether a match fails the test.
        matches: whether a value matches.
        found: what a request has there.
        depends: what alone settles it, where requests share that.
        patterns: the values as patterns of the one text that is tested, where they say all.
    """

    attribute: str
    values: tuple[str, ...]
    is_negative: bool
    matches: Predicate
    found: Found
    depends: Depends | None = None
    patterns: Patterns | None = None

    @property
    def identities(self) -> frozenset[str] | None:
        """The identities that alone match, where the values are exact principals."""
        patterns = self.patterns
        if patterns is None or self.depends is not Depends.IDENTITY or not patterns.is_exact:
            return None
        return patterns.exact

    def holds(self, facts: Facts) -> bool:
        """Whether the request passes the test.

        Raises:
            LackingFactError: what the test needs was not given.
        """
        return self.matches(facts) is not self.is_negative


Tests = tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A rule: any of the sources and any of the operations, each a list of tests that must all hold."""

    sources: tuple[Tests, ...]
    operations: tuple[Tests, ...]

    def holds(self, facts: Facts) -> bool:
        """Whether the rule matches.

        Raises:
            LackingFactError: what a test needs was not given.
        """
        return any(all(test.holds(facts) for test in tests) for tests in self.sources) and any(
            all(test.holds(facts) for test in tests) for tests in self.operations
        )


Known: TypeAlias = dict[tuple[Attribute, "Context | None", tuple[str, ...]], Built]
"""What came of lists of values before: many rules have the same ones, which are then one object."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """Makes tests of the rules of one policy for one kind of chain."""

    chain: Chain
    action: str
    context: Context
    known: Known

    def match(self, rule: Rule) -> Match:
        """The tests of `rule`.

        Raises:
            DroppedRuleError: Istio leaves the rule out.
        """
        context = self.context._replace(expansions=max(1, len(rule.sources)))
        of_source, of_operation = self._conditions(rule.conditions, context)
        sources = [(*self._source(source), *of_source) for source in rule.sources] or [of_source]
        operations = [(*self._operation(each), *of_operation) for each in rule.operations] or [of_operation]
        return Match(tuple(sources), tuple(operations))

    def _conditions(self, conditions: Iterable[Condition], context: Context) -> tuple[Tests, Tests]:
        keys = [(condition, read_key(condition.key)) for condition in conditions]
        for condition, key in keys:
            if key is None:  # before any other fault: it drops the rule whatever the action
                raise DroppedRuleError(condition.key, "Istio does not know the key of this condition")
        of_source: list[Test] = []
        of_operation: list[Test] = []
        for condition, key in keys:
            if key is None:
                continue
            tests = of_operation if key.is_operation else of_source
            for values, is_negative in ((condition.values, False), (condition.not_values, True)):
                name = f"{condition.key} (notValues)" if is_negative else condition.key
                tests.extend(self._test(key.attribute, name, values, is_negative=is_negative, context=context))
        return tuple(of_source), tuple(of_operation)

    def _source(self, source: Source) -> Tests:
        return tuple(self._fields(source, SOURCE))

    def _operation(self, operation: Operation) -> Tests:
        return tuple(self._fields(operation, OPERATION))

    def _fields(self, part: Source | Operation, rows: Iterable[Row]) -> Iterable[Test]:
        for field, name, attribute, is_negative in rows:
            values = getattr(part, field)
            if values:
                yield from self._test(attribute, name, values, is_negative=is_negative, context=self.context)

    def _test(
        self,
        attribute: Attribute | None,
        name: str,
        values: tuple[str, ...],
        *,
        is_negative: bool,
        context: Context,
    ) -> Iterable[Test]:
        """The test of `values`; none where no value is given or none is left."""
        if not values:
            return
        if attribute is None:
            self._leave_out(name, _BRACKETS)
            return
        if attribute.is_http and self.chain is Chain.TCP:
            self._leave_out(name, _OTHER_CHAIN)
            return
        built = self._built(attribute, context, values)
        if built.fault is not None:
            self._leave_out(name, built.fault)
        if built.holds is not None:
            yield Test(name, built.values, is_negative, built.holds, attribute.found, attribute.depends, built.patterns)

    def _built(self, attribute: Attribute, context: Context, values: tuple[str, ...]) -> Built:
        """The predicate of `values`, of which only those of identities mean something else in another context."""
        key = (attribute, context if attribute.depends is Depends.IDENTITY else None, values)
        built = self.known.get(key)
        if built is None:
            built = self.known[key] = attribute.build(context, values)
        return built

    def _leave_out(self, name: str, why: str) -> None:
        if self.action == "ALLOW":
            raise DroppedRuleError(name, why)
