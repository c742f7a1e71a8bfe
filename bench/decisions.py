"""Decisions per second: in process, through the batch interface, and beside engines that people ask such questions."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import limits
import peers as competition
from measure import Command, in_turn, once
from subject import MESH
from table import Row, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from measure import Series
    from peers import Peers
    from subject import Subject

    Told = Callable[[str], None]

IN_PROCESS, BATCH = (
    "decisions on one core, {} services with 5 rules each, random requests; index and requests ready, processor time",
    "ztc simulate -f of the same mesh, whole process: manifests read, requests in JSON in, answers out",
)
RULES = 5
SERVICES, QUICK_SERVICES = 1_000, 100
QUESTIONS, QUICK_QUESTIONS, MILLION = 200_000, 20_000, 1_000_000
_RUNS, _RUNS_MILLION = 5, 3
_OURS = "shared"


@dataclass(frozen=True, slots=True)
class Engine:
    """Another engine with the same rules.

    Attributes:
        name: what the table calls it.
        program: a file of `programs/`.
        policies: how its policies are kept, an argument of the program.
        questions: how many it is asked, so that a run takes a second or two.
    """

    name: str
    program: str
    policies: str
    questions: int


ENGINES = (
    Engine("cedarpy, one policy set a service (sharded by hand)", "cedar_decide.py", "sharded", 10_000),
    Engine("cedarpy, one policy set for all, in one batch", "cedar_decide.py", "whole", 100),
    Engine("casbin, fast enforcer keyed by service", "casbin_decide.py", "keyed", 2_000),
    Engine("casbin, one enforcer for all", "casbin_decide.py", "whole", 40),
)


class Asked:
    """The mesh that is asked, and the questions."""

    def __init__(self, subject: Subject, scratch: Path, services: int) -> None:
        """Keep where things are; nothing is made yet."""
        self.subject, self.scratch, self.services = subject, scratch, services
        self.objects, self.manifests = scratch / "asked.json", scratch / "asked.yaml"

    def make(self, counts: Sequence[int]) -> str:
        """Render the mesh and draw as many questions as each of `counts`; why that failed, empty if it did not."""
        environment = {**self.subject.environment, "ZTC_BENCH_SERVICES": str(self.services), "ZTC_BENCH_RULES": "5"}
        for key, words in (("asked json", ("-o", "json")), ("asked yaml", ())):
            command = Command(key, [*self.subject.argv, "build", *words, str(MESH)], 1, environment=environment)
            run = once(command, self.scratch)
            if run.failure:
                return run.failure
        (self.scratch / "asked yaml.out").rename(self.manifests)
        _run("plain_objects.py", self.scratch / "asked json.out", self.objects)
        for count in counts:
            _run("questions.py", self.objects, count, self.questions(count))
        return ""

    def questions(self, count: int) -> Path:
        """The file with that many questions."""
        return self.scratch / f"questions {count}.jsonl"

    def answers(self, key: str) -> Path:
        """The file with one letter an answer."""
        return self.scratch / f"{key} answers.txt"

    def in_process(self, count: int, destinations: str) -> Command:
        """Our evaluator on `count` questions, with `Destination` objects `shared` or of their `own`."""
        words = self._words(count, destinations, destinations)
        argv = [sys.executable, str(competition.PROGRAMS / "decide.py"), *words]
        return Command(destinations, argv, _RUNS, environment=self.subject.environment, reports=True)

    def engine(self, engine: Engine, peers: Peers, drawn: int) -> Command:
        """Another engine on the first of `drawn` questions."""
        if peers.python is None:
            return Command(engine.name, None, _RUNS, absent_because=f"not installed: {peers.python_absent}")
        words = self._words(drawn, engine.name, engine.policies, engine.questions)
        program = str(competition.PROGRAMS / engine.program)
        return Command(engine.name, [str(peers.python), program, *words], _RUNS, reports=True)

    def batch(self, count: int, runs: int) -> Command:
        """`ztc simulate` on `count` questions."""
        words = ("simulate", "-f", str(self.manifests), "--requests", str(self.questions(count)), "-o", "jsonl")
        argv = [*self.subject.argv, *words]
        return Command(f"simulate {count}", argv, runs, environment=self.subject.environment)

    def _words(self, drawn: int, key: str, variant: str, count: int | None = None) -> list[str]:
        file, answers = str(self.questions(drawn)), str(self.answers(key))
        return [str(self.objects), file, str(count or drawn), answers, variant]


def rows(asked: Asked, peers: Peers, *, is_quick: bool, is_full: bool, told: Told) -> list[Row]:
    """The rows of both interfaces and of the other engines."""
    count = QUICK_QUESTIONS if is_quick else QUESTIONS
    counts = [1, count, *([MILLION] if is_full else [])]
    told("drawing requests")
    failure = asked.make(counts)
    heading = IN_PROCESS.format(f"{asked.services:,}")
    if failure:
        return [Row(heading, "the mesh", note=f"not measured: ztc did not build it: {failure}")]
    commands = [
        *(asked.in_process(count, destinations) for destinations in (_OURS, "own")),
        *(asked.engine(engine, peers, count) for engine in ENGINES),
        *(asked.batch(each, _RUNS_MILLION if each == MILLION else _RUNS) for each in counts),
    ]
    measured = in_turn(commands, asked.scratch, told)
    return [*_in_process(asked, heading, measured, count), *_batches(asked, measured, counts)]


def _in_process(asked: Asked, heading: str, measured: Mapping[str, Series], count: int) -> list[Row]:
    ours = measured[_OURS]
    held_to = limits.DECISIONS if asked.services == SERVICES else ()
    share = f"{asked.answers(_OURS).read_text().count('y') / count:.0%} are allowed" if not ours.failure else ""
    result = [
        Row(heading, "ztdsl, shared destinations", ours, asked.services, items=count, limits=held_to, note=share),
        _other(asked, heading, "ztdsl, a destination of its own for each", measured["own"], count, ours, count),
    ]
    for engine in ENGINES:
        series = measured[engine.name]
        result.append(_other(asked, heading, f"  {engine.name}", series, engine.questions, ours, count))
    return result


def _other(  # noqa: PLR0917 - one row
    asked: Asked, heading: str, what: str, series: Series, items: int, ours: Series, count: int
) -> Row:
    times = ratio(series, ours, count / items)
    beside = {} if times is None else {"shared": times}
    note = "" if series.failure else _difference(asked, series)
    return Row(heading, what, series, asked.services, items=items, beside=beside, note=note)


def _difference(asked: Asked, series: Series) -> str:
    """How many answers differ from ours; empty if none does."""
    ours, theirs = (asked.answers(key).read_text(encoding="ascii") for key in (_OURS, series.command.key))
    different = sum(a != b for a, b in zip(ours, theirs, strict=False))
    return f"NOT the same answers: {different:,} of {len(theirs):,} differ" if different else ""


def _batches(asked: Asked, measured: Mapping[str, Series], counts: Sequence[int]) -> list[Row]:
    result = []
    for count in counts:
        held_to = limits.MILLION if count == MILLION else limits.BATCH if count == QUESTIONS else ()
        what = f"{count:,} requests" if count > 1 else "1 request: start, reading, index of one service"
        items = count if count > 1 else None
        series = measured[f"simulate {count}"]
        result.append(Row(BATCH, what, series, asked.services, items=items, limits=held_to))
    return result


def _run(program: str, *words: object) -> None:
    """Run one of our programs to its end, apart, so that the harness stays small."""
    argv = [sys.executable, str(competition.PROGRAMS / program), *map(str, words)]
    subprocess.run(argv, check=True, capture_output=True)
