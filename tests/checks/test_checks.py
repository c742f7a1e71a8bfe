"""Each code of the catalogue: its page, its executed pair, and all that a person sees of it at a terminal.

A pair is `bad.py` and `good.py`, or two directories `bad/` and `good/` with a `policies.py` each. Beside it may
stand `command` (the words after `ztc`, `{case}` for the file or directory) and `expect` (the exit code of `bad`).
A pair of manifests is `bad.yaml` and `good.yaml`, with `workloads.yaml` if it needs an inventory, and may stand beside
a pair of policies. `just golden` rewrites `bad.txt` (`bad-yaml.txt` beside a pair of policies), the files that pages
show, and the index of all pages.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Protocol

import pytest

from ztdsl.cli import exits
from ztdsl.cli.failures import reported
from ztdsl.diagnostics.catalogue import CATALOGUE, Entry
from ztdsl.diagnostics.model import Severity

CHECKS = Path(__file__).parent
PAGES = CHECKS.parent.parent / "docs" / "checks"
INTERNAL_ERROR = "ZT001"  # no input leads to it on purpose; see its own test below
CODES = [code for code, entry in CATALOGUE.items() if entry.retired is None]
OF_A_CLUSTER = [code for code in CODES if "ZT701" <= code <= "ZT729"]  # no file leads to them: see tests/unit/cluster
OF_A_CERTIFICATE = [code for code in CODES if "ZT740" <= code <= "ZT754"]  # see tests/cli/test_inspect_cert.py
OF_A_PROGRAM = "ZT733"  # nor to what a program of the user does: see tests/cli/test_diff.py
OF_A_TOKEN = [code for code in CODES if "ZT755" <= code <= "ZT769"]  # tests make their tokens: tests/unit/token
OF_A_KEY_SERVER = {"ZT779", "ZT780"}  # tests/cli/test_keys.py
ELSEWHERE = {INTERNAL_ERROR, OF_A_PROGRAM, *OF_A_CLUSTER, *OF_A_CERTIFICATE, *OF_A_TOKEN, *OF_A_KEY_SERVER}
PAIRS = [code for code in CODES if code not in ELSEWHERE]
MANIFESTS = [code for code in PAIRS if (CHECKS / code / "bad.yaml").exists()]
POLICIES = [code for code in PAIRS if code not in MANIFESTS or (CHECKS / code / "bad").exists()]
POLICIES += [code for code in MANIFESTS if (CHECKS / code / "bad.py").exists()]
HEADINGS = ["What it finds", "Why it matters", "Example", "Write instead", "When to accept it", "Reference"]
SHOWN = {"Example": "bad", "Write instead": "good"}
RANGES = {
    "ZT0": "The tool and the policy file",
    "ZT1": "Declarations and references",
    "ZT2": "Ownership and composition",
    "ZT3": "Means something else than it seems",
    "ZT4": "Weakenings",
    "ZT5": "Whole-policy analysis",
    "ZT6": "Target version and limits",
    "ZT7": "Live cluster, and evidence: certificates, tokens, keys and logs",
    "ZT8": "Import",
}
_FINDING = re.compile(r"^(?:error|warning|info)\[(ZT\d{3})\]", re.MULTILINE)
_FENCE = re.compile(r'```(?P<language>\w*)(?: title="(?P<title>[^"]+)")?')

Golden = Callable[[Path, str], None]


@dataclass(frozen=True)
class Seen:
    """What a person sees of one run, stdout before stderr."""

    text: str
    code: int


class Ended(Protocol):
    """How the process of the fixture `ztc` ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Seen]


@pytest.fixture
def run(tmp_path: Path, ztc: Callable[..., Ended]) -> Run:
    """Runs the `bad` or `good` of a code in a copy of its directory, where the run may write."""

    def run_case(code: str, side: str, words: Callable[[str, str], list[str]] = _words) -> Seen:
        place = tmp_path / code
        shutil.copytree(CHECKS / code, place)
        ended = ztc(*words(code, side), cwd=place)
        return Seen(ended.out + ended.err, ended.code)

    return run_case


def _manifest_words(code: str, side: str) -> list[str]:
    workloads = ["--workloads", "workloads.yaml"] if (CHECKS / code / "workloads.yaml").exists() else []
    return ["check", "-f", f"{side}.yaml", *workloads, "--today", "2026-11-24", "--color", "never"]


def _words(code: str, side: str) -> list[str]:
    is_directory = (CHECKS / code / side).is_dir()
    command = CHECKS / code / "command"
    if command.exists():
        line = command.read_text(encoding="utf-8")
    else:
        line = f"check {{case}}{'/policies.py' if is_directory else ''} --today 2026-11-24 --color never"
    return [word.replace("{case}", side if is_directory else f"{side}.py") for word in line.split()]


def _expected_exit(code: str) -> int:
    expect = CHECKS / code / "expect"
    if expect.exists():
        return int(expect.read_text(encoding="utf-8"))
    if CATALOGUE[code].severity is not Severity.ERROR:
        return exits.CLEAN
    return exits.USAGE if code.startswith("ZT0") else exits.FINDINGS


def _text(file: Path) -> str:
    """The content of a file of a pair; bytes that are no UTF-8 (ZT007 is about them) as escapes."""
    return file.read_text(encoding="utf-8", errors="backslashreplace")


def _shown_file(code: str, side: str, title: str | None, language: str) -> Path:
    case = CHECKS / code
    if code in MANIFESTS and language != "python":
        file = case / (title or f"{side}.yaml")
        if file.exists():
            return file
    return case / side / (title or "policies.py") if (case / side).is_dir() else case / f"{side}.py"


