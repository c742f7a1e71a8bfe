"""Who wrote a field of a live object."""

from __future__ import annotations

from typing import Any

from ztdsl.diff.managers import Written, last_writer, writer_of


def entry(manager: str, time: str | None, fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One entry of `managedFields`."""
    return {"manager": manager, "operation": "Update", "time": time, "fieldsV1": fields, **more}


LIVE = {
    "metadata": {
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "managedFields": [
            entry("kubectl", "2026-01-01T00:00:00Z", {"f:spec": {".": {}, "f:action": {}, "f:rules": {}}}),
            entry("edit", "2026-02-02T00:00:00Z", {"f:spec": {"f:rules": {}}}),
            entry("istiod", "2026-03-03T00:00:00Z", {"f:status": {"f:conditions": {}}}, subresource="status"),
            entry("team", None, {"f:metadata": {"f:labels": {"f:app.kubernetes.io/part-of": {}}}}),
        ],
    }
}


def test_a_list_belongs_to_its_managers_as_a_whole() -> None:
    """Everything inside is the last one's who wrote it."""
    assert writer_of(LIVE, "/spec/rules/0/to/0") == Written("edit", "2026-02-02T00:00:00Z")
    assert writer_of(LIVE, "/spec/action") == Written("kubectl", "2026-01-01T00:00:00Z")


def test_a_label_with_a_slash_is_one_field() -> None:
    """The pointer escapes it, the server does not."""
    assert writer_of(LIVE, "/metadata/labels/app.kubernetes.io~1part-of") == Written("team", None)


def test_nobody_has_written_what_is_not_recorded() -> None:
    """No guess is made."""
    assert writer_of(LIVE, "/spec/selector/matchLabels/app") == Written(None, None)
    assert writer_of({"metadata": {}}, "/spec/rules") == Written(None, None)
    assert writer_of({"metadata": {"managedFields": [entry("x", None, {"f:spec": {}})]}}, "") == Written(None, None)


def test_the_last_writer_of_an_object() -> None:
    """What is written into its status does not count, nor when the object was made: it may be written later."""
    assert last_writer(LIVE) == Written("edit", "2026-02-02T00:00:00Z")
    assert last_writer({"metadata": {"creationTimestamp": "2026-01-01T00:00:00Z"}}) == Written(None, None)
    assert last_writer({"metadata": {}}) == Written(None, None)


def test_what_no_server_writes_is_passed_over() -> None:
    """An export that somebody edited breaks nothing."""
    odd = {"metadata": {"managedFields": [None, {"fieldsV1": 3, "manager": 4, "time": 5}, "x"]}}

    assert writer_of(odd, "/spec") == Written(None, None)
    assert last_writer(odd) == Written(None, None)
