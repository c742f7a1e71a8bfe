"""The shape of a scenario file. Importing this imports pydantic."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

Expected: TypeAlias = Literal["allow", "deny", "unauthenticated", "refused", "rejected", "unknown"]
Word: TypeAlias = Literal["may", "may not", "allow", "deny", "unauthenticated", "refused", "rejected", "unknown"]
Lines: TypeAlias = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Facts(_Shape):
    """What a request is beside who asks what of whom."""

    headers: dict[str, Lines] = Field(default_factory=dict)
    source_ip: str | None = None
    remote_ip: str | None = None
    sni: str | None = None
    plaintext: bool = False


class ScenarioShape(Facts):
    """One scenario in its long form; `when` is a sentence."""

    name: str | None = None
    when: str
    expect: Expected | None = None
    status: int | None = None
    by: Annotated[str, Field(min_length=1)] | None = None


class TableShape(Facts):
    """Callers in rows, requests in columns, a word in each cell."""

    name: str | None = None
    to: str
    requests: Annotated[list[str], Field(min_length=1)]
    callers: Annotated[dict[str, list[Word]], Field(min_length=1)]


class FileShape(_Shape):
    """A whole file; a scenario that is only a sentence has been made `{when: ...}` before."""

    actors: dict[str, str | None] = Field(default_factory=dict)
    tokens: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)
    scenarios: list[ScenarioShape] = Field(default_factory=list)
    tables: list[TableShape] = Field(default_factory=list)
