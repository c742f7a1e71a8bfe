"""Every attribute that a rule can test, as predicates over the facts of one request.

Source: Istio `pilot/pkg/security/authz/model/generator.go`.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.istio.evaluate import claims, identities
from ztdsl.istio.evaluate.aliases import expand_principals, expand_trust_domains
from ztdsl.istio.evaluate.facts import Facts, LackingFactError
from ztdsl.istio.evaluate.headers import Unseen, header_lines, header_test
from ztdsl.istio.evaluate.patterns import any_of, sort_patterns
from ztdsl.traffic.addresses import Address, parse_block, within
from ztdsl.traffic.paths import is_template, template

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.istio.evaluate.headers import Lines
    from ztdsl.istio.evaluate.patterns import Patterns

    Values = tuple[str, ...]
    Predicate = Callable[[Facts], bool]
    Found = Callable[[Facts], str | None]
    Build = Callable[["Context", Values], "Built"]

_MAX_PORT: Final = 65_535


class Depends(Enum):
    """What a request may share with many others, so that tests of it need not be made each time."""

    IDENTITY = "identity"
    PORT = "port"
    METHOD = "method"
    PATH = "path"


class Context(NamedTuple):
    """What the meaning of a value depends on besides the value.

    Attributes:
        namespace: the policy's own.
        trust_domains: the mesh's own trust domain and its aliases.
        expansions: how often istiod expands the aliases of a condition: once for each source of its rule.
    """

    namespace: str
    trust_domains: tuple[str, ...]
    expansions: int = 1


class Built(NamedTuple):
    """What came of a list of values.

    Attributes:
        holds: whether any of the values that are left matches; None where none is left.
        values: the values that are left, as Envoy gets them.
        fault: why a value was left out; None where none was.
        patterns: the values as patterns of the one text that is tested, where they say all.
    """

    holds: Predicate | None
    values: Values
    fault: str | None = None
    patterns: Patterns | None = None


class Attribute(NamedTuple):
    """One attribute.

    Attributes:
        build: the predicate of a list of values.
        found: what a request has there, for explanations.
        is_http: whether byte-level filters cannot see it.
        depends: what of a request settles it alone; None for anything but identity, port, method and path.
    """

    build: Build
    found: Found
    is_http: bool = False
    depends: Depends | None = None


def _identity(facts: Facts) -> str | None:
    return facts.identity


def _of_identity(says: Callable[[str], bool]) -> Predicate:
    def holds(facts: Facts) -> bool:
        identity = facts.identity
        return identity is not None and says(identity)

    return holds


def _principals(context: Context, values: Values) -> Built:
    for _ in range(context.expansions):
        values = expand_principals(values, context.trust_domains)
    patterns = identities.principal_patterns(values)
    whole = None if patterns.suffixes else patterns
    return Built(_of_identity(identities.principals(values)), values, patterns=whole)


def _namespaces(_: Context, values: Values) -> Built:
    return Built(_of_identity(identities.one_of([identities.namespace(value) for value in values])), values)


def _service_accounts(context: Context, values: Values) -> Built:
    tests = [identities.service_account(value, context.namespace) for value in values]
    return Built(_of_identity(identities.one_of(tests)), values)


def _trust_domains(context: Context, values: Values) -> Built:
    values = expand_trust_domains(values, context.trust_domains)
    return Built(_of_identity(identities.one_of([identities.trust_domain(value) for value in values])), values)


def _blocks(address: Callable[[Facts], Address]) -> Build:
    def build(_: Context, values: Values) -> Built:
        kept = tuple(value for value in values if _is_block(value))
        fault = None if len(kept) == len(values) else "a value is no block of addresses"
        if not kept:
            return Built(None, (), fault)
        contains = within(kept)
        return Built(lambda facts: contains(address(facts)), kept, fault)

    return build


def _is_block(value: str) -> bool:
    try:
        parse_block(value)
    except ValueError:
        return False
    return True


def _source(facts: Facts) -> Address:
    return facts.source


def _remote(facts: Facts) -> Address:
    return facts.remote


def _destination(facts: Facts) -> Address:
    return facts.destination


def _ports(_: Context, values: Values) -> Built:
    kept = tuple(value for value in values if _is_port(value))
    fault = None if len(kept) == len(values) else "a value is no port"
    if not kept:
        return Built(None, (), fault)
    numbers = frozenset(int(value) for value in kept)
    return Built(lambda facts: facts.port in numbers, kept, fault)


def _is_port(value: str) -> bool:
    return value.isascii() and value.isdecimal() and int(value) <= _MAX_PORT


def _sni(_: Context, values: Values) -> Built:
    says = any_of(sort_patterns(values))
    return Built(lambda facts: says(facts.server_name), values)


def _hosts(_: Context, values: Values) -> Built:
    says = any_of(sort_patterns(value.lower() for value in values), present_is_empty=True)
    return Built(lambda facts: says(facts.host.lower()), values)


def _methods(_: Context, values: Values) -> Built:
    patterns = sort_patterns(values)
    if patterns.is_exact:
        exact = patterns.exact
        return Built(lambda facts: facts.method in exact, values, patterns=patterns)
    says = any_of(patterns, present_is_empty=True)
    return Built(lambda facts: says(facts.method), values, patterns=patterns)


def _paths(_: Context, values: Values) -> Built:
    templates = [template(value) for value in values if is_template(value)]
    patterns = sort_patterns(value for value in values if not is_template(value))
    if not (templates or patterns.suffixes or patterns.present):
        exact, prefixes = patterns.exact, patterns.prefixes
        return Built(lambda facts: facts.path in exact or facts.path.startswith(prefixes), values, patterns=patterns)
    says = identities.one_of([any_of(patterns), *templates])
    return Built(lambda facts: says(facts.path), values)


def header(name: str) -> Attribute:
    """The test of the header `name`: each of its lines is compared by itself."""
    name = name.lower()

    def build(_: Context, values: Values) -> Built:
        test = header_test(values)
        return Built(lambda facts: test(header_lines(facts, name)), values)

    return Attribute(build, lambda facts: _shown(header_lines(facts, name)), is_http=True)


def _shown(lines: Lines) -> str | None:
    if isinstance(lines, Unseen):
        return "what carries a token, which is not shown"
    return ", ".join(lines) if lines else None


def _request_principals(_: Context, values: Values) -> Built:
    says = identities.one_of([claims.request_principal(value) for value in values])

    def holds(facts: Facts) -> bool:
        accepted = facts.claims
        return accepted is not None and says(accepted)

    return Built(holds, values)


def _found_request_principal(facts: Facts) -> str | None:
    if facts.claims is None:
        return None
    issuer, subject = (facts.claims.get(name) for name in ("iss", "sub"))
    return f"{issuer if isinstance(issuer, str) else ''}/{subject if isinstance(subject, str) else ''}"


def claim(path: Values) -> Attribute:
    """The test of the claim at `path`."""

    def build(_: Context, values: Values) -> Built:
        test = claims.claim(path, values)

        def holds(facts: Facts) -> bool:
            accepted = facts.claims
            return accepted is not None and test(accepted)

        return Built(holds, values)

    def found(facts: Facts) -> str | None:
        value = None if facts.claims is None else claims.claim_at(facts.claims, path)
        return None if value is None else str(value)

    return Attribute(build, found, is_http=True)


def envoy_metadata(key: str) -> Attribute:
    """The test of what another Envoy filter wrote, which no request says."""

    def build(_: Context, values: Values) -> Built:
        def holds(_: Facts) -> bool:
            raise LackingFactError(key)

        return Built(holds, values)

    return Attribute(build, lambda _: None)


PRINCIPAL: Final = Attribute(_principals, _identity, depends=Depends.IDENTITY)
NAMESPACE: Final = Attribute(_namespaces, _identity, depends=Depends.IDENTITY)
SERVICE_ACCOUNT: Final = Attribute(_service_accounts, _identity, depends=Depends.IDENTITY)
TRUST_DOMAIN: Final = Attribute(_trust_domains, _identity, depends=Depends.IDENTITY)
SOURCE_IP: Final = Attribute(_blocks(_source), lambda facts: facts.request.source_ip)
REMOTE_IP: Final = Attribute(_blocks(_remote), lambda facts: facts.remote.text)
DESTINATION_IP: Final = Attribute(_blocks(_destination), lambda facts: facts.request.to.ip)
PORT: Final = Attribute(_ports, lambda facts: str(facts.port), depends=Depends.PORT)
SNI: Final = Attribute(_sni, lambda facts: facts.server_name or None)
HOST: Final = Attribute(_hosts, lambda facts: facts.host, is_http=True)
METHOD: Final = Attribute(_methods, lambda facts: facts.method, is_http=True, depends=Depends.METHOD)
PATH: Final = Attribute(_paths, lambda facts: facts.path, is_http=True, depends=Depends.PATH)
REQUEST_PRINCIPAL: Final = Attribute(_request_principals, _found_request_principal, is_http=True)
