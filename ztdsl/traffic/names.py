"""Workloads by the names that people type: `[namespace/]service`."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class UnknownWorkload(Exception):  # noqa: N818 - named for what happened
    """No workload, several, or no such port goes by that name; `candidates` are what could be meant."""

    def __init__(self, message: str, candidates: tuple[str, ...]) -> None:
        super().__init__(message)
        self.message = message
        self.candidates = candidates


def pick(known: Sequence[tuple[str, str]], name: str, whose: str) -> int:
    """The place in `known`, pairs of namespace and name, of the workload that `name` means.

    Raises:
        UnknownWorkload: none or several go by that name; `whose` says in the message who declares workloads.
    """
    namespace, slash, service = name.rpartition("/")
    matching = [
        index for index, (where, what) in enumerate(known) if what == service and (not slash or where == namespace)
    ]
    if len(matching) == 1:
        return matching[0]
    if matching:
        message = f"`{name}` is ambiguous"
        raise UnknownWorkload(message, tuple("/".join(known[index]) for index in matching))
    everything = tuple("/".join(each) for each in known)
    near = get_close_matches(name, [*everything, *(what for _, what in known)], n=3)
    message = f"{whose} no workload `{name}`"
    raise UnknownWorkload(message, tuple(near) or everything)
