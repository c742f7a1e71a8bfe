"""Read a file of manifests in one of three ways and report the time: `read_yaml.py FILE pyyaml|documents|manifests`.

`pyyaml` is PyYAML's C loader on the whole text, `documents` our reader of YAML, and `manifests` that with both gates of
a cluster and decoding, as `ztc simulate -f` and `ztc check -f` read. As in `ztc`, the collector is off for all of them.
"""

import gc
import json
import sys
import time
from pathlib import Path

import yaml

from ztdsl.manifests import read_manifests
from ztdsl.manifests.source import Source

if __name__ == "__main__":
    file, way = sys.argv[1:]
    gc.disable()
    start = time.process_time()
    if way == "pyyaml":
        read = list(yaml.load_all(Path(file).read_text(encoding="utf-8"), yaml.CSafeLoader))
    elif way == "documents":
        read = list(Source(file, Path(file).read_text(encoding="utf-8")).documents())
    else:
        read = list(read_manifests([file]).documents)
    seconds = time.process_time() - start
    sys.stdout.write(json.dumps({"seconds": seconds, "documents": len(read)}) + "\n")
