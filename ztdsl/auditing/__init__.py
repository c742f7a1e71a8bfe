"""Logs held against policies: what each line was decided by, which grants nobody used, what a new version refuses."""

from __future__ import annotations
