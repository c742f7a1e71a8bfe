"""One page of a list, taken apart without keeping it decoded: each object's own text, and what the page says of itself.

Source: Kubernetes API conventions, "Lists and simple kinds" and "Retrieving large results sets in chunks".
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ztdsl.cluster.failure import Cause, Trouble
from ztdsl.cluster.refusal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

_DECODER: Final = json.JSONDecoder()
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_HTML: Final = re.compile(r"\s*<(!doctype|html|\?xml|head|body)", re.IGNORECASE)
_SHOWN: Final = 60


class Item(NamedTuple):
    """One object of a list.

    Attributes:
        plain: the object.
        text: the part of the page that it was decoded from.
    """

    plain: dict[str, Any]
    text: str


class Page(NamedTuple):
    """One page.

    Attributes:
        items: in the order of the server.
        following: the token that the next page is asked with; None for the last.
        revision: of the whole list: each page of one list has the same.
        size: of the answer, in bytes.
    """

    items: list[Item]
    following: str | None
    revision: str | None
    size: int


def parse(body: bytes, kind: str) -> Page:
    """The page that an answer is.

    Raises:
        Trouble: it is no page of a list of that kind, or only a part of one.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Trouble(Cause.MALFORMED, "the answer is no UTF-8") from None
    if _HTML.match(text):
        said = f"the answer is a web page, not a list: `{printable(text[:_SHOWN])}`"
        raise Trouble(Cause.MALFORMED, said)
    items: list[Item] = []
    try:
        rest = dict(_members(text, items))
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            said = f"the answer ends in its middle, after {len(body)} bytes"
            raise Trouble(Cause.CUT, said) from None
        raise Trouble(Cause.MALFORMED, f"the answer is broken JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise Trouble(Cause.MALFORMED, "the answer is nested deeper than any object") from None
    return Page(items, *_about(rest, kind), len(body))


def _members(text: str, items: list[Item]) -> Iterator[tuple[str, Any]]:
    """The members of the object that `text` is; those of its `items` go to the list of that name.

    Raises:
        json.JSONDecodeError: it is none.
        Trouble: an item is no object.
    """
    at = _expect(text, 0, "{")
    while True:
        name, at = _DECODER.raw_decode(text, _skip(text, at))
        at = _skip(text, _expect(text, at, ":"))
        if name == "items" and text.startswith("[", at):
            at = _items(text, at + 1, items)
            yield name, True
        else:
            value, at = _DECODER.raw_decode(text, at)
            yield name, value
        at = _skip(text, at)
        if text.startswith("}", at):
            break
        at = _expect(text, at, ",")
    if text[at + 1 :].strip():
        message = "Extra data"
        raise json.JSONDecodeError(message, text, at + 1)


def _items(text: str, at: int, items: list[Item]) -> int:
    """Take the items of the array whose first one begins at `at`; where it ends."""
    at = _skip(text, at)
    if text.startswith("]", at):
        return at + 1
    while True:
        start = _skip(text, at)
        plain, at = _DECODER.raw_decode(text, start)
        if not isinstance(plain, dict):
            raise Trouble(Cause.MALFORMED, f"item {len(items)} of the list is no object")
        items.append(Item(plain, text[start:at]))
        at = _skip(text, at)
        if text.startswith("]", at):
            return at + 1
        at = _expect(text, at, ",")


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _expect(text: str, at: int, mark: str) -> int:
    """The place behind `mark`.

    Raises:
        json.JSONDecodeError: something else stands there.
    """
    at = _skip(text, at)
    if text.startswith(mark, at):
        return at + 1
    message = f"Expecting '{mark}'"
    raise json.JSONDecodeError(message, text, at)


def _about(rest: dict[str, Any], kind: str) -> tuple[str | None, str | None]:
    """The token of the next page and the revision, from what a page says beside its items.

    Raises:
        Trouble: it is no list of that kind.
    """
    if rest.get("kind") != f"{kind}List":
        raise Trouble(Cause.MALFORMED, f"the answer is a `{printable(str(rest.get('kind')))}`, not a `{kind}List`")
    if rest.get("items") not in (True, None) or "items" not in rest:  # Go writes an empty list as null at times
        raise Trouble(Cause.MALFORMED, "the answer is a list without `items`")
    metadata = rest.get("metadata")
    if not isinstance(metadata, dict):
        raise Trouble(Cause.MALFORMED, "the answer is a list without `metadata`")
    following, revision = metadata.get("continue") or None, metadata.get("resourceVersion") or None
    if not isinstance(following, str | None) or not isinstance(revision, str | None):
        raise Trouble(Cause.MALFORMED, "`continue` or `resourceVersion` of the answer is no text")
    return following, revision
