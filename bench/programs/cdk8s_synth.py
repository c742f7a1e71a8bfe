"""Synthesize the objects of a JSON file with cdk8s for Python: `cdk8s_synth.py OBJECTS DIRECTORY`.

The spec comes in as a JSON patch, the one public way in which cdk8s for Python takes a kind without generated classes.
"""

import json
import sys
from pathlib import Path

from cdk8s import ApiObject, ApiObjectMetadata, App, Chart, JsonPatch

if __name__ == "__main__":
    objects, directory = sys.argv[1:]
    app = App(outdir=directory)
    chart = Chart(app, "mesh", disable_resource_name_hashes=True)
    for number, wanted in enumerate(json.loads(Path(objects).read_bytes())):
        made = ApiObject(
            chart,
            f"object-{number}",
            api_version=wanted["apiVersion"],
            kind=wanted["kind"],
            metadata=ApiObjectMetadata(**wanted["metadata"]),
        )
        made.add_json_patch(JsonPatch.add("/spec", wanted["spec"]))
    app.synth()
