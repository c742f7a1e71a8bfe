"""Claims and headers of which a log carries some: to read one that it does not carry is to lack a fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ztdsl.istio.evaluate.facts import LackingFactError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

T = TypeVar("T")


class Partial(dict[str, T]):
    """What is known, and the names of what is not.

    Args:
        known: what the line carries.
        hidden: names that a policy asks for, and that the line does not carry.
        what: how messages begin that name one, such as `claim`.
    """

    __slots__ = ("_hidden", "_what")

    def __init__(self, known: Mapping[str, T], hidden: Iterable[str], what: str) -> None:
        super().__init__(known)
        self._hidden, self._what = frozenset(hidden) - known.keys(), what

    def get(self, key: str, default: Any = None, /) -> Any:  # noqa: ANN401 - as of any mapping
        """The value of `key`.

        Raises:
            LackingFactError: the line does not say what it is.
        """
        self._refuse(key)
        return super().get(key, default)

    def __getitem__(self, key: str, /) -> T:
        self._refuse(key)
        return super().__getitem__(key)

    def __contains__(self, key: object, /) -> bool:
        self._refuse(key)
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        """The names; a copy must not take what is hidden for absent.

        Raises:
            LackingFactError: something is hidden.
        """
        for name in sorted(self._hidden):
            self._refuse(name)
        return super().__iter__()

    def keys(self) -> Any:  # noqa: ANN401 - as of any mapping
        """The names, as `__iter__` gives them."""
        return dict.fromkeys(self).keys()

    def _refuse(self, key: object) -> None:
        if key in self._hidden:
            msg = f"the {self._what} {key}"
            raise LackingFactError(msg)
