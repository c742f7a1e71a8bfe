"""What a policy's author means to happen to requests, decided from the Model alone."""

from __future__ import annotations

from ztdsl.simulate.answer import Answer
from ztdsl.simulate.borders import border_requests
from ztdsl.simulate.simulator import Simulator

__all__ = ["Answer", "Simulator", "border_requests"]
