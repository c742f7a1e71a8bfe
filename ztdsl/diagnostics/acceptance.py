"""Comments `# zt: accept[ZT301] reason`, by which people accept a warning where it stands."""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import CATALOGUE, diagnostic
from ztdsl.diagnostics.model import Label, Severity, Span
from ztdsl.diagnostics.report import Accepted
from ztdsl.diagnostics.source import span_of
from ztdsl.diagnostics.source_file import source_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ztdsl.diagnostics.model import Diagnostic

_MARK: Final = re.compile(r"#\s*zt:\s*accept\b")
_WHOLE: Final = re.compile(r"#\s*zt:\s*accept\s*\[(?P<codes>[^\]]*)\]\s*:?\s*(?P<reason>.*)")
_OWN_CHECK: Final = re.compile(r"ZT9\d\d")
_YAML: Final = frozenset({".yaml", ".yml", ".json"})
_YAML_TOKEN: Final = re.compile(r"""(?<![^\s\[{,:-])(?:"(?:\\.|[^"\\])*"|'(?:''|[^'])*')|(?<!\S)\#""")
"""A quoted text where one may begin, or the sign before a comment."""
_EXAMPLE: Final = "write `# zt: accept[ZT301] reason`"


@dataclass(slots=True)
class _Acceptance:
    """One code of one comment, and what became of it."""

    code: str
    reason: str
    place: Span  # of the code
    comment: Span
    is_alone: bool  # nothing but the comment stands on its line
    is_used: bool = False
    is_refused: bool = False  # it stands at an error


_Book = dict[tuple[Path, str, int], _Acceptance]  # by file, code and line


def apply(
    findings: Iterable[Diagnostic], files: Iterable[str]
) -> tuple[tuple[Diagnostic, ...], tuple[Accepted, ...], tuple[Diagnostic, ...]]:
    """What remains, what is accepted, and what is wrong with the comments, each in the order given.

    A comment counts for findings of its code whose primary place covers its line, or begins on the
    line below. A comment behind code counts for the line below only if it has nothing to accept on its
    own line, so that it never reaches from one rule to the next. Errors are never accepted.

    Args:
        findings: with the severities that configuration gave them.
        files: the policy files or manifests that were read; one that cannot be read has no comments.

    Returns:
        The findings that remain; those that are accepted; ZT016 for each code of a comment that accepts
        nothing, ZT017 for each comment without a reason and each code that does not exist.
    """
    findings = tuple(findings)
    book, problems = _read_all(files)
    if not book:
        return findings, (), problems
    spans = [None if finding.primary is None else span_of(finding.primary.place) for finding in findings]
    accepted: dict[int, Accepted] = {}

    def settle(find: Callable[[str, Span], _Acceptance | None]) -> None:
        for index, (finding, span) in enumerate(zip(findings, spans, strict=True)):
            acceptance = None if span is None or index in accepted else find(finding.code, span)
            if acceptance is None:
                continue
            if finding.severity is Severity.ERROR:
                acceptance.is_refused = True
            else:
                acceptance.is_used = True
                accepted[index] = Accepted(finding, acceptance.reason, acceptance.comment)

    settle(lambda code, span: _at(book, code, span))
    idle = {key: acceptance for key, acceptance in book.items() if not acceptance.is_used}
    settle(lambda code, span: _above(idle, code, span))
    unused = tuple(_unused(acceptance) for acceptance in book.values() if not acceptance.is_used)
    return (
        tuple(finding for index, finding in enumerate(findings) if index not in accepted),
        tuple(accepted[index] for index in sorted(accepted)),
        problems + unused,
    )


def _at(book: Mapping[tuple[Path, str, int], _Acceptance], code: str, span: Span) -> _Acceptance | None:
    """The acceptance on a line of the span, or alone on the line above."""
    if span.line is None:
        return None
    file = Path(span.file).resolve()
    for line in range(span.line, (span.end_line or span.line) + 1):
        found = book.get((file, code, line))
        if found is not None:
            return found
    above = _above(book, code, span)
    return above if above is not None and above.is_alone else None


def _above(book: Mapping[tuple[Path, str, int], _Acceptance], code: str, span: Span) -> _Acceptance | None:
    return None if span.line is None else book.get((Path(span.file).resolve(), code, span.line - 1))


