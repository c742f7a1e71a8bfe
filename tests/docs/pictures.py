"""Pictures of a terminal for the documentation, recorded from real runs in colour."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from html import unescape
from io import StringIO
from pathlib import Path
from re import DOTALL, findall, sub
from typing import Final

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

ROOT: Final = Path(__file__).parents[2]
PICTURES: Final = ROOT / "docs" / "pictures"
WIDTH: Final = 100
_FORMAT: Final = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; \
font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""Rich's own form without its fonts, which a page would load from elsewhere."""


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        name: of the file.
        words: what a person types after `ztc`.
        place: the directory it is typed in.
        code: the exit code.
    """

    name: str
    words: tuple[str, ...]
    place: Path
    code: int

    @property
    def file(self) -> Path:
        """Where it lies."""
        return PICTURES / f"{self.name}.svg"

    @property
    def said(self) -> str:
        """What the command prints, with the colours of a terminal."""
        command = [sys.executable, "-m", "ztdsl", *self.words, "--color", "always"]
        done = subprocess.run(command, cwd=self.place, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (self.code, "")
        return done.stdout


ALL: Final = (
    Picture("diff", ("diff", "policies.py", "--live", "live.json"), Path(__file__).parents[1] / "cli" / "diff", 1),
)


def drawn(picture: Picture) -> str:
    """The picture as SVG."""
    console = Console(record=True, width=WIDTH, file=StringIO(), color_system="truecolor", force_terminal=True)
    console.print(Text(f"$ ztc {' '.join(picture.words)}", style="bold"))
    console.print(Text.from_ansi(picture.said))
    svg = console.export_svg(title="", theme=SVG_EXPORT_THEME, code_format=_FORMAT, unique_id=picture.name)
    return sub(r"[ \t]+$", "", svg, flags=8)  # re.MULTILINE


def text_of(svg: str) -> str:
    """What a person reads in it, without spaces."""
    return "".join("".join(unescape(each).split()) for each in findall(r"<text[^>]*>(.*?)</text>", svg, DOTALL))


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for each in ALL:
        each.file.write_text(drawn(each), encoding="utf-8")
