"""What axe cannot see inside an SVG: the ink of the figures is read on each of their colours."""

import re

import pytest

from course_lib.figures.base import read

SHADES = ("paper", "wash", "pos", "neg", "i", "f", "g", "o", "r")


def palettes():
    """The blocks of colours in still.css: {name: #rrggbb}, light or dark."""
    blocks = re.findall(r"\{([^{}]*--fig-ink:[^{}]*)\}", read("still.css"))
    return [dict(re.findall(r"--fig-(\w+): (#[0-9a-f]{3,6})\b", block)) for block in blocks]


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_that_of_the_guidelines():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colours", palettes(), ids=["light", "dark", "system", "paper"])
def test_ink_is_read_on_every_colour_and_what_is_faint_on_both_grounds(colours):
    weak = {
        shade: round(contrast(colours["ink"], colours[shade]), 2)
        for shade in SHADES
        if shade in colours and contrast(colours["ink"], colours[shade]) < 4.5
    }
    assert weak == {}
    for ground in ("paper", "wash"):
        if ground in colours:
            assert contrast(colours["faint"], colours[ground]) >= 4.5
    assert contrast(colours["edge"], colours["paper"]) >= 3  # borders of what one presses
