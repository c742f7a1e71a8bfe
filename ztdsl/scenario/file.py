"""Scenario files: named callers and tokens, sentences and tables of what may happen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from pydantic import ValidationError

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label
from ztdsl.scenario.cast import SPIFFE
from ztdsl.scenario.misfit import misfits
from ztdsl.scenario.phrase import Misread, address_of, http_of, token_of
from ztdsl.scenario.places import Unreadable, read
from ztdsl.scenario.scenario import Expectation, Scenario
from ztdsl.scenario.schema import FileShape
from ztdsl.scenario.sentence import FORM, Sentence, sentence_of
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.names import UnknownWorkload
from ztdsl.traffic.request import Chain, Request, Tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.scenario.cast import Cast
    from ztdsl.scenario.places import Places
    from ztdsl.scenario.schema import Facts, TableShape
    from ztdsl.traffic.request import AnyToken

_ENDINGS: Final = (".yaml", ".yml")
Steps: TypeAlias = tuple[str | int, ...]


def scenario_files(paths: Sequence[Path]) -> list[Path]:
    """The files among `paths`, and every YAML file below the directories among them, in order of name; each once."""
    found: dict[Path, Path] = {}
    for path in paths:
        inner = sorted(each for each in path.rglob("*") if each.suffix in _ENDINGS and each.is_file())
        for file in inner if path.is_dir() else [path]:
            found.setdefault(file.resolve(), file)
    return list(found.values())


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
        raise _Misshapen(misfits(error, data, places)) from None


class _Reader:
    """One file against one cast."""

    def __init__(self, shape: FileShape, places: Places, cast: Cast, now: float, problems: list[Diagnostic]) -> None:
        self._shape, self._places, self._cast, self._problems = shape, places, cast, problems
        self._tokens = self._described(now)

    def scenarios(self) -> Iterator[Scenario]:
        self._look_at_actors()
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
            destination = self._cast.destination(said.callee, Chain.TCP if said.http is None else Chain.HTTP)
            peer = self._peer(said.caller)
            headers = [f"{name}: {line}" for name, lines in facts.headers.items() for line in lines]
            given = (facts.source_ip, facts.remote_ip)
            source_ip, remote_ip = (None if each is None else address_of(each) for each in given)
            http = None if said.http is None else http_of(said.http, headers, None)
        except UnknownWorkload as unknown:
            candidates = ", ".join(f"`{each}`" for each in unknown.candidates)
            self._complain(unknown.message, path, f"candidates: {candidates}" if candidates else self._nobody())
            return None
        except Misread as misread:
            self._complain(misread.message, path, misread.advice)
            return None
        if said.token is not None and said.token not in self._shape.tokens:
            self._complain(f"no token is named `{said.token}`", path, "describe its claims under `tokens`")
            return None
        if said.token is not None and said.token not in self._tokens:
            return None
        tokens = () if said.token is None else (self._tokens[said.token],)
        peer = None if facts.plaintext else peer
        tls = Tls.NONE if peer is None else Tls.MTLS
        return Request(destination, peer, tls, source_ip, remote_ip, facts.sni, http, tokens)

    def _described(self, now: float) -> Mapping[str, AnyToken]:
        """The tokens of the file by name, without those that say nothing."""
        tokens: dict[str, AnyToken] = {}
        for name, plain in self._shape.tokens.items():
            try:
                tokens[name] = token_of(plain, now)
            except Misread as misread:
                self._complain(misread.message, ("tokens", name), misread.advice)
        return tokens

    def _look_at_actors(self) -> None:
        """Complain of actors that are nobody, or somebody else by that name."""
        workloads = {name for actor in self._cast.actors for name in (actor.name, actor.full_name)}
        for name, identity in self._shape.actors.items():
            path: Steps = ("actors", name)
            if identity is not None and not identity.startswith(SPIFFE):
                self._complain(f"`{identity}` is not an identity", path, f"write {SPIFFE}..., or null for nobody known")
            if name in workloads:
                self._complain(f"`{name}` is a workload already", path, "call the actor something else")

    def _nobody(self) -> str:
        """What to do about a name that means nobody and resembles none."""
        return "name another" if self._cast.actors else "name an inventory of workloads with --workloads"

    def _peer(self, caller: str) -> str | None:
        if caller in self._shape.actors:
            return self._shape.actors[caller]
        return self._cast.identity(caller)

    def _complain(self, message: str, path: Steps, advice: str) -> None:
        self._problems.append(diagnostic("ZT051", message, Label(self._places.span(path)), help=[advice]))
