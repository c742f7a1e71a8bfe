"""The reference lists exactly what exists: names, arguments, flags, exit codes, settings, schemas, limits."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

import ztdsl
from ztdsl.cli.command import choices_of, command
from ztdsl.cli.commands import COMMANDS
from ztdsl.cli.exits import MEANING
from ztdsl.config.schema import MESH_SETTINGS, SETTINGS
from ztdsl.ir.model import Effect
from ztdsl.istio.size import CLIENT_SIDE_LIMIT, ETCD_LIMIT
from ztdsl.log import log_format
from ztdsl.lower import names
from ztdsl.lower.split import HEAD, MOST_RULES, MOST_SOURCES, SERVER_SHARE
from ztdsl.traffic.mesh import NEWEST_ISTIO, OLDEST_ISTIO, Mesh

ROOT = Path(__file__).parent.parent.parent
REFERENCE = ROOT / "docs" / "reference"
RESULTS = {"Build", "Check", "Diff", "Explanation"}
# Types for annotations, and what functions and methods return: nobody calls these.
NOT_CALLED = {
    "AccessLog",
    "Caller",
    "Entries",
    "TcpCaller",
    "Effect",
    "Rule",
    "ClaimTest",
    "HttpEndpoint",
    "TcpEndpoint",
}
WITHOUT_ARGUMENTS = {"AnyRequest", "Present"}


def _sections(page: str, mark: str) -> dict[str, str]:
    """The text under each heading of a page, by the heading without backticks."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    parts = re.split(rf"^{mark} (.+)$", text, flags=re.MULTILINE)
    return {title.strip("`"): _before_higher(body, mark) for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def _before_higher(text: str, mark: str) -> str:
    """The text up to the next heading of a higher rank."""
    return re.split(rf"^#{{1,{len(mark) - 1}}} ", text, flags=re.MULTILINE)[0]


def _rows(text: str) -> list[list[str]]:
    """The cells of all tables in a text, heads and rules left out."""
    rows = re.findall(r"^\|(.+)\|$", text, flags=re.MULTILINE)
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)] for row in rows]
    ruled = {index for index, row in enumerate(cells) if set("".join(row)) <= set("-| ")}
    return [row for index, row in enumerate(cells) if index not in ruled and index + 1 not in ruled]


def _words(cell: str) -> list[str]:
    """What stands in backticks."""
    return [word.replace("\\|", "|") for word in re.findall(r"`([^`]+)`", cell)]


def _documented() -> dict[str, str]:
    pages = [_sections("language.md", "###"), _sections("library.md", "###")]
    assert not set(pages[0]) & set(pages[1])
    return {name: text for page in pages for name, text in page.items()}


def test_every_public_name_has_a_section() -> None:
    """The sections of the language and of the library are the public names, each once."""
    pages = [(REFERENCE / page).read_text(encoding="utf-8") for page in ("language.md", "library.md")]
    headings = [name for page in pages for name in re.findall(r"^### `(\w+)`$", page, flags=re.MULTILINE)]
    assert sorted(headings) == sorted(ztdsl.__all__)


@pytest.mark.parametrize("name", sorted(set(ztdsl.__all__) - RESULTS - NOT_CALLED - WITHOUT_ARGUMENTS))
def test_a_section_lists_the_arguments(name: str) -> None:
    """The table of a name has its arguments in their order, and no default for those that must be given."""
    called: Any = getattr(ztdsl, name)
    signed = called.__init__ if inspect.isclass(called) else called  # a declaration's class takes whatever it is given
    signature = {n: p for n, p in inspect.signature(signed).parameters.items() if n != "self"}
    rows = [row for row in _rows(_documented()[name]) if len(row) == 3 and re.fullmatch(r"`\w+`", row[0])]
    assert [row[0].strip("`") for row in rows] == list(signature)
    for row, parameter in zip(rows, signature.values(), strict=True):
        default = "" if parameter.default is parameter.empty else f"`{parameter.default!r}`"
        assert row[1] == default, parameter.name


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_a_section_lists_the_attributes(name: str) -> None:
    """The table of a result has its fields and properties."""
    result: Any = getattr(ztdsl, name)
    assert is_dataclass(result)
    properties = {n for n, value in vars(result).items() if isinstance(value, property)}
    listed = {row[0].strip("`") for row in _rows(_documented()[name])}
    assert listed == {field.name for field in fields(result)} | properties


def test_claims_have_their_methods() -> None:
    """Each way to test a claim is in the table of `Claim`."""
    made = {n for n, value in vars(ztdsl.Claim).items() if inspect.isfunction(value) and not n.startswith("_")}
    rows = _rows(_documented()["Claim"])
    assert {word.partition("(")[0] for row in rows for word in _words(row[0]) if "(" in word} == made


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_lists_its_flags(name: str) -> None:
    """The section of a command names each of its flags and no other."""
    section = _sections("command-line.md", "##")[f"ztc {name}"]
    listed: set[str] = set()
    for row in _rows(section):
        for word in _words(row[0]):
            listed.add(word.split()[0].rstrip(",") if "," not in word else word.split()[1])
    options = [parameter for parameter in command(name).params if parameter.opts[0].startswith("-")]
    assert listed == {option.opts[-1] for option in options}


