"""The traps of YAML, explained where somebody fell into one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label
from ztdsl.manifests.templates import before
from ztdsl.manifests.unreadable import Fault

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic, Span
    from ztdsl.manifests.unreadable import Unreadable

_CODES: Final = {
    Fault.SYNTAX: "ZT021",
    Fault.TEMPLATE: "ZT021",
    Fault.BOUNDS: "ZT022",
    Fault.DUPLICATE: "ZT023",
}
_STAR: Final = re.compile(r"(?:^|[\[,:\-]\s*)\*")


def unreadable(file: str, text: str, error: Unreadable) -> Diagnostic:
    """The finding about a text that cannot be read, with what is probably meant."""
    template = before(error.span, text) if error.fault is Fault.SYNTAX else None
    if template is not None or error.fault is Fault.TEMPLATE:
        return _template(file, template or error.span)
    code = _CODES[error.fault]
    message = error.message if error.fault is Fault.DUPLICATE else f"`{file}` cannot be read: {error.message}"
    return diagnostic(code, message, Label(error.span), help=_advice(text, error))


def _template(file: str, span: Span) -> Diagnostic:
    advice = "render it first, and check what that prints: helm template CHART | ztc check -f -"
    return diagnostic("ZT021", f"`{file}` is a template that was not rendered", Label(span), help=[advice])


def wrong_type(message: str, label: Label) -> Diagnostic:
    """The finding about a value of another type than its field takes."""
    found, _, wanted = message.partition(" stands where the schema asks for ")
    if "null" in message:
        advice = ["give it a value or remove the field: YAML reads an empty value as null"]
    elif wanted.startswith("a string") and found == "a number":
        advice = ['put it in quotes: Istio takes ports and numbers as strings, such as "8080"']
    elif wanted.startswith("a string") and found == "a boolean":
        advice = ["put it in quotes: YAML reads a bare `on`, `off`, `yes`, `no`, `true` or `false` as a boolean"]
    elif wanted.startswith("a boolean"):
        advice = ["write `true` or `false` without quotes"]
    else:
        advice = []
    return diagnostic("ZT025", message, label, help=advice)


def _advice(text: str, error: Unreadable) -> list[str]:
    if error.fault is Fault.DUPLICATE:
        return ["keep one: the later would replace the earlier without a word"]
    if error.fault is Fault.BOUNDS:
        return ["no file of manifests is so deep, so large or so wrong"]
    line = _line(text, error)
    if _STAR.search(line) and ("alias" in error.message or "anchor" in error.message):
        return ['put a value that begins with a star in quotes: "*"']
    if "\t" in line:
        return ["indent with spaces: YAML takes no tabs there"]
    return []


def _line(text: str, error: Unreadable) -> str:
    if error.span.line is None:
        return ""
    lines = text.split("\n", error.span.line)
    return lines[error.span.line - 1] if error.span.line <= len(lines) else ""
