"""Documents laid out by Jinja2 templates: headers and comments, which a YAML dumper cannot write.

Templates get whole, already emitted values; `to_yaml` quotes whatever else a template of the user's writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, TemplateError

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span
from ztdsl.package_data import resource
from ztdsl.render.emit import parts
from ztdsl.render.scalars import comment_lines, scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.istio.annotated import Printed

STREAM: Final = "manifests.yaml.j2"
TEMPLATES: Final = (STREAM, "document.yaml.j2")
_INDENT: Final = {"PeerAuthentication": "    "}
_USUAL_INDENT: Final = "  "


class TemplateFailure(Exception):  # noqa: N818 - named for what happened
    """A template does not render; carries the finding that says where and why."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.diagnostics = (finding,)


class Piece(NamedTuple):
    """One rule, issuer, port or log: comment lines without their marks, and its YAML with a line break at the end."""

    comments: tuple[str, ...]
    yaml: str


class Document(NamedTuple):
    """What templates see of one manifest.

    Attributes:
        kind: the object's kind.
        namespace: the object's namespace.
        name: the object's name.
        comments: lines for the top of the document, without their marks.
        head: the YAML before the first item, with a line break at the end.
        indent: blanks before the comment of an item.
        items: the rules, issuers, ports or logs.
    """

    kind: str
    namespace: str
    name: str
    comments: tuple[str, ...]
    head: str
    indent: str
    items: tuple[Piece, ...]


def documents(manifests: Iterable[Printed]) -> list[Document]:
    """What templates see of `manifests`."""
    return [_document(each) for each in manifests]


def _document(annotated: Printed) -> Document:
    manifest = annotated.manifest
    kind = type(manifest).__name__
    head, items = parts(manifest)
    pieces = tuple([Piece(_lines(item.comments), yaml) for item, yaml in zip(annotated.items, items, strict=True)])
    meta = manifest.meta
    return Document(
        kind, meta.namespace, meta.name, _lines(annotated.comments), head, _INDENT.get(kind, _USUAL_INDENT), pieces
    )


def _lines(comments: Sequence[str]) -> tuple[str, ...]:
    if len(comments) == 1:
        return comment_lines(comments[0])
    return tuple([line for text in comments for line in comment_lines(text)])


def laid_out(policy: str, owner: str | None, found: list[Document], overrides: Path | None) -> str:
    """The YAML stream of `found`.

    Args:
        policy: the policy's name.
        owner: the team that answers for it.
        found: the documents in their order.
        overrides: a directory whose templates come before the built-in ones.

    Raises:
        TemplateFailure: a template does not render.
    """
    shown = " ".join(comment_lines(owner)) if owner else None
    if overrides is not None and not any((overrides / name).is_file() for name in TEMPLATES):
        message = f"`{overrides}` has none of the templates that can be changed"
        help_ = (f"they are {' and '.join(f'`{name}`' for name in TEMPLATES)}",)
        raise TemplateFailure(diagnostic("ZT012", message, Label(Span(str(overrides))), help=help_))
    try:
        template = _environment(overrides).get_template(STREAM)
        return template.render(policy=policy, owner=shown, documents=found)
    except TemplateError as error:
        raise TemplateFailure(_finding(error)) from error
    except Exception as error:
        if overrides is None:
            raise
        raise TemplateFailure(_finding(error)) from error  # a template of the user's may raise anything


def _environment(overrides: Path | None) -> Environment:
    builtin = FileSystemLoader(resource("templates", "manifest"))
    loader: Any = builtin if overrides is None else ChoiceLoader([FileSystemLoader(overrides), builtin])
    environment = Environment(  # noqa: S701 - YAML is escaped by `to_yaml`, not as HTML
        loader=loader,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.filters["to_yaml"] = scalar
    environment.filters["comment_lines"] = comment_lines
    return environment


def _finding(error: Exception) -> Diagnostic:
    file = getattr(error, "filename", None)
    line = getattr(error, "lineno", None)
    if file is None:
        file, line = _template_place(error)
    reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    place = Label(Span(str(file), line)) if file else None
    help_ = ("compare it with the built-in template of that name",)
    return diagnostic("ZT012", f"template does not render: {reason[:1].lower()}{reason[1:]}", place, help=help_)


def _template_place(error: Exception) -> tuple[str | None, int | None]:
    trace = error.__traceback__
    place: tuple[str | None, int | None] = (None, None)
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.endswith(".j2"):
            place = (name, trace.tb_lineno)
        trace = trace.tb_next
    return place
