"""Write the objects of a JSON file as YAML with a dumper of PyYAML: `pyyaml_dump.py OBJECTS DUMPER`."""

import json
import sys
from pathlib import Path

import yaml

if __name__ == "__main__":
    objects, dumper = sys.argv[1:]
    yaml.dump_all(json.loads(Path(objects).read_bytes()), sys.stdout, Dumper=getattr(yaml, dumper), sort_keys=False)
