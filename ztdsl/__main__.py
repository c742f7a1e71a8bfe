"""`python -m ztdsl` is `ztc`."""

from __future__ import annotations

from ztdsl.cli.entry import main

if __name__ == "__main__":
    main()
