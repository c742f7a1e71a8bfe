"""The page that says how far the evaluator is proved: made from the vectors, so that it says what was really run."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

from tests.conformance.neighbours import neighbours
from tests.conformance.replay import UNDECIDED, disagreements
from tests.conformance.vector import Vector, areas, load, versions

_WHAT = {
    "acceptance": "tokens: validity, places, audiences, several issuers",
    "addresses": "addresses of peers, clients and destinations; ports",
    "claims": "request principals, claims, headers made from claims",
    "connections": "modes of PeerAuthentication, what a port accepts, which objects apply",
    "gateways": "gateways: attachment, client addresses, TLS that is ended or passed through",
    "identities": "principals, namespaces, service accounts, trust domains, server names",
    "paths": "path patterns, templates, modes of normalization",
    "requests": "hosts, methods, headers, gRPC, malformed requests",
    "structure": "how rules and policies combine, TCP, keys that cannot be translated, dry run, audit, providers",
}
_HEAD = """\
# How far to believe it

What `ztc simulate`, `ztc test` and `ztc check -f` say about manifests is compared with what Istio does: istiod's own
code makes the configuration of a proxy, a real Envoy runs it, and every request below was sent to that Envoy, over
real connections, with real client certificates and real signed tokens. The outcomes are recorded in
`tests/conformance/vectors/` and replayed by every run of the tests. This page is made from them.

What whole policies do in a running mesh, with a control plane, sidecars and gateways, is on
[a page of its own](real-mesh.md).
"""
_SIZES = {"pairs": "ZTC_CONFORMANCE_PAIRS", "specs": "ZTC_CONFORMANCE_SPECS", "agreement": "AGREEMENT_EXAMPLES"}
_TAIL = """\
## What was changed for the lab

istiod's filter chains, their matches, the filters for authorization and tokens, and the settings of the connection
managers are kept as they are. These parts are not:

{changes}

## What is only read

* Ambient: ztunnel and waypoints. Their rules are taken from Istio's and ztunnel's sources; nothing of them runs here.
* Proxyless gRPC is not evaluated at all.
* Keys that are fetched from an issuer: the lab's keys stand in the manifests.

## What is answered with "unknown"

* What an external authorizer would say.
* What several tokens in one request amount to, and a token whose claims are not given.
* Dynamic metadata of other filters (`experimental.envoy.filters...`).
* Dot segments with parameters (`/..;x/`): versions of Envoy differ.
* Whatever depends on a fact that the request does not give: labels, a port, an address.
"""


_BESIDE = """\
## What is asked beside

Every run of CI records all of the above again and compares, and asks the same code about what nobody wrote down:

* {pairs:,} random pairs of policies and a request, through istiod and Envoy and through the evaluator;
* {specs:,} random objects and {neighbours:,} with one odd value each, valid and broken, through the API server's schema
  with its rules in CEL and through istiod's webhook, and through the two gates of `ztc check -f`;
* {agreement:,} random policies, on whose borders the two evaluators, from the manifests and from the policy's meaning,
  must agree.

None of them may disagree.
"""


def _beside() -> str:
    """The sizes of the lane as CI runs it."""
    script = (Path(__file__).parents[2] / ".ci" / "run").read_text(encoding="utf-8")
    sizes = {name: int(re.findall(rf"{variable}=(\d+)", script)[0]) for name, variable in _SIZES.items()}
    return _BESIDE.format(neighbours=sum(1 for _ in neighbours()), **sizes)


def page() -> str:
    """The page, in Markdown."""
    recorded = {area: load(area) for area in areas()}
    rows = [_row(area, vectors) for area, vectors in recorded.items()]
    topics = sum(len(vectors) for vectors in recorded.values())
    requests = sum(len(vector.cases) for vectors in recorded.values() for vector in vectors)
    made_with = [versions(area) for area in recorded]
    changes = sorted({change for each in made_with for change in each["changes"]})
    table = ["| area | topics | requests | what Envoy did | left open |", "| --- | --- | --- | --- | --- |", *rows]
    table.append(f"| all | {topics} | {requests} | | |")
    kinds = sorted({f"* istiod `{each['istio']}`, Envoy `{each['envoy']}`" for each in made_with})
    return "\n".join(
        [
            _HEAD,
            *kinds,
            "",
            *table,
            "",
            '"Left open" counts requests for which the evaluator answers "unknown" where this Envoy decided.',
            "",
            _beside(),
            _TAIL.format(changes="\n".join(f"* {change}" for change in changes)),
        ]
    )


def _row(area: str, vectors: list[Vector]) -> str:
    met = Counter(outcome.verdict for vector in vectors for _, outcome in vector.cases)
    left = sum(each.what == UNDECIDED for each in disagreements(vectors))
    outcomes = ", ".join(f"{count} {verdict}" for verdict, count in met.most_common())
    return f"| {_WHAT[area]} | {len(vectors)} | {sum(met.values())} | {outcomes} | {left} |"


if __name__ == "__main__":
    sys.stdout.write(page())
