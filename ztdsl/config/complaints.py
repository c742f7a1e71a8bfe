"""What is wrong with a configuration file's table, in our words: every problem, each with its place."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from ztdsl.config.schema import MESH_SETTINGS, SETTINGS, SettingsTable, validated
from ztdsl.diagnostics.catalogue import CATALOGUE, diagnostic
from ztdsl.diagnostics.model import Severity
from ztdsl.traffic.mesh import ApplyMode, DataPlane, PathNormalization

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.config.document import Document
    from ztdsl.diagnostics.model import Diagnostic

_Path = tuple[str | int, ...]


def one_of(words: Iterable[str]) -> str:
    """The phrase for a choice."""
    return "one of " + ", ".join(f"`{word}`" for word in words)


_DOMAIN: Final = "of lower-case letters, digits, `.`, `-` and `_`, at most 255 characters"
_EXPECTED: Final = {
    "default_mesh": "a string, the name of a mesh",
    "fail_on": one_of(["error", "warning", "info", "never"]),
    "strict": "`true` or `false`",
    "templates": "a string, the name of a directory",
    "severity": "a table of codes",
    "meshes": "a table of meshes",
    "trust_domain": f"a trust domain: a string {_DOMAIN}",
    "trust_domain_aliases": f"a list of trust domains: strings {_DOMAIN}",
    "federated_trust_domains": f"a list of trust domains: strings {_DOMAIN}",
    "root_namespace": "a string, the name of a Kubernetes namespace",
    "istio_version": 'a version in quotes, such as `"1.30"`',
    "data_plane": one_of(DataPlane),
    "path_normalization": one_of(PathNormalization),
    "trusted_proxies": "a whole number from 0 to 32",
    "apply": one_of(ApplyMode),
    "kube_context": "a string, the name of a context of kubectl",
    "mesh_config": "a string, the name of a file with the mesh's configuration",
}
_OF_CODE: Final = one_of(["error", "warning", "info", "off"])
_MESH_DEPTH: Final = 2  # ("meshes", name)


def checked(document: Document) -> tuple[SettingsTable, list[Diagnostic]]:
    """The settings of a file and what is wrong with them; with a problem in their shape the settings are empty."""
    content = validated(document.table)
    if isinstance(content, SettingsTable):
        return content, [found for item in content.severity.items() if (found := _severity(document, *item))]
    problems = [_unknown(document, path) if is_unknown else _misfit(document, path) for path, is_unknown in content]
    return SettingsTable(), problems


def _unknown(document: Document, path: _Path) -> Diagnostic:
    *above, key = (str(part) for part in path)
    known = MESH_SETTINGS if above else SETTINGS
    where = f" in `{'.'.join(above)}`" if above else ""
    close = get_close_matches(key, known, n=1)
    if close:
        advice = f"did you mean `{close[0]}`?"
    elif not above and key in MESH_SETTINGS:
        advice = f"`{key}` belongs to a mesh: write it under `{document.header('meshes', 'NAME')}`"
    else:
        advice = "it takes " + ", ".join(f"`{name}`" for name in known)
    return diagnostic("ZT010", f"unknown key `{key}`{where}", document.key(*path), help=[advice])


def _misfit(document: Document, path: _Path) -> Diagnostic:
    keys = [part for part in path if isinstance(part, str)]
    if keys[0] == "severity" and len(keys) > 1:
        expected = _OF_CODE
    elif keys[0] == "meshes" and len(keys) == _MESH_DEPTH:
        expected = "a table, the settings of a mesh"
    else:
        expected = _EXPECTED[keys[-1]]
    message = f"`{'.'.join(keys)}` must be {expected}; not {document.spelled(*path)}"
    return diagnostic("ZT010", message, document.value(*path))


def _severity(document: Document, code: str, level: str) -> Diagnostic | None:
    entry = CATALOGUE.get(code)
    if entry is None:
        close = get_close_matches(code, CATALOGUE, n=1) if code.startswith("ZT") else _by_slug(code)
        advice = [f"did you mean `{close[0]}`?"] if close else ["`ztc explain CODE` knows every code"]
        return diagnostic("ZT010", f"no finding has the code `{code}`", document.key("severity", code), help=advice)
    if entry.severity is Severity.ERROR and level != "error":
        message = f"`{code}` ({entry.slug}) is an error and stays one"
        advice = ["only warnings and notes may be raised or lowered"]
        return diagnostic("ZT010", message, document.value("severity", code), help=advice)
    return None


def _by_slug(word: str) -> list[str]:
    slugs = {entry.slug: code for code, entry in CATALOGUE.items()}
    return [slugs[slug] for slug in get_close_matches(word, slugs, n=1)]
