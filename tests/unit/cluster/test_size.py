"""A cluster of fifty thousand objects."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

from tests.unit.cluster.server import Answer, ApiServer, Asked
from ztdsl.cluster import Selection

_COUNT: Final = 50_000
_MOST: Final = 600
"""MB of the whole process."""
_READ: Final = """\
import gc, resource, sys
from ztdsl.cluster import Selection, read_cluster
gc.disable()  # as the command does
live = read_cluster(Selection(kubeconfig=sys.argv[1], request_timeout="120s"))
sizes = sum(len(each.plain["spec"]["rules"]) for each in live.objects)
print(len(live.objects), sizes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
_MANAGED: Final = {
    "apiVersion": "security.istio.io/v1",
    "fieldsType": "FieldsV1",
    "fieldsV1": {
        "f:metadata": {"f:annotations": {".": {}}, "f:labels": {".": {}, "f:app.kubernetes.io/managed-by": {}}},
        "f:spec": {".": {}, "f:action": {}, "f:rules": {}, "f:selector": {".": {}, "f:matchLabels": {"f:app": {}}}},
    },
    "manager": "kubectl-client-side-apply",
    "operation": "Update",
    "time": "2026-11-24T10:00:00Z",
}


def _policy(number: int) -> bytes:
    """An object of the size that such objects have, as an API server writes it."""
    principals = [f"cluster.local/ns/team-{number % 100}/sa/caller-{each}" for each in range(3)]
    rule = {
        "from": [{"source": {"principals": principals}}],
        "to": [{"operation": {"methods": ["GET", "POST"], "paths": [f"/api/{number}/*"], "ports": ["8080"]}}],
    }
    spec = {"action": "ALLOW", "selector": {"matchLabels": {"app": f"app-{number}"}}, "rules": [rule]}
    metadata = {
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(spec)},
        "creationTimestamp": "2026-11-24T10:00:00Z",
        "generation": 1,
        "labels": {"app.kubernetes.io/managed-by": "ztc"},
        "managedFields": [_MANAGED],
        "name": f"allow-{number}",
        "namespace": f"team-{number % 100}",
        "resourceVersion": str(number),
        "uid": f"3e6a3a0e-0000-0000-0000-{number:012}",
    }
    plain = {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": metadata, "spec": spec}
    return json.dumps(plain, separators=(",", ":")).encode()


def test_fifty_thousand_objects_fit_into_memory(server: ApiServer, selection: Selection) -> None:
    """All of them are read, in few pages, and the process stays below its bound even when each has been looked at."""
    held = [_policy(number) for number in range(_COUNT)]

    def answer(asked: Asked) -> Answer | None:
        if asked.resource != "authorizationpolicies":
            return None
        start = int(asked.query.get("continue", "0"))
        end = start + int(asked.query["limit"])
        metadata = {"continue": str(end) if end < _COUNT else "", "resourceVersion": "1"}
        tail = f'],"kind":"AuthorizationPolicyList","metadata":{json.dumps(metadata)}}}'
        return Answer(
            body=b'{"apiVersion":"security.istio.io/v1","items":[' + b",".join(held[start:end]) + tail.encode()
        )

    server.decide = answer

    done = subprocess.run(
        [sys.executable, "-c", _READ, selection.kubeconfig or ""], capture_output=True, text=True, check=True
    )

    count, rules, megabytes = map(int, done.stdout.split())
    assert count == rules == _COUNT
    assert megabytes < _MOST
    assert sum(each.resource == "authorizationpolicies" for each in server.asked) <= 15
