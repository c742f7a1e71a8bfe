"""Pictures of a terminal show what a terminal shows."""

from __future__ import annotations

import re

import pytest

from tests.docs.pictures import ALL, Picture, text_of

_COLOR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("picture", ALL, ids=lambda each: each.name)
def test_a_picture_is_of_the_present_program(picture: Picture) -> None:
    """Each letter of a fresh run stands in it, in that order; `just golden` records it anew."""
    said = "".join(_COLOR.sub("", picture.said).split())
    drawn = text_of(picture.file.read_text(encoding="utf-8"))

    assert drawn == "".join(f"$ ztc {' '.join(picture.words)}".split()) + said
    assert (
        "http"
        not in picture.file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "").partition("<g")[0]
    )
