"""Makes the skeleton of a check: its catalogue row, its page and its executed pair.

Called as `just new-check ZT139 unreachable-port warning` for a check of policies. With `yaml` behind it, the pair are
manifests, and `ztdsl/checks/unreachable_port.py` is made, too.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
CATALOGUE = ROOT / "ztdsl" / "diagnostics" / "catalogue.py"
SEVERITIES = ("error", "warning", "info")
ROW = re.compile(r'^    Entry\("(ZT\d{3})"')


def main(code: str, slug: str, severity: str, of: str = "python") -> None:
    """Write the skeleton of `code` and say what is left to do."""
    if not re.fullmatch(r"ZT\d{3}", code) or severity not in SEVERITIES or of not in {"python", "yaml"}:
        sys.exit("usage: just new-check ZTnnn slug-of-the-check error|warning|info [yaml]")
    rows = CATALOGUE.read_text(encoding="utf-8").splitlines(keepends=True)
    known = {match[1]: index for index, row in enumerate(rows) if (match := ROW.match(row))}
    if code in known:
        sys.exit(f"{code} is taken, and numbers are never reused")
    before = max((index for other, index in known.items() if other < code), default=min(known.values()) - 1)
    rows.insert(before + 1, f'    Entry("{code}", "{slug}", {severity.upper()}, "what is wrong, in one line"),\n')
    CATALOGUE.write_text("".join(rows), encoding="utf-8")

    is_yaml = of == "yaml"
    pair, page = ("yaml", "page-yaml.md") if is_yaml else ("py", "page.md")
    made = [
        _copied(page, ROOT / "docs" / "checks" / f"{code}.md", code, slug),
        _copied(f"bad.{pair}", ROOT / "tests" / "checks" / code / f"bad.{pair}", code, slug),
        _copied(f"good.{pair}", ROOT / "tests" / "checks" / code / f"good.{pair}", code, slug),
    ]
    if is_yaml:
        made.append(_copied("check.py.txt", ROOT / "ztdsl" / "checks" / f"{slug.replace('-', '_')}.py", code, slug))
    for path in (CATALOGUE, *made):
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    where = "write `find` and put the module into `registry.CHECKS`" if is_yaml else "raise it in the pass that sees it"
    sys.stdout.write(f"next: {where}, fill in the files, then `just golden`\n")


def _copied(template: str, target: Path, code: str, slug: str) -> Path:
    text = (HERE / template).read_text(encoding="utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.replace("ZTCODE", code).replace("SLUG", slug), encoding="utf-8")
    return target


if __name__ == "__main__":
    main(*sys.argv[1:])
