"""Makes the skeleton of a check: its catalogue row, its page and its executed pair.

Called as `just new-check ZT139 unreachable-port warning`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
CATALOGUE = ROOT / "ztdsl" / "diagnostics" / "catalogue.py"
ROW = re.compile(r'^    Entry\("(ZT\d{3})"')


def main(code: str, slug: str, severity: str) -> None:
    """Write the skeleton of `code` and say what is left to do."""
    if not re.fullmatch(r"ZT\d{3}", code) or severity not in {"error", "warning", "info"}:
        sys.exit("usage: just new-check ZTnnn slug-of-the-check error|warning|info")
    rows = CATALOGUE.read_text(encoding="utf-8").splitlines(keepends=True)
    known = {match[1]: index for index, row in enumerate(rows) if (match := ROW.match(row))}
    if code in known:
        sys.exit(f"{code} is taken, and numbers are never reused")
    before = max((index for other, index in known.items() if other < code), default=min(known.values()) - 1)
    rows.insert(before + 1, f'    Entry("{code}", "{slug}", {severity.upper()}, "what is wrong, in one line"),\n')
    CATALOGUE.write_text("".join(rows), encoding="utf-8")

    made = [
        _copied("page.md", ROOT / "docs" / "checks" / f"{code}.md", code, slug),
        _copied("bad.py", ROOT / "tests" / "checks" / code / "bad.py", code, slug),
        _copied("good.py", ROOT / "tests" / "checks" / code / "good.py", code, slug),
    ]
    for path in (CATALOGUE, *made):
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    sys.stdout.write("next: raise it in the pass that sees it, fill in the four files, then `just golden`\n")


def _copied(template: str, target: Path, code: str, slug: str) -> Path:
    text = (HERE / template).read_text(encoding="utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.replace("ZTCODE", code).replace("SLUG", slug), encoding="utf-8")
    return target


if __name__ == "__main__":
    main(*sys.argv[1:])
