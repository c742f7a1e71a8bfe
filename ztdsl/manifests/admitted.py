"""What the gates of a cluster say of an object, as findings at the places of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label
from ztdsl.istio.admission import null_fields, schema, unknown_fields, webhook
from ztdsl.istio.admission.refusal import TYPE_RULE
from ztdsl.istio.pointer import tokens
from ztdsl.manifests.traps import wrong_type

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.istio.admission import Refusal
    from ztdsl.manifests.document import Place


def refusals(plain: dict[str, Any], place: Place) -> list[Diagnostic]:
    """The findings about `plain`: dropped fields, what the API server refuses, what istiod's webhook says beside.

    A place has one finding: of the same one that both gates name, the API server's.
    """
    unknown, nulls = unknown_fields(plain), null_fields(plain)
    named = {pointer for pointer, _ in unknown}.union(nulls)
    refused = schema(plain) or [each for each in webhook(plain) if each.pointer not in named]
    dropped = [*(_unknown(*each, place) for each in unknown), *(_null(each, place) for each in nulls)]
    return [*dropped, *(_finding(each, place) for each in refused)]


def _null(pointer: str, place: Place) -> Diagnostic:
    message = f"`{tokens(pointer)[-1]}` is null: an API server drops it without a word"
    return wrong_type(message, Label(place.span(pointer)))


def _unknown(pointer: str, near: str | None, place: Place) -> Diagnostic:
    name = tokens(pointer)[-1]
    advice = f"did you mean `{near}`?" if near else "remove it: a cluster drops it without a word"
    label = Label(place.span(pointer, key=True), "an API server drops this")
    return diagnostic("ZT024", f"unknown field `{name}`", label, help=[advice])


def _finding(refusal: Refusal, place: Place) -> Diagnostic:
    label = Label(place.span(refusal.pointer))
    if refusal.rule == TYPE_RULE:
        return wrong_type(refusal.message, label)
    gate = "the API server" if refusal.gate == "schema" else "istiod's webhook"
    if refusal.severity == "warning":
        return diagnostic("ZT041", refusal.message, label, notes=[f"{gate} warns of it"])
    return diagnostic("ZT040", refusal.message, label, notes=[f"{gate} refuses it"])
