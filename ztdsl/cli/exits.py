"""What the exit codes of `ztc` mean; they do not depend on the output format."""

from __future__ import annotations

CLEAN = 0
FINDINGS = 1
USAGE = 2
UNREACHABLE = 3
UNDECIDED = 4
INTERNAL = 70
NOT_WRITTEN = 74
INTERRUPTED = 130

MEANING = (
    (CLEAN, "clean at the threshold; also when the reader closes the pipe"),
    (FINDINGS, "findings at or above the threshold (--fail-on, --strict)"),
    (USAGE, "wrong usage, configuration, or a policy file that does not load"),
    (UNREACHABLE, "cluster or network unreachable, or forbidden"),
    (UNDECIDED, "undecided: an answer was asked for that ztc cannot know"),
    (INTERNAL, "internal error; please report it"),
    (NOT_WRITTEN, "the output could not be written"),
    (INTERRUPTED, "interrupted with Ctrl-C"),
)
