"""Requests on both sides of every border that a model draws."""

from __future__ import annotations

from ztdsl.simulate.borders.around import border_requests

__all__ = ["border_requests"]