def _with_files(code: str, page: str) -> tuple[str, dict[str, list[Path]]]:
    """The page with its code blocks as the pair's files have them, and which files each section shows."""
    lines: list[str] = []
    shown: dict[str, list[Path]] = {}
    section, fence, file = "", False, None
    for line in page.splitlines():
        match = _FENCE.fullmatch(line)
        if fence:
            fence = line != "```"
        elif match is not None:
            fence = True
            is_pair = match["language"] == "python" or (match["language"] == "yaml" and code in MANIFESTS)
            is_file = section in SHOWN and (match["title"] or is_pair)
            file = _shown_file(code, SHOWN[section], match["title"], match["language"]) if is_file else None
            if file is not None:
                shown.setdefault(section, []).append(file)
                lines += [line, *_text(file).splitlines()]
                continue
        elif line.startswith("## "):
            section = line.removeprefix("## ")
        if fence and file is not None:
            continue
        lines.append(line)
    return "\n".join([*lines, ""]), shown


def _headings(page: str) -> list[str]:
    prose = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    return [line for line in prose.splitlines() if line.startswith("#")]


@pytest.mark.parametrize("code", CODES)
def test_page_has_exactly_its_headings(code: str) -> None:
    """A page begins with the code, its name and one sentence, and answers the same questions as every other."""
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")

    assert _headings(page) == [f"# {code}: {CATALOGUE[code].slug}", *(f"## {heading}" for heading in HEADINGS)]
    sections = re.split(r"^#+ .*$", page, flags=re.MULTILINE)[1:]
    assert all(section.strip() for section in sections)


@pytest.mark.parametrize("code", PAIRS)
def test_page_shows_the_executed_pair(code: str, golden: Golden) -> None:
    """What a page shows is what is executed below, to the letter."""
    page = PAGES / f"{code}.md"

    text, shown = _with_files(code, page.read_text(encoding="utf-8"))

    assert set(shown) == set(SHOWN)
    golden(page, text)


@pytest.mark.parametrize("code", POLICIES)
def test_bad_gives_exactly_its_finding(code: str, run: Run, golden: Golden) -> None:
    """The bad version gives one finding, of this code, and the whole terminal output is as recorded."""
    seen = run(code, "bad")

    assert _FINDING.findall(seen.text) == [code], seen.text
    assert seen.code == _expected_exit(code), seen.text
    golden(CHECKS / code / "bad.txt", seen.text)


@pytest.mark.parametrize("code", POLICIES)
def test_good_gives_no_finding(code: str, run: Run) -> None:
    """What the page says to write instead is clean."""
    seen = run(code, "good")

    assert _FINDING.findall(seen.text) == [], seen.text
    assert seen.code == exits.CLEAN, seen.text


@pytest.mark.parametrize("code", MANIFESTS)
def test_bad_manifests_give_exactly_their_finding(code: str, run: Run, golden: Golden) -> None:
    """The bad manifests give one finding, of this code, and the whole terminal output is as recorded."""
    seen = run(code, "bad", _manifest_words)

    assert _FINDING.findall(seen.text) == [code], seen.text
    assert seen.code == (exits.FINDINGS if CATALOGUE[code].severity is Severity.ERROR else exits.CLEAN), seen.text
    golden(CHECKS / code / ("bad-yaml.txt" if code in POLICIES else "bad.txt"), seen.text)


@pytest.mark.parametrize("code", MANIFESTS)
def test_good_manifests_give_no_finding(code: str, run: Run) -> None:
    """What the page says to write instead in a manifest is clean."""
    seen = run(code, "good", _manifest_words)

    assert _FINDING.findall(seen.text) == [], seen.text
    assert seen.code == exits.CLEAN, seen.text


def test_internal_error_asks_for_a_report(capsys: pytest.CaptureFixture[str], golden: Golden) -> None:
    """Whatever no part of `ztc` expects becomes one finding that asks for a report, never a bare traceback."""
    code = reported(RuntimeError("no rule has this effect"), color="never", debug=False)

    said = capsys.readouterr().err
    assert code == exits.INTERNAL
    assert f"```text\n{said}```" in (PAGES / f"{INTERNAL_ERROR}.md").read_text(encoding="utf-8")
    golden(CHECKS / INTERNAL_ERROR / "bad.txt", said)


def test_nothing_stands_without_a_code() -> None:
    """A page or a pair of a code that does not exist would never be seen again."""
    pages = {page.stem for page in PAGES.glob("ZT*.md")}
    pairs = {pair.name for pair in CHECKS.iterdir() if pair.name.startswith("ZT")}

    assert (pages | pairs) - set(CATALOGUE) == set()


def test_index_lists_every_code(golden: Golden) -> None:
    """The index leads from every code to its page."""
    golden(PAGES / "index.md", _index())


def _index() -> str:
    lines = [
        "# All codes",
        "",
        "What `ztc` can find. `ztc explain CODE` prints a page in the terminal. Errors stop manifests; warnings fail",
        "with `--strict` and can be accepted where they stand with `# zt: accept[CODE] reason`. Numbers are never",
        "reused; ZT900 to ZT999 are free for checks of your own.",
    ]
    for prefix, entries in groupby(CATALOGUE.values(), key=lambda entry: entry.code[:3]):
        lines += ["", f"## {RANGES[prefix]}", "", "| code | name | severity | what is wrong |", "|---|---|---|---|"]
        lines += [_row(entry) for entry in entries]
    return "\n".join([*lines, ""])


def _row(entry: Entry) -> str:
    return f"| [{entry.code}]({entry.code}.md) | {entry.slug} | {entry.severity.word} | {entry.summary} |"
