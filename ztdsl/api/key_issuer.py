"""The issuer of a policy that a person names, whatever else is wrong with the policy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ztdsl.dsl.declaration import origin_of
from ztdsl.dsl.users import Issuer
from ztdsl.load import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.load import Loaded


class UnknownKeyIssuer(Exception):  # noqa: N818 - it is an answer, as `UnknownWorkload` is
    """The policy has no issuer of that name.

    Attributes:
        name: the name.
        known: the names that would do.
    """

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name = name
        self.known = known


@dataclass(frozen=True, slots=True)
class DeclaredIssuer:
    """Where an issuer's keys are, as its declaration says.

    Attributes:
        issuer: what its tokens carry as `iss`.
        uri: the address of its keys; None without.
        file: the file of its keys; None without.
        variable: the variable of the policy's files that holds it.
    """

    issuer: str
    uri: str | None
    file: Path | None
    variable: str


def declared_issuer(source: str | Path, name: str) -> DeclaredIssuer:
    """The issuer that a module of the policy holds in the variable `name`, or whose tokens carry `name` as `iss`.

    Raises:
        LoadFailure: the policy file does not load, or holds no single policy.
        UnknownKeyIssuer: no module holds such an issuer.
    """
    issuers = list(_issuers(load(source)))
    for each in issuers:
        if name in {each.variable, each.issuer}:
            return each
    raise UnknownKeyIssuer(name, tuple(dict.fromkeys(each.variable for each in issuers)))


def _issuers(loaded: Loaded) -> Iterator[DeclaredIssuer]:
    for module in loaded.modules.values():
        for variable, value in vars(module).items():
            if isinstance(value, Issuer) and isinstance(value.issuer, str):
                file = value.jwks_file
                beside = Path(origin_of(value).position.file).parent
                yield DeclaredIssuer(
                    value.issuer,
                    value.jwks_uri if isinstance(value.jwks_uri, str) else None,
                    beside / file if isinstance(file, str) else None,
                    variable,
                )
