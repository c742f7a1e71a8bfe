"""What was recorded of the examples on a real mesh, and the page that is made of it."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).parent / "recorded" / "examples.json"
VERDICTS: Final = ("allow", "deny", "unauthenticated", "refused", "rejected")
_HEAD: Final = """\
# What a real mesh did

Every example of `examples/` was built with `ztc build`, applied with `kubectl apply --validate=strict` through istiod's
webhook, and asked: requests were sent by clients in pods with sidecars, by clients with certificates of their own, and
by clients without any, and each was predicted twice, from the policy and from the printed manifests. The counts below
are of requests that met what both predicted: the status, or the refusal of the connection. **None met anything else.**

The mesh is `tests/mesh/`: a real API server, a real istiod, and for each workload a real `pilot-agent` and Envoy in a
network namespace of its own, with Istio's own rules of redirection. Every run of CI sends all of them again.
"""
_ASKED: Final = """\
## What is sent

* requests on both sides of every border of every rule, as `ztdsl.simulate` finds them;
* to each port of each workload some of these from every other workload, from strangers of the same and of another
  trust domain, in plaintext, and in TLS without a certificate; malformed ones and tokens with every fault among them;
* to a port of each workload that nobody declares, and in each owned namespace to a workload that nobody declares;
* every scenario of the example, table rows too: what `ztc test` says is what the mesh does.
"""
_TAIL: Final = """\
## What differs from production

Envoy is the stock build, without the filters of Istio's own: no metadata exchange, no ALPN filter, no metrics. What a
kubelet and Kubernetes' controllers would do, the lab does: it starts processes instead of containers, reports the
addresses of pods, and writes the endpoints of services. A gateway answers allowed requests by itself.
"""


def recorded() -> dict[str, Any]:
    """What is recorded: `versions`, and `examples` by name."""
    if not FILE.exists():
        return {"versions": {}, "examples": {}}
    plain: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return plain


def record(versions: Mapping[str, str], example: str, found: Mapping[str, Any]) -> None:
    """Record what was found of one example, beside what is recorded already."""
    plain = recorded()
    plain["versions"] = dict(versions)
    plain["examples"].setdefault(example, {}).update(found)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(plain, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def page() -> str:
    """The page, in Markdown."""
    plain = recorded()
    examples: dict[str, dict[str, Any]] = dict(sorted(plain["examples"].items()))
    versions = [f"* {name} `{version}`" for name, version in sorted(plain["versions"].items())]
    parts = ["\n".join([_HEAD, *versions]), _results(examples), _ASKED, _ways(examples), _unsent(examples), _TAIL]
    return "\n".join(part if part.endswith("\n") else f"{part}\n" for part in parts)


def _results(examples: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [
        [name, each["workloads"], each["requests"], *_cells(each["verdicts"], VERDICTS), each["scenarios"]]
        for name, each in examples.items()
    ]
    rows.append(["all", *[sum(row[column] for row in rows) for column in range(1, len(rows[0]))]])
    return _table(["example", "workloads", "requests", *VERDICTS, "scenarios"], rows)


def _ways(examples: Mapping[str, Mapping[str, Any]]) -> str:
    ways = sorted({way for each in examples.values() for way in each["ways"]})
    rows = [
        [way, *_cells({name: each["ways"].get(way, 0) for name, each in examples.items()}, examples)] for way in ways
    ]
    return "## How clients connected\n\n" + _table(["", *examples], rows)


def _unsent(examples: Mapping[str, Mapping[str, Any]]) -> str:
    reasons: Counter[str] = Counter()
    for each in examples.values():
        reasons.update(each["unsent"])
    lines = [f"* {count}: {reason}" for reason, count in reasons.most_common()]
    total = sum(reasons.values())
    return f"## What was not sent\n\nOf the requests on borders {total} cannot be sent here:\n\n" + "\n".join(lines)


def _cells(counts: Mapping[str, int], columns: Iterable[str]) -> list[int]:
    return [counts.get(column, 0) for column in columns]


def _table(head: list[str], rows: list[list[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
