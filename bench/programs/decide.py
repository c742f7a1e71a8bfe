"""Decide requests in process with `ztdsl`: `decide.py OBJECTS QUESTIONS COUNT ANSWERS shared|own`.

Only the decisions are timed, in seconds of the processor; manifests, index and requests are ready before, and the
collector does not look at them again (`gc.freeze`). `shared` gives all requests to one service
the same `Destination`, as the batch interface does; `own` gives each request one of its own.
"""

import dataclasses
import gc
import json
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import asked

from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.read import from_manifest
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Request
from ztdsl.traffic.wire import request_from


def requests(file: Path, count: int, *, is_shared: bool) -> Iterator[Request]:
    """The first `count` requests of a file."""
    with file.open("rb") as lines:
        for line in islice(lines, count):
            request = request_from(json.loads(line))
            yield request if is_shared else dataclasses.replace(request, to=dataclasses.replace(request.to))


if __name__ == "__main__":
    objects, file, count, answers, destinations = sys.argv[1:]
    plain = json.loads(Path(objects).read_bytes())
    decide = Evaluator([from_manifest(each) for each in plain], Mesh()).decide
    wanted = list(requests(Path(file), int(count), is_shared=destinations == "shared"))
    for each in {(request.to.namespace, *request.to.labels.values()): request for request in wanted}.values():
        decide(each)  # the index of a service is made when it is first asked for
    gc.collect()
    gc.freeze()
    start = time.process_time()
    decisions = [decide(request) for request in wanted]
    seconds = time.process_time() - start
    sys.stdout.write(asked.report(seconds, [each.verdict is Verdict.ALLOW for each in decisions], Path(answers)))
