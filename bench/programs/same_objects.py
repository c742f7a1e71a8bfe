"""Say whether a YAML stream holds exactly the objects of a JSON file: `same_objects.py OBJECTS YAML`.

Exit code 0 means the same objects with the same content. Order is left out of it: that of objects, of rules and of
values means nothing to Istio.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml


def without_order(value: Any) -> Any:  # noqa: ANN401 - whatever YAML can hold
    """The same value with every list in one order."""
    if isinstance(value, dict):
        return {key: without_order(held) for key, held in value.items()}
    if isinstance(value, list):
        return sorted((without_order(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def by_identity(objects: list[dict[str, Any]]) -> dict[tuple[str, ...], dict[str, Any]]:
    """The objects by kind, namespace and name."""
    return {
        (each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]): without_order(each)
        for each in objects
    }


def difference(wanted: list[dict[str, Any]], found: list[dict[str, Any]]) -> str:
    """The first difference in words, empty if there is none."""
    if len(wanted) != len(found):
        return f"{len(found)} objects instead of {len(wanted)}"
    left, right = by_identity(wanted), by_identity(found)
    if left.keys() != right.keys():
        return f"only in one of them: {' '.join(min(left.keys() ^ right.keys()))}"
    different = next((key for key in left if left[key] != right[key]), None)
    return f"different content: {' '.join(different)}" if different else ""


if __name__ == "__main__":
    objects, stream = sys.argv[1:]
    with Path(stream).open("rb") as source:
        documents = [document for document in yaml.load_all(source, yaml.CSafeLoader) if document is not None]
    sys.exit(difference(json.loads(Path(objects).read_bytes()), documents) or 0)
