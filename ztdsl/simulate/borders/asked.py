"""HTTP requests on both sides of what a rule asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.simulate.borders.peers import spread
from ztdsl.simulate.borders.texts import close_to, like
from ztdsl.simulate.requests import is_host, is_path
from ztdsl.simulate.strings import fits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ztdsl.ir.values import HeaderTest, Request
    from ztdsl.simulate.borders.draft import Draft, Lines

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PATHS: Final = ("/", "/somewhere", "/some/where", "/some/where/else")
_HOSTS: Final = ("service.example.com", "service.example.org", "service.example.net")
_MOST: Final = 3


def met(asked: Request, draft: Draft, ports: frozenset[int]) -> Draft:
    """The draft as a request of `asked`, as far as one can be made up; what is good already stays as it is."""
    return draft.but(
        method=_first(
            [draft.method, *asked.methods, *_METHODS],
            lambda text: (not asked.methods or text in asked.methods) and text not in asked.not_methods,
        ),
        path=_first(
            [draft.path, *[path for pattern in asked.paths for path in _paths_of(pattern)], *_PATHS],
            lambda text: (
                (not asked.paths or _is_any_path(asked.paths, text)) and not _is_any_path(asked.not_paths, text)
            ),
        ),
        host=_first(
            [draft.host, *[_host_of(pattern) for pattern in asked.hosts], *_HOSTS],
            lambda text: (
                (not asked.hosts or _is_any_host(asked.hosts, text, ports))
                and not _is_any_host(asked.not_hosts, text, ports)
            ),
        ),
        headers=_lines(asked, draft),
    )


def _is_any_path(patterns: Iterable[str], path: str) -> bool:
    return any(is_path(each, path) for each in patterns)


def _is_any_host(patterns: Iterable[str], host: str, ports: frozenset[int]) -> bool:
    return any(is_host(each, host, ports, is_refused=True) for each in patterns)


def _lines(asked: Request, draft: Draft) -> Lines:
    """A line for each test, beside those of the draft that nothing tests."""
    tested = {test.name for test in asked.headers}
    kept = tuple(line for line in draft.headers if line[0] not in tested)
    return (*kept, *[line for test in asked.headers for line in _line_of(test)])


def near(asked: Request, draft: Draft, ports: frozenset[int]) -> Iterator[Iterator[Draft]]:
    """Drafts beside the border of `asked`, some on its inner side, by the part that differs from `draft`."""
    yield _methods(asked, draft)
    yield _paths(asked, draft)
    yield _hosts(asked, draft, ports)
    for test in asked.headers:
        yield _headers(test, draft)


def _first(texts: Sequence[str], is_good: Callable[[str], bool]) -> str:
    """The first good one; else the second, which is the first that is asked for."""
    return next((text for text in texts if is_good(text)), texts[1])


def _methods(asked: Request, draft: Draft) -> Iterator[Draft]:
    named = (*asked.methods, *asked.not_methods)
    other = next((method for method in _METHODS if method not in named), "OPTIONS")
    for method in (other, *spread(asked.methods, _MOST), *spread(asked.not_methods, _MOST)):
        yield draft.but(method=method)


def _paths(asked: Request, draft: Draft) -> Iterator[Draft]:
    if asked.paths or asked.not_paths:
        yield draft.but(path="/elsewhere")
    for pattern in (*spread(asked.paths, _MOST), *spread(asked.not_paths, _MOST)):
        for path in _paths_of(pattern):
            yield draft.but(path=path)
        for path in _paths_near(pattern):
            yield draft.but(path=path)


def _paths_of(pattern: str) -> tuple[str, ...]:
    """Paths that `pattern` takes in."""
    if "{" in pattern:
        one = pattern.replace("{*}", "a")
        return (one.replace("{**}", "b/c"), one.replace("{**}", ""), f"{one.replace('{**}', 'b')}?x=1")
    if pattern.startswith("*"):
        return (f"/a{pattern[1:]}", f"/a/b{pattern[1:]}?x=1")
    if pattern.endswith("*"):
        return (f"{pattern[:-1]}a", pattern[:-1], f"{pattern[:-1]}a/b?x=1")
    return (pattern, f"{pattern}?x=1", f"/x/..{pattern}")


def _paths_near(pattern: str) -> tuple[str, ...]:
    """Paths that `pattern` just misses."""
    if "{" in pattern:
        one = pattern.replace("{**}", "b")
        return (one.replace("{*}", ""), one.replace("{*}", "a/a"), f"{one.replace('{*}', 'a')}/", one)
    if pattern.startswith("*"):
        return (f"/a{pattern[1:]}/x", f"/a{pattern[1:-1]}")
    stem = pattern.removesuffix("*").removesuffix("/")
    return (f"{stem}x" if stem else "/x", f"{stem}/", stem or "/", stem.upper() or "/", f"/{stem}", stem[:-1] or "/")


def _hosts(asked: Request, draft: Draft, ports: frozenset[int]) -> Iterator[Draft]:
    if asked.hosts or asked.not_hosts:
        yield draft.but(host="elsewhere.example.net")
    for pattern in (*spread(asked.hosts, _MOST), *spread(asked.not_hosts, _MOST)):
        host = _host_of(pattern)
        name = host.rpartition(":")[0] if ":" in host.rpartition("]")[2] else host
        numbers = sorted({*ports, 1})
        for each in (host, host.upper(), *[f"{name}:{port}" for port in numbers[:4]], f"{name}.", f"x{name}", name):
            yield draft.but(host=each)
        if pattern.startswith("*."):
            yield draft.but(host=pattern[2:])


def _host_of(pattern: str) -> str:
    return f"a{pattern[1:]}" if pattern.startswith("*") else pattern


def _line_of(test: HeaderTest) -> Lines:
    """A line that the test takes in, as far as there is one; none where only absence is asked for."""
    texts = [text for each in test.any_of for text in (like(each), *close_to(each))]
    good = [
        text
        for text in texts
        if any(fits(each, text) for each in test.any_of) and not any(fits(each, text) for each in test.none_of)
    ]
    return ((test.name, (good or texts)[0]),) if texts else ()


def _headers(test: HeaderTest, draft: Draft) -> Iterator[Draft]:
    others = tuple(line for line in draft.headers if line[0] != test.name)
    own = tuple(line for line in draft.headers if line[0] == test.name)
    yield draft.but(headers=others)
    yield draft.but(headers=(*others, (test.name, "")))
    for pattern in (*spread(test.any_of, _MOST), *spread(test.none_of, _MOST)):
        for text in (like(pattern), *close_to(pattern)):
            yield draft.but(headers=(*others, (test.name, text)))
            yield draft.but(headers=(*others, *own, (test.name, text)))
