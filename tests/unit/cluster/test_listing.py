"""A list is whole and of one moment, or there is none: whatever happens between its pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.cluster import listing, patience
from ztdsl.cluster.failure import Cause, Trouble
from ztdsl.cluster.listing import Listing, Resource

_PODS = Resource("Pod", "pods", "", ("v1",))
_EVENTS = ("fine", "busy", "cut", "early", "write", "forget", "late")


@pytest.fixture(autouse=True, scope="module")
def _quick() -> Iterator[None]:
    """Small pages, and no pauses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "_FIRST", 2)
        patch.setattr(listing, "_MOST", 4)
        patch.setattr(patience, "_PAUSES", (0.0, 0.0, 0.0))
        yield


class Store:
    """A store of names that keeps its earlier states, until it is told to forget them.

    Attributes:
        states: by revision.
    """

    def __init__(self, names: list[str], events: list[str]) -> None:
        self.states = {1: sorted(set(names))}
        self._events = iter(events)
        self._forgotten = 0

    def get(self, path: str) -> bytes:
        """Answer a request, or do what happens instead."""
        event = next(self._events, "fine")
        now = max(self.states)
        if event == "write":
            self._write(now)
        elif event == "forget":
            self._write(now)
            self._forgotten = now
        elif event == "busy":
            raise Trouble(Cause.FAILING, "too many requests")
        elif event == "early":
            raise Trouble(Cause.CUT, "unexpected EOF")
        body = self._page({name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}, event)
        return body[: len(body) * 2 // 3] if event == "cut" else body

    def _write(self, now: int) -> None:
        """A name goes, and one comes, in front of all others and behind them in turn."""
        fresh = f"{'a' if now % 2 else 'z'}-{now}"
        self.states[now + 1] = sorted([*self.states[now][1:], fresh])

    def _page(self, query: dict[str, str], event: str) -> bytes:
        """A page; where it is `late`, of the present state, as a server without memory would give it."""
        revision, _, start = query.get("continue", f"{max(self.states)}/0").partition("/")
        state = int(revision)
        if state <= self._forgotten:
            raise Trouble(Cause.EXPIRED, "the continue parameter is too old")
        state = max(self.states) if event == "late" else state
        end = int(start) + int(query["limit"])
        names = self.states[state]
        metadata: dict[str, Any] = {"resourceVersion": str(state)}
        if end < len(names):
            metadata["continue"] = f"{state}/{end}"
        items = [{"metadata": {"name": name, "namespace": "shop"}} for name in names[int(start) : end]]
        return json.dumps({"kind": "PodList", "apiVersion": "v1", "metadata": metadata, "items": items}).encode()


def read(store: Store) -> list[str]:
    """The names that a list gives."""
    names: list[str] = Listing(_PODS, None, store.get, lambda _: None).read(
        lambda item, _: str(item.plain["metadata"]["name"])
    )
    return names


@given(
    st.lists(st.text("bcdefg", min_size=1, max_size=3), max_size=15), st.lists(st.sampled_from(_EVENTS), max_size=30)
)
def test_list_is_of_one_moment_or_none(names: list[str], events: list[str]) -> None:
    """Whatever fails, is written and is forgotten meanwhile: what is read is one state of the store, whole."""
    store = Store(names, events)

    found: list[str] | Cause
    try:
        found = read(store)
    except Trouble as trouble:
        found = trouble.cause

    assert found in [*store.states.values(), Cause.FAILING, Cause.CUT, Cause.CHANGING]


@pytest.mark.parametrize(
    ("events", "cause"),
    [
        (["busy"] * 4, Cause.FAILING),
        (["fine", "early", "cut", "early", "cut"], Cause.CUT),
        (["fine", "forget"] * 4, Cause.CHANGING),
    ],
)
def test_patience_has_an_end(events: list[str], cause: Cause) -> None:
    """What goes on for long enough is a failure."""
    with pytest.raises(Trouble) as raised:
        read(Store(list("bcdefg"), events))

    assert raised.value.cause is cause


def test_long_tries_are_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `kubectl` itself has waited as the server asked, nothing is added to it."""
    monkeypatch.setattr(listing, "_PATIENCE", -1.0)

    with pytest.raises(Trouble):
        read(Store(list("bcd"), ["busy"]))
