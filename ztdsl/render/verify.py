"""Rendered text says exactly what the manifests say: held against them when a user's template laid it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.istio.document import document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.istio.kinds import Manifest
    from ztdsl.istio.telemetry import Telemetry


def text_problem(text: str, manifests: Sequence[Manifest | Telemetry]) -> Diagnostic | None:
    """What the text says otherwise than the manifests; None if it says the same."""
    import yaml  # noqa: PLC0415 - only a template of the user's needs reading back

    try:
        found = [each for each in yaml.load_all(text, Loader=_loader()) if each is not None]
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        return diagnostic("ZT013", f"template's text is not YAML: {reason}", None)
    expected = [document(each) for each in manifests]
    if found == expected:
        return None
    if len(found) != len(expected):
        message = f"template's text has {len(found)} objects, and the policy {len(expected)}"
        return diagnostic("ZT013", message, None, help=("lay out every document of `documents`, once",))
    index = next(i for i, (a, b) in enumerate(zip(found, expected, strict=True)) if a != b)
    return diagnostic(
        "ZT013",
        f"template's text changes {expected[index]['kind']} `{manifests[index].meta.name}`",
        None,
        notes=tuple(_differences(expected[index], found[index])),
        help=("templates lay out documents and comments; manifests are the policy's",),
    )


def _loader() -> Any:  # noqa: ANN401 - whichever loader PyYAML was built with
    import yaml  # noqa: PLC0415 - as above

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _differences(expected: dict[str, Any], found: object) -> list[str]:
    from deepdiff import DeepDiff  # noqa: PLC0415 - only where texts differ

    difference = DeepDiff(expected, found, verbose_level=1)
    return [line for line in difference.pretty().splitlines() if line][:5]
