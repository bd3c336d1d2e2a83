"""Equivariance: a digit to drag, a convolution that follows it and a dense layer that does not.

The dense layer is a fair opponent. It is what gradient descent from zero weights finds when all ten
digits stand in the middle of the field and the right answer is the convolution's: the solution of
least norm, W = Y G⁻¹ X with the digits as rows of X, their answers as columns of Y and G = X Xᵀ.
"""

from functools import cache
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import pad

from course_lib.data import digit_images
from course_lib.errors import CourseError
from course_lib.figures.base import Figure, Room, script, styles, whole, whole_number
from course_lib.figures.still import Picture, grouped, signed
from course_lib.i18n import N_, _
from course_lib.layers import conv2d

SIDE = 16  # of the field
DIGIT = 8  # of a digit
START = (SIDE - DIGIT) // 2  # row and column where the digit stands in the middle
FURTHEST = 6  # the last two of these steps cut the digit off
INK = 16  # a pixel is a whole number from 0 to INK
KERNELS = {
    "upright": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "level": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "outline": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "blur": [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
}


class Equivariance(Figure):
    """The answers of a convolution and of a dense layer to a digit that moves.

    Settings: ``digit`` (0 to 9), ``dx`` and ``dy`` (−6 to 6 pixels to the right and down),
    ``kernel`` ("upright", "level", "outline" or "blur"). Values: ``input``, ``convolution`` and
    ``dense`` (16, 16), and ``off_convolution``, ``off_dense``: the largest difference between the
    answer to the shifted digit and the shifted answer, f(TX) and T f(X).
    Raises CourseError for a digit, shift or kernel that the figure does not have.
    """

    _esm = script("equivariance.js")
    _css = styles()
    # From 600 px on the still picture is higher than the live figure.
    ROOM = Room(latin=(810, 810, 857, 861, 536, 576), chinese=(762, 762, 803, 845, 536, 576))

    WORDS: ClassVar = {
        "question": N_("Drag the digit. Which answer goes with it?"),
        "title": N_("The convolution's answer moves with the digit; the dense layer's does not."),
        "field": N_("Field with a digit. Arrow keys move the digit, Home puts it in the middle."),
        "input": N_("input image"),
        "convolution": N_("convolution, {count} weights"),
        "dense": N_("dense layer, {count} weights"),
        "digit": N_("digit {digit}"),
        "upright": N_("kernel for upright edges"),
        "level": N_("kernel for level edges"),
        "outline": N_("kernel for outlines"),
        "blur": N_("kernel that blurs"),
        "legend": N_("Orange: above 0. Blue: below 0. Dashed: where the digit is."),
        "right": N_("{n} to the right"),
        "left": N_("{n} to the left"),
        "up": N_("{n} up"),
        "down": N_("{n} down"),
        "both": N_("{across}, {along}"),
        "start": N_("The digit is in the middle: the two answers differ by {off}."),
        "says": N_(
            "Digit moved {where}. From its own shifted answer the convolution differs by {a}, the "
            "dense layer by {b}."
        ),
    }

    def __init__(
        self, digit: int = 7, dx: int = 0, dy: int = 0, kernel: str = "upright", *, language=""
    ):
        super().__init__(
            language=language,
            constants={
                "digits": (_digits() * INK).int().tolist(),
                "ink": INK,
                "side": SIDE,
                "furthest": FURTHEST,
                "kernels": KERNELS,
                "inverse": _inverse().tolist(),
            },
            settings={"digit": digit, "dx": dx, "dy": dy, "kernel": kernel},
        )

    def clean(self, settings):
        settings = whole(settings, {"digit": 7, "dx": 0, "dy": 0, "kernel": "upright"})
        if settings["kernel"] not in list(KERNELS):
            raise CourseError(
                _("There is no kernel called {name}; there are {names}.").format(
                    name=settings["kernel"], names=", ".join(KERNELS)
                )
            )
        return {
            "digit": whole_number("digit", settings["digit"], 0, 9),
            "dx": whole_number("dx", settings["dx"], -FURTHEST, FURTHEST),
            "dy": whole_number("dy", settings["dy"], -FURTHEST, FURTHEST),
            "kernel": settings["kernel"],
        }

    def compute(self, settings):
        dx, dy = settings["dx"], settings["dy"]
        start = _fields()[settings["digit"]]  # (SIDE, SIDE)
        field = _shifted(start, dx, dy)
        values = {"input": field.tolist()}
        for name, layer in _layers(settings["kernel"]).items():
            answer = layer(field)
            values[name] = answer.tolist()
            off = answer - _shifted(layer(start), dx, dy)
            values[f"off_{name}"] = off.abs().max().item()
        return values

    def picture(self):
        """Above the digit in the middle, below the digit moved: to see on paper who follows."""
        side, gap, top = 192, 26, 26
        picture = Picture(3 * side + 2 * gap + 2, 2 * (side + gap) + top + 24, _counted(self.words),
                          self.language)  # fmt: skip
        here = {name: self.settings[name] for name in ("dx", "dy")}
        moved = here if any(here.values()) else {"dx": 3, "dy": -2}
        for column, name in enumerate(("input", "convolution", "dense")):
            x = 1 + column * (side + gap)
            picture.words(name, x, top - 9, size=13)
            for row, shift in enumerate(({"dx": 0, "dy": 0}, moved)):
                values = self.compute(self.settings | shift)
                y = top + row * (side + gap)
                full = 1.0 if name == "input" else _largest(self.settings)
                _panel(picture, x, y, side, values[name], full, **shift)
                if row and name != "input":
                    sign = f"max |f(TX) − T f(X)| = {signed(values[f'off_{name}'])}"
                    picture.text(sign, x, y + side + 18, size=12, anchor="start")
        return picture.svg()


def _panel(picture, x, y, side, rows, full, dx, dy):
    """One field of pixels, with a frame where the digit is; pixels that are 0 stay paper."""
    cell = side / SIDE
    picture.rect(x, y, side, side, kind="paper edge")
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            strength = round(min(1.0, abs(value) / full), 2)
            if strength >= 0.02:
                kind = "neg" if value < 0 else "pos"
                left, upper = x + j * cell, y + i * cell
                picture.square(left, upper, cell, cell, kind, **{"fill-opacity": strength})
    left, upper = (max(0, START + shift) for shift in (dx, dy))
    right, lower = (min(SIDE, START + shift + DIGIT) for shift in (dx, dy))
    width, height = (right - left) * cell, (lower - upper) * cell
    picture.square(x + left * cell, y + upper * cell, width, height, "digit-frame")


def _counted(words):
    """The words with the numbers of weights in them."""
    counts = {"convolution": "9", "dense": grouped(SIDE**4)}
    return {
        language: texts | {name: texts[name].format(count=n) for name, n in counts.items()}
        for language, texts in words.items()
    }


@cache
def _digits() -> Tensor:
    """(10, 8, 8): the first image of each digit, in an order that is always the same."""
    images, labels = digit_images("small")
    return torch.stack([images[labels == digit][0] for digit in range(10)]).double()


@cache
def _fields() -> Tensor:
    """(10, SIDE, SIDE): each digit in the middle of its field."""
    return pad(_digits(), (START,) * 4)


@cache
def _inverse() -> Tensor:
    """G⁻¹ (10, 10) of the digits' Gram matrix."""
    rows = _fields().flatten(1)
    return torch.linalg.inv(rows @ rows.T)


def _layers(kernel):
    """The convolution, and the dense layer that was taught to agree with it in the middle."""
    weight = torch.tensor(KERNELS[kernel], dtype=torch.float64)[None, None]

    def convolution(field):
        return conv2d(field[None, None], weight, padding=1)[0, 0]

    answers = conv2d(_fields()[:, None], weight, padding=1)[:, 0]  # (10, SIDE, SIDE)
    # (SIDE², SIDE²) = answers as columns, G⁻¹, digits as rows
    matrix = answers.flatten(1).T @ _inverse() @ _fields().flatten(1)

    def dense(field):
        return (matrix @ field.flatten()).view_as(field)

    return {"convolution": convolution, "dense": dense}


def _largest(settings):
    """The strongest answer to the digit in the middle: what is drawn with full colour."""
    field = _fields()[settings["digit"]]
    return _layers(settings["kernel"])["convolution"](field).abs().max().item()


def _shifted(image, dx, dy):
    """``image`` moved to the right and down; what leaves is lost, and zeros come in."""
    return pad(image, (dx, -dx, dy, -dy))
