"""Manifests become text: YAML through templates, or JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ztdsl.istio.document import document

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ztdsl.istio.annotated import Printed


def yaml_text(policy: str, owner: str | None, manifests: Sequence[Printed], *, templates: Path | None = None) -> str:
    """The manifests as a YAML stream with comments.

    Args:
        policy: the policy's name.
        owner: the team that answers for it.
        manifests: the objects in their order.
        templates: a directory whose templates come before the built-in ones; what they lay out is read
            back and must say what the manifests say.

    Raises:
        TemplateFailure: a template does not render, or its text says something else.
    """
    from ztdsl.render.layout import TemplateFailure, documents, laid_out  # noqa: PLC0415 - JSON needs no templates

    text = laid_out(policy, owner, documents(manifests), templates)
    if templates is not None:
        from ztdsl.render.verify import text_problem  # noqa: PLC0415 - built-in templates are tested instead

        problem = text_problem(text, [each.manifest for each in manifests])
        if problem is not None:
            raise TemplateFailure(problem)
    return text


def json_text(manifests: Sequence[Printed]) -> str:
    """The manifests as one Kubernetes `List` in JSON."""
    items = [document(each.manifest) for each in manifests]
    whole = {"apiVersion": "v1", "kind": "List", "items": items}
    return json.dumps(whole, indent=2, ensure_ascii=True) + "\n"
