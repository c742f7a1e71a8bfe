"""Whether a request asks for what a rule names."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ztdsl.ir.values import Match
from ztdsl.simulate.headers import lines_of
from ztdsl.simulate.strings import fits, starred
from ztdsl.simulate.truth import Truth, Unknown, all_of, any_of, none_of
from ztdsl.traffic.paths import is_template, template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ztdsl.ir.values import HeaderTest, Pattern, Request
    from ztdsl.simulate.facts import Facts


def is_request(asked: Request, facts: Facts, ports: frozenset[int], *, is_deny: bool) -> Truth:
    """Whether the request is one of `asked`.

    Args:
        asked: what a rule names.
        facts: the request.
        ports: the numbers by which clients know the port.
        is_deny: whether the rule refuses; a host that is refused is refused with the dot that ends a full name, too.
    """
    if asked.methods and facts.method not in asked.methods:
        return False
    if asked.not_methods and facts.method in asked.not_methods:
        return False
    is_asked = _is_asked_path(asked, facts.path)
    if is_asked is False or not (asked.hosts or asked.not_hosts or asked.headers):
        return is_asked
    return all_of(
        [
            is_asked,
            not asked.hosts or _is_host(asked.hosts, facts.host, ports, is_refused=is_deny),
            not asked.not_hosts or _is_no_host(asked.not_hosts, facts.host, ports, is_refused=not is_deny),
            *[_is_header(test, facts) for test in asked.headers],
        ]
    )


def is_any_request(asked: Sequence[Request], facts: Facts, ports: frozenset[int], *, is_deny: bool) -> Truth:
    """Whether the request is one of any of `asked`."""
    return any_of([is_request(each, facts, ports, is_deny=is_deny) for each in asked])


def is_server_name(patterns: Sequence[str], name: str) -> bool:
    """Whether a connection asks for one of these TLS server names; any will do if there are none."""
    return not patterns or (name != "" and any(starred(pattern, name) for pattern in patterns))


def _is_asked_path(asked: Request, path: str | Unknown) -> Truth:
    if not asked.paths and not asked.not_paths:
        return True
    if isinstance(path, Unknown):
        return path
    if asked.paths and not any(is_path(each, path) for each in asked.paths):
        return False
    return not any(is_path(each, path) for each in asked.not_paths)


@lru_cache(1 << 14)
def _path(pattern: str) -> Callable[[str], bool]:
    if is_template(pattern):
        return template(pattern)
    return lambda path: starred(pattern, path)


def is_path(pattern: str, path: str) -> bool:
    """Whether a normalized path without its query has the form of `pattern`."""
    return _path(pattern)(path)


def _is_host(hosts: Sequence[str], host: str | Unknown, ports: frozenset[int], *, is_refused: bool) -> Truth:
    if isinstance(host, Unknown):
        return host
    return any(is_host(each, host, ports, is_refused=is_refused) for each in hosts)


def _is_no_host(hosts: Sequence[str], host: str | Unknown, ports: frozenset[int], *, is_refused: bool) -> Truth:
    return none_of([_is_host(hosts, host, ports, is_refused=is_refused)])


def is_host(pattern: str, host: str, ports: frozenset[int], *, is_refused: bool) -> bool:
    """Whether the authority `host`, in lower case, names the host `pattern`.

    A pattern without a port means any port; below a star, any of `ports` or none. A host that is refused is refused
    with the dot that ends a full name, too (RFC 1034, section 3.1); addresses have none.
    """
    if ":" in pattern.rpartition("]")[2]:
        return starred(pattern, host)
    if pattern.startswith("*"):
        return any(host.endswith(f"{pattern[1:]}{end}") for end in ("", *[f":{port}" for port in ports]))
    if host == pattern or host.startswith(f"{pattern}:"):
        return True
    is_name = not pattern.startswith("[") and not pattern.rpartition(".")[2].isdecimal()
    return is_refused and is_name and (host == f"{pattern}." or host.startswith(f"{pattern}.:"))


def _is_header(test: HeaderTest, facts: Facts) -> Truth:
    lines = lines_of(facts.headers, test.name)
    if isinstance(lines, Unknown):
        return lines
    is_met = not test.any_of or any(_is_line(each, lines) for each in test.any_of)
    return is_met and not any(_is_line(each, lines) for each in test.none_of)


def _is_line(pattern: Pattern, lines: Sequence[str]) -> bool:
    """Whether one line is as `pattern` says; a header that is there but empty is present."""
    if pattern.match is Match.PRESENT:
        return bool(lines)
    return any(fits(pattern, line) for line in lines)
