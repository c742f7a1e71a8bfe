"""Scenario files: named callers and tokens, sentences and tables of what may happen."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pydantic import ValidationError

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label
from ztdsl.scenario.phrase import Misread, http_of, token_of
from ztdsl.scenario.places import Unreadable, read
from ztdsl.scenario.scenario import Expectation, Scenario
from ztdsl.scenario.schema import FileShape, ScenarioShape, TableShape
from ztdsl.scenario.sentence import FORM, Sentence, sentence_of
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.names import UnknownWorkload
from ztdsl.traffic.request import Request, Tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.scenario.cast import Cast
    from ztdsl.scenario.places import Places
    from ztdsl.scenario.schema import Facts

_KEYS: Final = (*FileShape.model_fields, *ScenarioShape.model_fields, *TableShape.model_fields)
_ENDINGS: Final = (".yaml", ".yml")
Steps: TypeAlias = tuple[str | int, ...]


def scenario_files(paths: Sequence[Path]) -> list[Path]:
    """The files among `paths`, and every YAML file below the directories among them, in order of name."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(each for each in path.rglob("*") if each.suffix in _ENDINGS and each.is_file())
        else:
            found.append(path)
    return found


def read_scenarios(files: Iterable[Path], cast: Cast, now: float) -> tuple[list[Scenario], list[Diagnostic]]:
    """The scenarios of `files` in order, and everything that is wrong with them.

    Args:
        files: scenario files.
        cast: the workloads that can be named.
        now: when tokens are looked at, in seconds since 1970.
    """
    scenarios: list[Scenario] = []
    problems: list[Diagnostic] = []
    for file in files:
        try:
            reader = _Reader(*_shape(file), cast, now, problems)
        except Unreadable as unreadable:
            problems.append(unreadable.finding)
        except _Misshapen as misshapen:
            problems += misshapen.findings
        else:
            scenarios += reader.scenarios()
    return scenarios, problems


class _Misshapen(Exception):  # noqa: N818 - named for what happened
    def __init__(self, findings: list[Diagnostic]) -> None:
        super().__init__()
        self.findings = findings


def _shape(file: Path) -> tuple[FileShape, Places]:
    data, places = read(file)
    if isinstance(data, dict) and isinstance(data.get("scenarios"), list):
        data["scenarios"] = [{"when": each} if isinstance(each, str) else each for each in data["scenarios"]]
    try:
        return FileShape.model_validate(data), places
    except ValidationError as error:
        raise _Misshapen([_misfit(places, each) for each in error.errors(include_url=False)]) from None


def _misfit(places: Places, error: Any) -> Diagnostic:  # noqa: ANN401 - as pydantic describes it
    path = tuple(error["loc"])
    label = Label(places.span(path))
    key = ".".join(str(part) for part in path)
    if error["type"] == "extra_forbidden":
        near = get_close_matches(str(path[-1]), _KEYS, n=1)
        advice = f"did you mean `{near[0]}`?" if near else "`ztc explain ZT050` lists the keys"
        return diagnostic("ZT050", f"unknown key `{path[-1]}`", Label(places.span(path, key=True)), help=[advice])
    if error["type"] == "missing":
        return diagnostic("ZT050", f"`{key}` is missing", label, help=["`ztc explain ZT050` shows the form"])
    what = error["msg"][:1].lower() + error["msg"][1:]
    return diagnostic("ZT050", f"`{key or places.file}`: {what}", label, help=["`ztc explain ZT050` shows the form"])


class _Reader:
    """One file against one cast."""

    def __init__(self, shape: FileShape, places: Places, cast: Cast, now: float, problems: list[Diagnostic]) -> None:
        self._shape, self._places, self._cast, self._problems = shape, places, cast, problems
        self._tokens = {name: token_of(claims, now) for name, claims in shape.tokens.items()}

    def scenarios(self) -> Iterator[Scenario]:
        for index, each in enumerate(self._shape.scenarios):
            path: Steps = ("scenarios", index)
            sentence = sentence_of(each.when)
            if sentence is None:
                self._complain(f"`{each.when}` is no sentence of a scenario", path, f"write: {FORM}")
                continue
            request = self._request(sentence, each, path)
            if request is not None:
                verdict = None if each.expect is None else Verdict(each.expect)
                expected = Expectation(verdict, sentence.may, each.status, each.by)
                if verdict is not None and (verdict is Verdict.ALLOW) is not sentence.may:
                    self._complain(f"`{each.when}` and expect `{verdict}` contradict each other", path, "change one")
                    continue
                yield Scenario(each.name or each.when, request, expected, self._places.span(path))
        for index, table in enumerate(self._shape.tables):
            for caller, words in table.callers.items():
                path = ("tables", index, "callers", caller)
                if len(words) != len(table.requests):
                    message = f"`{caller}` has {len(words)} answers for {len(table.requests)} requests"
                    self._complain(message, path, "write one for each request")
                    continue
                yield from self._row(table, caller, path)

    def _row(self, table: TableShape, caller: str, path: Steps) -> Iterator[Scenario]:
        for column, (word, what) in enumerate(zip(table.callers[caller], table.requests, strict=True)):
            may = word in {"may", "allow"}
            verb = "may" if may else "may not"
            line = f"{caller} {verb} {what} {'to' if what == 'connect' else 'of'} {table.to}"
            sentence = sentence_of(line)
            if sentence is None:
                self._complain(f"`{what}` is no request", path, "write METHOD PATH, or connect")
                continue
            request = self._request(sentence, table, path)
            if request is not None:
                verdict = None if word in {"may", "may not"} else Verdict(word)
                name = f"{table.name}: {line}" if table.name else line
                yield Scenario(name, request, Expectation(verdict, may), self._places.span((*path, column)))

    def _request(self, said: Sentence, facts: Facts, path: Steps) -> Request | None:
        try:
            destination = self._cast.destination(said.callee)
            peer = self._peer(said.caller)
            headers = [f"{name}: {line}" for name, lines in facts.headers.items() for line in _listed(lines)]
            http = None if said.http is None else http_of(said.http, headers, None)
        except UnknownWorkload as unknown:
            candidates = ", ".join(f"`{each}`" for each in unknown.candidates)
            self._complain(unknown.message, path, f"candidates: {candidates}" if candidates else "name another")
            return None
        except Misread as misread:
            self._complain(misread.message, path, misread.advice)
            return None
        if said.token is not None and said.token not in self._tokens:
            self._complain(f"no token is named `{said.token}`", path, "describe its claims under `tokens`")
            return None
        tokens = () if said.token is None else (self._tokens[said.token],)
        peer = None if facts.plaintext else peer
        tls = Tls.NONE if peer is None else Tls.MTLS
        return Request(destination, peer, tls, facts.source_ip, facts.remote_ip, facts.sni, http, tokens)

    def _peer(self, caller: str) -> str | None:
        if caller in self._shape.actors:
            return self._shape.actors[caller]
        return self._cast.identity(caller)

    def _complain(self, message: str, path: Steps, advice: str) -> None:
        self._problems.append(diagnostic("ZT051", message, Label(self._places.span(path)), help=[advice]))


def _listed(lines: str | list[str]) -> list[str]:
    return [lines] if isinstance(lines, str) else lines
