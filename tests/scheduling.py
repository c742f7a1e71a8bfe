"""Which tests a worker of pytest-xdist runs together."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

# Tests of these folders take their time each: any worker takes the next one.
_SLOW = ("tests/checks/", "tests/cli/", "tests/docs/", "tests/golden/", "tests/property/", "tests/seeded/")


def together(test: str) -> str:
    """The name of the group of a test.

    What a type checker says is asked for once, and so it is one group; the wheel is built for one file of tests.
    """
    file, _, name = test.partition("::")
    if file.startswith("tests/typing/") and "[" in name:
        return f"tests/typing {name.partition('[')[2].partition('-')[0].removesuffix(']')}"
    return test if file.startswith(_SLOW) else file


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out one group at a time, large groups first."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)
