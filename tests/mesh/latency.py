"""Time requests from inside a pod: `python -m tests.mesh.latency ADDRESS PORT HOST PATH COUNT`.

One connection to the pod's own sidecar is kept; the answer is one line of JSON.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from collections import Counter

_WARM = 200


def main(address: str, port: str, host: str, path: str, count: str) -> None:
    """Send and time that many requests, after some that do not count."""
    connection = http.client.HTTPConnection(address, int(port), timeout=10)
    statuses: Counter[int] = Counter()
    times = []
    for number in range(_WARM + int(count)):
        start = time.perf_counter_ns()
        connection.request("GET", path, headers={"host": host})
        answer = connection.getresponse()
        answer.read()
        if number >= _WARM:
            times.append(time.perf_counter_ns() - start)
            statuses[answer.status] += 1
    times.sort()
    found = {"p50": times[len(times) // 2] / 1000, "p99": times[len(times) * 99 // 100] / 1000, "statuses": statuses}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
