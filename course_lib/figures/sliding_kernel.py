"""Sliding kernel: a window over a row or an image, and beside it the matrix that does the same."""

from typing import ClassVar

import torch

from course_lib.errors import CourseError
from course_lib.figures.base import Figure, Room, script, styles, whole, whole_number
from course_lib.figures.still import Picture
from course_lib.i18n import N_, _
from course_lib.layers import conv1d, conv2d, true_conv1d, true_conv2d

INPUT = [1, 3, 0, 2, -1, 2, 1]  # (L)
IMAGE = [  # (H, W): a seven
    [0, 1, 1, 1, 0],
    [0, 0, 0, 1, 0],
    [0, 0, 1, 0, 0],
    [0, 1, 0, 0, 0],
    [0, 1, 0, 0, 0],
]
LARGEST = 3  # of a weight
MOST_PADDING = 2
START = {
    "dims": 1,
    "kernel": [2, 1, -1, 1],
    "image_kernel": [[0, -1, 1], [-1, 2, 0], [1, 0, -2]],
    "K": 3,
    "padding": 1,
    "stride": 1,
    "dilation": 1,
    "flip": False,
    "at": 2,
}


class SlidingKernel(Figure):
    """A kernel that slides over seven numbers, or over an image of 5 × 5, and its matrix.

    Settings: ``dims`` 1 or 2; ``kernel`` (4) and ``image_kernel`` (3, 3), whole numbers within
    ±3, of which the first ``K`` (times K) count, K from 2 to 4, or to 3 in an image; ``padding``
    0 to 2; ``stride`` 1 to 3; ``dilation`` 1 or 2; ``flip``: True for the convolution of
    mathematics, False for the cross-correlation of torch; ``at``: the position of the window,
    row by row from 0.
    Values: ``shape`` of the output, ``out`` row by row, ``matrix`` (outputs, inputs), all from
    ``course_lib.layers``. Raises CourseError for settings outside these bounds.
    """

    _esm = script("sliding_kernel.js")
    _css = styles()
    ROOM = Room(latin=(954, 905, 870, 818, 712, 677), chinese=(818, 818, 818, 774, 658, 658))

    WORDS: ClassVar = {
        "question": N_("Turn the kernel round. For which kernels does nothing change?"),
        "title": N_("One kernel, every position: a window and its matrix"),
        "row": N_("Row"),
        "image": N_("Image"),
        "flip": N_("Turn the kernel round"),
        "K": N_("kernel size"),
        "padding": N_("padding"),
        "stride": N_("stride"),
        "dilation": N_("dilation"),
        "at": N_("position"),
        "kernel": N_("Kernel. Arrow keys move from weight to weight."),
        "weight": N_("weight {name}"),
        "legend": N_(
            "Dashed: padding. M is the same layer as a matrix; its outlined row is this window."
        ),
        "corr": N_("Cross-correlation"),
        "conv": N_("True convolution"),
        "says": N_("{kind}: {sum}. Numbers in: {size}, numbers out: {out}."),
    }

    def __init__(self, dims: int = 1, *, language: str = "", **settings):
        super().__init__(
            language=language,
            constants={
                "input": INPUT,
                "image": IMAGE,
                "largest": LARGEST,
                "most_padding": MOST_PADDING,
            },
            settings={"dims": dims, **settings},
        )

    def clean(self, settings):
        settings = whole(settings, START)
        dims = whole_number("dims", settings["dims"], 1, 2)
        kernel, image_kernel = settings["kernel"], settings["image_kernel"]
        if not _is_kernel(kernel, image_kernel):
            raise CourseError(
                _(
                    "kernel must be 4 whole numbers and image_kernel 3 rows of 3, all of them "
                    "from −{most} to {most}."
                ).format(most=LARGEST)
            )
        cleaned = {
            "dims": dims,
            "kernel": list(kernel),
            "image_kernel": [list(row) for row in image_kernel],
            "K": whole_number("K", settings["K"], 2, 4 if dims == 1 else 3),
            "padding": whole_number("padding", settings["padding"], 0, MOST_PADDING),
            "stride": whole_number("stride", settings["stride"], 1, 3),
            "dilation": whole_number("dilation", settings["dilation"], 1, 2),
            "flip": bool(settings["flip"]),
        }
        positions = len(self.compute(cleaned)["out"])
        return cleaned | {"at": whole_number("at", settings["at"], 0, positions - 1)}

    def compute(self, settings):
        K = settings["K"]
        options = {name: settings[name] for name in ("padding", "stride", "dilation")}
        if settings["dims"] == 1:
            x = torch.tensor(INPUT, dtype=torch.float64)
            w = torch.tensor(settings["kernel"][:K], dtype=torch.float64)
            slide = true_conv1d if settings["flip"] else conv1d
        else:
            x = torch.tensor(IMAGE, dtype=torch.float64)
            w = torch.tensor(settings["image_kernel"], dtype=torch.float64)[:K, :K]
            slide = true_conv2d if settings["flip"] else conv2d
        # What the layer makes of each unit vector is a column of its matrix.
        units = torch.eye(x.numel(), dtype=torch.float64).view(-1, 1, *x.shape)
        out = slide(x[None, None], w[None, None], **options)[0, 0]
        matrix = slide(units, w[None, None], **options).flatten(1).T  # (outputs, inputs)
        return {
            "shape": list(out.shape),
            "out": out.flatten().tolist(),
            "matrix": matrix.tolist(),
        }

    def picture(self):
        s = self.settings
        if s["dims"] == 2:
            return self._picture_of_image()
        K, p, step, d, L = s["K"], s["padding"], s["stride"], s["dilation"], len(INPUT)
        weights = s["kernel"][:K][:: -1 if s["flip"] else 1]
        u, left, tall = 40, 34, 28
        rows = len(self.values["out"])
        top = 150
        picture = Picture(
            left + (L + 2 * MOST_PADDING) * u + 190, top + 34 + max(rows, L) * tall, self.words,
            self.language,
        )  # fmt: skip

        def column(n):
            return left + (n + MOST_PADDING + 0.5) * u

        first = s["at"] * step - p
        for n in range(-p, L + p):
            if 0 <= n < L:
                picture.cell(column(n), 22, u - 2, tall, INPUT[n], full=LARGEST, digits=0)
            else:
                picture.rect(column(n) - u / 2 + 1, 8, u - 2, tall, kind="pad")
                picture.text("0", column(n), 26, kind="faint")
        for m, w in enumerate(weights):
            x = column(first + m * d)
            picture.cell(x, 58, u - 2, tall, w, full=LARGEST, digits=0)
            picture.line(x, 73, column(first + d * (K - 1) / 2), 100)
        for n, y in enumerate(self.values["out"]):
            x = column(n * step - p + d * (K - 1) / 2)
            picture.cell(x, 114, u - 2, tall, y, full=8, digits=0)
        for letter, y in (("x", 27), ("w", 63), ("y", 119)):
            picture.maths(letter, "", 8, y)
        picture.maths("M", "", 8, top + 30)
        for r, row in enumerate(self.values["matrix"]):
            y = top + 20 + (r + 0.5) * tall
            for c, value in enumerate(row):
                if value:
                    picture.cell(column(c), y, u - 2, tall - 2, value, full=LARGEST, digits=0)
                else:
                    picture.rect(column(c) - u / 2 + 1, y - tall / 2 + 1, u - 2, tall - 2, "blank")
            picture.cell(column(L + 3), y, u - 2, tall - 2, self.values["out"][r], full=8, digits=0)
        for c, value in enumerate(INPUT):
            y = top + 20 + (c + 0.5) * tall
            picture.cell(column(L + 1), y, u - 2, tall - 2, value, full=LARGEST, digits=0)
        picture.text("=", column(L + 2), top + 20 + rows * tall / 2)
        return picture.svg()

    def _picture_of_image(self):
        u, top, gap = 30, 30, 40
        rows, columns = self.values["shape"]
        p, m = self.settings["padding"], 5
        n = len(IMAGE) + 2 * p
        tall = max(n, rows) * u
        height = top + max(tall, m * rows * columns) + 8
        width = (n + columns) * u + 2 * gap + m * len(IMAGE) ** 2 + 20
        picture = Picture(width, height, self.words, self.language)
        for i in range(n):
            for j in range(n):
                x, y = 8 + (j + 0.5) * u, top + (i + 0.5) * u
                if p <= i < n - p and p <= j < n - p:
                    value = IMAGE[i - p][j - p]
                    picture.cell(x, y, u - 2, u - 2, value, full=LARGEST, digits=0)
                else:
                    picture.rect(x - u / 2 + 1, y - u / 2 + 1, u - 2, u - 2, kind="pad")
        x_out, x_matrix = 8 + n * u + gap, 8 + (n + columns) * u + 2 * gap
        for k, value in enumerate(self.values["out"]):
            x, y = x_out + (k % columns + 0.5) * u, top + (k // columns + 0.5) * u
            picture.cell(x, y, u - 2, u - 2, value, full=8, digits=0)
        for r, row in enumerate(self.values["matrix"]):
            for c, value in enumerate(row):
                if value:
                    kind = "pos" if value > 0 else "neg"
                    picture.rect(x_matrix + c * m, top + r * m, m, m, kind=kind)
        for letter, x in (("x", 8), ("y", x_out), ("M", x_matrix)):
            picture.maths(letter, "", x, top - 10)
        return picture.svg()


def _is_kernel(kernel, image_kernel) -> bool:
    """4 numbers and 3 rows of 3, all whole and small."""
    try:
        rows = [list(row) for row in image_kernel]
        numbers = [*kernel, *(w for row in rows for w in row)]
    except TypeError:
        return False
    sizes = len(kernel) == 4 and [len(row) for row in rows] == [3, 3, 3]
    return sizes and all(
        isinstance(w, int) and not isinstance(w, bool) and abs(w) <= LARGEST for w in numbers
    )