def _unused(acceptance: _Acceptance) -> Diagnostic:
    note = f"`{acceptance.code}` is an error here, and an error cannot be accepted"
    return diagnostic(
        "ZT016",
        f"acceptance of `{acceptance.code}` matches no finding",
        Label(acceptance.place, "nothing to accept here"),
        notes=(note,) if acceptance.is_refused else (),
        help=("correct what the error says",) if acceptance.is_refused else ("remove it",),
    )


def _read_all(files: Iterable[str]) -> tuple[_Book, tuple[Diagnostic, ...]]:
    book: _Book = {}
    problems: list[Diagnostic] = []
    for file in dict.fromkeys(files):
        source = source_file(file)
        if source is None or "zt:" not in source.text or not _MARK.search(source.text):
            continue
        for comment, is_alone, text in _comments(file, source.text):
            for read in _read(comment, text, is_alone=is_alone):
                if isinstance(read, _Acceptance):
                    book.setdefault((Path(file).resolve(), read.code, comment.line or 0), read)
                else:
                    problems.append(read)
    return book, tuple(problems)


def _comments(file: str, text: str) -> Iterator[tuple[Span, bool, str]]:
    """The comments that begin as an acceptance does: place, whether alone on the line, text."""
    return _of_yaml(file, text) if Path(file).suffix in _YAML else _of_python(file, text)


def _of_yaml(file: str, text: str) -> Iterator[tuple[Span, bool, str]]:
    """Those of YAML, where a `#` begins a comment behind a blank and outside of quotes (YAML 1.2, section 6.6)."""
    for number, line in enumerate(text.split("\n"), 1):
        if "zt:" not in line:
            continue
        column = _yaml_comment(line)
        comment = "" if column is None else line[column:].rstrip()
        if column is not None and _MARK.match(comment):
            place = Span(file, number, column + 1, number, column + 1 + len(comment))
            yield place, not line[:column].strip(), comment


def _yaml_comment(line: str) -> int | None:
    """Where the comment of a line begins; None where it has none, as far as one line tells."""
    return next((match.start() for match in _YAML_TOKEN.finditer(line) if match.group() == "#"), None)


def _of_python(file: str, text: str) -> Iterator[tuple[Span, bool, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    try:
        for token in tokens:
            if token.type == tokenize.COMMENT and _MARK.match(token.string):
                line, column = token.start
                place = Span(file, line, column + 1, line, column + 1 + len(token.string))
                yield place, not token.line[:column].strip(), token.string
    except (tokenize.TokenError, SyntaxError):
        return  # text that is no Python from here on: the loader reports it as ZT002


def _read(comment: Span, text: str, *, is_alone: bool) -> Iterator[_Acceptance | Diagnostic]:
    """One acceptance or problem for each code of a comment."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        yield _malformed("acceptance names no code in brackets", comment)
    elif not match["reason"].strip():
        yield _malformed("acceptance has no reason", comment)
    else:
        for code, offset in _codes(match):
            place = _within(comment, offset, len(code))
            if code in CATALOGUE or _OWN_CHECK.fullmatch(code):
                yield _Acceptance(code, match["reason"].strip(), place, comment, is_alone)
            else:
                yield _unknown(code, place)


def _codes(match: re.Match[str]) -> Iterator[tuple[str, int]]:
    """Each code between the brackets, blanks removed, with its offset in the comment."""
    offset = match.start("codes")
    for piece in match["codes"].split(","):
        yield piece.strip(), offset + len(piece) - len(piece.lstrip())
        offset += len(piece) + 1


def _within(comment: Span, offset: int, length: int) -> Span:
    column = (comment.column or 1) + offset
    return Span(comment.file, comment.line, column, comment.line, column + length)


def _malformed(message: str, place: Span) -> Diagnostic:
    return diagnostic("ZT017", message, Label(place), help=(_EXAMPLE,))


def _unknown(code: str, place: Span) -> Diagnostic:
    if not code:
        return _malformed("acceptance names no code", place)
    meant = _meant(code)
    help_ = f"did you mean `{meant}`?" if meant else _EXAMPLE
    return diagnostic("ZT017", f"acceptance names `{code}`, which is no code", Label(place), help=(help_,))


def _meant(code: str) -> str | None:
    """The code that was mistyped or written as its name in words; a number that is merely near is another code."""
    typed = code.upper().replace("O", "0")
    if typed in CATALOGUE:
        return typed
    by_slug = {entry.slug: entry.code for entry in CATALOGUE.values()}
    close = get_close_matches(code.lower(), by_slug, n=1)
    return by_slug[close[0]] if close else None
