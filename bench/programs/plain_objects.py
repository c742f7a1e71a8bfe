"""Turn what `ztc build -o json` writes into a bare JSON list of objects: `plain_objects.py BUILT OBJECTS`.

Writes the number of objects to standard output.
"""

import json
import sys
from pathlib import Path

if __name__ == "__main__":
    built, plain = sys.argv[1:]
    content = json.loads(Path(built).read_bytes())
    objects = content["items"] if isinstance(content, dict) else content
    Path(plain).write_text(json.dumps(objects), encoding="utf-8")
    sys.stdout.write(f"{len(objects)}\n")
