"""What an API server says to an object that would be applied, sorted by who says it.

Sources: Kubernetes apimachinery `pkg/apis/meta/v1` (Status, StatusCause), apiserver `pkg/admission/plugin/webhook`,
`pkg/admission/plugin/policy/validating`, `pkg/endpoints/handlers`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from ztdsl.cluster.failure import Cause, Trouble
from ztdsl.cluster.refusal import printable

Key = tuple[str, str, str]
Gate = Literal["schema", "webhook", "policy", "rbac", "namespace", "admission"]
Result = Literal["accepted", "warned", "conflict", "refused", "unknown"]
_WEBHOOK: Final = re.compile(r'admission webhook "([^"]+)" (denied the request|does not support dry run)')
_UNCALLED: Final = re.compile(r'failed calling webhook "([^"]+)"')
_POLICY: Final = re.compile(r"ValidatingAdmissionPolicy '([^']+)'")
_RBAC: Final = re.compile(r'cannot (\w+) resource "')
_NAMESPACE: Final = re.compile(r'namespaces "([^"]+)" not found')
_MANAGER: Final = re.compile(r'conflict with "([^"]*)"')
_CAUSES: Final = {
    "Unauthorized": Cause.NOT_LOGGED_IN,
    "TooManyRequests": Cause.FAILING,
    "ServiceUnavailable": Cause.FAILING,
    "Timeout": Cause.FAILING,
    "ServerTimeout": Cause.FAILING,
    "InternalError": Cause.FAILING,
    "Conflict": Cause.FAILING,
}


class Held(NamedTuple):
    """A field that another manager has set to something else."""

    manager: str
    field: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one object.

    Attributes:
        key: kind, namespace and name.
        result: `refused` by somebody; `unknown` where admission could not be asked; `conflict` where it is accepted
            if the apply is forced; `warned` where it is accepted with warnings.
        gate: who refused, or could not be asked: the schema with its CEL rules, a webhook, a
            ValidatingAdmissionPolicy, RBAC, the namespace that is not there, or another part of admission.
        by: its name, where it has one.
        said: the server's words.
        fields: the fields that it names, as the server writes them.
        warnings: what it warns of.
        held: the fields that other managers have set otherwise.
    """

    key: Key
    result: Result
    gate: Gate | None = None
    by: str | None = None
    said: str = ""
    fields: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    held: tuple[Held, ...] = ()


def refused(key: Key, status: dict[str, Any], code: int, warnings: tuple[str, ...] = ()) -> Reply:
    """What a Status without success says of an object.

    Raises:
        Trouble: it says nothing of the object, but of the server, the login or the moment.
    """
    message = str(status.get("message", ""))
    gate, by = _gate(message, str(status.get("reason", "")), code)
    if gate is None:
        raise Trouble(
            _CAUSES.get(str(status.get("reason", "")), _cause(code)), f"the server says: {printable(message)}"
        )
    result: Result = "unknown" if gate == "namespace" or "does not support dry run" in message else "refused"
    named = tuple(dict.fromkeys(each["field"] for each in causes(status) if str(each.get("field", "<"))[:1].isalpha()))
    return Reply(key, result, gate, by, printable(message), named, warnings)


def held(status: dict[str, Any]) -> tuple[Held, ...]:
    """The fields of a conflict between managers; none if it is no such conflict."""
    found = [each for each in causes(status) if each.get("reason") == "FieldManagerConflict"]
    names = ((_MANAGER.search(str(each.get("message", ""))), str(each.get("field", ""))) for each in found)
    return tuple(Held(printable(name[1] if name else "another manager"), printable(field)) for name, field in names)


def causes(status: dict[str, Any]) -> list[dict[str, Any]]:
    """The single causes that a Status lists."""
    details = status.get("details")
    listed = details.get("causes") if isinstance(details, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _gate(message: str, reason: str, code: int) -> tuple[Gate | None, str | None]:
    """Who refused, and its name; None if that is no refusal of the object."""
    for gate, pattern in (
        ("webhook", _WEBHOOK),
        ("webhook", _UNCALLED),
        ("policy", _POLICY),
        ("namespace", _NAMESPACE),
    ):
        if found := pattern.search(message):
            return gate, printable(found[1])  # type: ignore[return-value]  # the words of the table
    if found := _RBAC.search(message):
        return "rbac", found[1]
    if reason in {"Invalid", "BadRequest"} or "failed to create typed patch object" in message:
        return "schema", None
    if reason == "NotFound" or (reason in {"Forbidden", "MethodNotAllowed", "RequestEntityTooLarge"}):
        return ("schema" if reason == "NotFound" else "admission"), None
    return ("schema", None) if code in {400, 413, 415, 422} else (None, None)


def _cause(code: int) -> Cause:
    return {401: Cause.NOT_LOGGED_IN, 429: Cause.FAILING}.get(code, Cause.FAILING if code >= 500 else Cause.OTHER)  # noqa: PLR2004 - HTTP
