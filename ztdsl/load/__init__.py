"""Imports the user's policy file, chooses its policy and reports what goes wrong as one diagnostic."""

from __future__ import annotations

from ztdsl.load.failure import LoadFailure
from ztdsl.load.loaded import Loaded, load, load_policy_object, target_file
from ztdsl.load.streams import diverted_stdout

__all__ = ["LoadFailure", "Loaded", "diverted_stdout", "load", "load_policy_object", "target_file"]