def test_flags_take_the_listed_values() -> None:
    """A flag of the reference takes exactly the values that stand behind its name."""
    section = (REFERENCE / "command-line.md").read_text(encoding="utf-8")
    shared = _sections("command-line.md", "##")["Flags of several commands"]
    for name in COMMANDS:
        own = _sections("command-line.md", "##")[f"ztc {name}"]
        for option in command(name).params:
            if not option.opts[0].startswith("-") or getattr(option, "is_flag", False):
                continue
            spelled = f"{', '.join(option.opts)} {option.metavar}"
            cells = [word for row in _rows(own + shared) for word in _words(row[0])]
            assert spelled in cells, (name, choices_of(option))  # type: ignore[arg-type] # options only, see above
    assert section.count("## ztc ") == len(COMMANDS)


def test_exit_codes_are_listed() -> None:
    """The table of exit codes is that of `--help`."""
    rows = _rows(_sections("command-line.md", "##")["Exit codes"])
    assert [(int(code), meaning) for code, meaning in rows] == list(MEANING)


def test_settings_are_listed() -> None:
    """The tables of settings have the keys of a configuration file, and a mesh's defaults."""
    sections = _sections("configuration.md", "##")
    general, of_mesh = (_rows(sections[title]) for title in ("Settings", "Settings of a mesh"))
    assert [row[0].strip("`") for row in general] == list(SETTINGS)
    assert [row[0].strip("`") for row in of_mesh] == list(MESH_SETTINGS)
    for key, default, _ in of_mesh:
        value: Any = getattr(Mesh(), key.strip("`"), None)
        written = ".".join(map(str, value)) if key == "`istio_version`" else value
        shown = tomllib.loads(f"value = {default.strip('`')}")["value"] if default else None
        assert shown == (list(written) if isinstance(written, tuple) else written), key


def test_environment_variables_are_listed() -> None:
    """Each variable that configuration reads is in the table, and no other."""
    sources = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "ztdsl" / "config").glob("*.py"))
    settings = {f"ZTC_{name.upper()}" for name in re.findall(r'\bsetting\("(\w+)"', sources)}
    others = set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', sources))
    rows = _rows(_sections("configuration.md", "##")["Environment"])
    assert {row[0].strip("`") for row in rows} == settings | others


def test_schemas_are_listed() -> None:
    """Each versioned document that a command prints is in the table of formats."""
    layers = ["api", "auditing", "certificate", "cli", "diagnostics", "diff", "explain", "istio", "keys", "log"]
    layers += ["resolve", "scenario", "token"]
    sources = "".join(f.read_text(encoding="utf-8") for layer in layers for f in (ROOT / "ztdsl" / layer).rglob("*.py"))
    printed = set(re.findall(r'"(ztdsl/[\w-]+/v\d+)"', sources))
    assert set(re.findall(r"\| `(ztdsl/[\w-]+/v\d+)` \|", (REFERENCE / "formats.md").read_text())) == printed


def test_formats_of_findings_are_listed() -> None:
    """Each format of `ztc check` is in the tables of formats."""
    (output,) = [option for option in command("check").params if "--output" in option.opts]
    formats = set(choices_of(output))  # type: ignore[arg-type] # it is an option
    text = (REFERENCE / "formats.md").read_text(encoding="utf-8")
    assert formats - {"json"} == {row[0].strip("`") for row in _rows(text) if row[0].strip("`") in formats}


def test_names_of_objects_are_listed() -> None:
    """Each name that an object can have is in the table of names."""
    listed = {word for row in _rows(_sections("objects.md", "##")["Names"]) for word in _words(row[1])}
    made = {names.DEFAULT_MTLS, names.ALLOW_NOTHING, names.peer_authentication("SERVICE")}
    made.add(names.request_authentication("SERVICE", part=1))
    made |= {names.access_log("SERVICE"), names.access_log(None)}
    for effect in Effect:
        made.add(names.authorization("SERVICE", effect, is_dry_run=False, part=1))
        made.add(names.authorization(None, effect, is_dry_run=False, part=1))
        if effect is not Effect.AUDIT:
            made.add(names.authorization("SERVICE", effect, is_dry_run=True, part=1))
    assert listed == made


def test_limits_and_versions_are_as_stated() -> None:
    """The numbers of the reference are those of the code."""
    text = (REFERENCE / "objects.md").read_text(encoding="utf-8")
    oldest, newest = (".".join(map(str, version)) for version in (OLDEST_ISTIO, NEWEST_ISTIO))
    assert f"{oldest} to {newest}, with sidecars" in text
    for size in (CLIENT_SIDE_LIMIT, ETCD_LIMIT // SERVER_SHARE, HEAD):
        assert f"{size:,} bytes" in text
    assert f"| rules of an AuthorizationPolicy | {MOST_RULES} (CRD)" in text
    assert f"| `from` entries of a rule | {MOST_SOURCES} (CRD)" in text


def test_the_recommended_access_log_is_shown() -> None:
    """The page shows the format that `log_format` gives."""
    page = (REFERENCE / "access-logs.md").read_text(encoding="utf-8")
    shown = re.search(r"```json\n(.*?)```", page, flags=re.DOTALL)
    assert shown is not None
    assert json.loads(shown[1]) == log_format(claims=["role"], headers=["x-team"])
