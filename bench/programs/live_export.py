"""Turn what `ztc build -o json` writes into an export of a cluster: `live_export.py BUILT LIVE`.

Each object gets what a server sets, and one in a hundred other methods or another mode. Writes the number of
objects.
"""

import json
import sys
from pathlib import Path
from typing import Any

_EVERY = 100


def _edit(spec: dict[str, Any]) -> None:
    """Change what the object means, whatever its kind."""
    if "rules" in spec:
        spec["rules"][0]["to"] = [{"operation": {"methods": ["PATCH"]}}]
    elif "mtls" in spec:
        spec["mtls"]["mode"] = "PERMISSIVE"
    elif "jwtRules" in spec:
        spec["jwtRules"][0]["audiences"] = ["another"]
    else:
        spec["action"] = "DENY"


if __name__ == "__main__":
    built, live = sys.argv[1:]
    content = json.loads(Path(built).read_bytes())
    objects = content["items"] if isinstance(content, dict) else content
    for number, each in enumerate(objects):
        each["metadata"] |= {
            "uid": f"00000000-0000-4000-8000-{number:012}",
            "resourceVersion": str(1000 + number),
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "generation": 1,
        }
        if number % _EVERY == _EVERY // 2:
            _edit(each["spec"])
    Path(live).write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}), encoding="utf-8")
    sys.stdout.write(json.dumps({"objects": len(objects)}) + "\n")
