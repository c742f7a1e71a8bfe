"""Which of the configured meshes a run is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.traffic.mesh import Mesh

if TYPE_CHECKING:
    from ztdsl.config.document import Document
    from ztdsl.config.given import Setting
    from ztdsl.diagnostics.model import Diagnostic


def chosen_mesh(
    choice: Setting | None, document: Document | None, problems: list[Diagnostic]
) -> tuple[str | None, str]:
    """The name of the chosen mesh and what chose it; None for the mesh without configuration.

    ZT011 is added to `problems` where a mesh is chosen that is not configured, or none of several.
    """
    settings = document.table if document is not None else {}
    table = settings.get("meshes", {})
    if not isinstance(table, dict) or not isinstance(settings.get("default_mesh", ""), str):
        return None, "default"  # the file is refused for that already
    names = list(table)
    if choice is not None:
        if choice.text not in names and (names or choice.text != Mesh().name):
            problems.append(_unknown(choice, names, document))
        return (choice.text if names else None), choice.source
    if not names:
        return None, "default"
    if len(names) > 1 and document is not None:
        problems.append(_several(names, document))
    return names[0], "the only mesh"


def _unknown(choice: Setting, names: list[str], document: Document | None) -> Diagnostic:
    from difflib import get_close_matches  # noqa: PLC0415 - only for failures

    message = f"the configuration has no mesh `{choice.text}`"
    close = get_close_matches(choice.text, names, n=1)
    if close:
        advice = f"did you mean `{close[0]}`?"
    elif names:
        advice = "it has " + ", ".join(f"`{name}`" for name in names)
    elif document is not None:
        advice = f"declare it under `{document.header('meshes', choice.text)}`"
    else:
        advice = f"no configuration was found: declare the mesh in a `ztc.toml` under `[meshes.{choice.text}]`"
    notes = [] if choice.place is not None else [f"chosen by {choice.source}"]
    return diagnostic("ZT011", message, choice.place, notes=notes, help=[advice])


def _several(names: list[str], document: Document) -> Diagnostic:
    listed = ", ".join(f"`{name}`" for name in names)
    advice = (f"choose one: `--mesh {names[0]}`", f'or write `default_mesh = "{names[0]}"` in {document.file.name}')
    message = f"the configuration has {len(names)} meshes and none was chosen: {listed}"
    related = [document.key("meshes", name) for name in names[1:]]
    return diagnostic("ZT011", message, document.key("meshes", names[0]), related=related, help=advice)
