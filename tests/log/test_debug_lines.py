"""Lines that a real Envoy 1.40 wrote about policies; `tests/mesh/test_debug_lines.py` sends the same requests again."""

from __future__ import annotations

from pathlib import Path

from ztdsl.log import LogReader, Outcome

RECORDED = Path(__file__).parent / "recorded" / "rbac-debug.log"


def test_each_line_is_read_and_each_request_named() -> None:
    """The ALLOW policy's rule, the DENY policy's, and none; a filter that only lets pass decides nothing."""
    reader = LogReader()
    read = [reader.read(line) for line in RECORDED.read_bytes().splitlines()]

    said = [
        (each.path, each.outcome, each.matched and each.matched.name, each.identity, each.called.port)
        for each in read
        if each is not None and each.outcome is not Outcome.UNKNOWN
    ]
    caller = "spiffe://cluster.local/ns/shop/sa/client"
    assert said == [
        ("/open/1?debug", Outcome.ALLOWED, "open", caller, 8080),
        ("/closed/1?debug", Outcome.DENIED, "closed", caller, 8080),
        ("/other/1?debug", Outcome.DENIED, None, caller, 8080),
    ]
