"""Cost calculator: parameters and multiply-adds of the course's layers, from sizes, exactly.

Nothing is computed from formulas here: real layers are made without memory (device "meta"), their
parameters counted, and torch's flop counter watches one step. The page has the formulas, and the
tests hold them to these counts.
"""

from math import isqrt, prod
from typing import ClassVar

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib.errors import CourseError
from course_lib.figures.base import Figure, Room, script, styles, whole, whole_number
from course_lib.figures.still import Picture, grouped
from course_lib.i18n import N_, _
from course_lib.layers import ConvLSTMCell, gru_cell, lstm_cell, rnn_cell

# Numbers in one image. With more, a count could pass 2^53, where the page stops being exact.
MOST = 2**24
VECTOR = ["dense", "rnn", "gru", "lstm", "lstmp"]
LAYERS = {
    "images": ["dense", "local", "convolution", "rnn", "gru", "lstm", "lstmp", "convlstm"],
    "vectors": VECTOR,
}
FIRST = {
    "images": {"n": 32, "c": 3, "c_out": 8, "s": 5, "P": 512},
    "vectors": {"I": 64, "H": 256, "P": 64},
}
BOUNDS = {
    "images": {"n": (1, 1024), "c": (1, 256), "c_out": (1, 256), "s": (1, 15), "P": (1, 4096)},
    "vectors": {"I": (1, 8192), "H": (1, 8192), "P": (1, 4096)},
}
ROOMS = {
    "images": Room(
        latin=(1396, 1228, 1228, 1206, 766, 760), chinese=(1349, 1160, 1160, 1160, 749, 749)
    ),
    "vectors": Room(latin=(1054, 954, 954, 948, 589, 583), chinese=(986, 902, 902, 902, 572, 572)),
}


class CostCalculator(Figure):
    """What each layer costs: {layer: {"parameters", "multiply_adds"}}, one image or time step.

    ``kind`` "images": from a c × n × n image to c_out × n × n, kernel s (odd); the dense and the
    recurrent layers get I = c n² numbers and make H = c_out n². ``kind`` "vectors": from I numbers
    to H, projection P. Settings: the sizes, ``layer`` (the one explained) and ``log`` (bool).
    Counted: dense and local without bias, convolution and ConvLSTM with it, recurrent layers with
    torch's two; multiply-adds of matrix products and convolutions. Without P < H, no LSTMP.
    Raises CourseError for sizes the figure does not take.
    """

    _esm = script("cost_calculator.js")
    _css = styles()

    WORDS: ClassVar = {
        "question": N_("Which size makes which layer expensive?"),
        "title": N_("What a layer costs"),
        "n": N_("height and width n"),
        "c": N_("channels in c"),
        "c_out": N_("channels out c′"),
        "s": N_("kernel s"),
        "I": N_("inputs I"),
        "H": N_("hidden units H"),
        "P": N_("projection P"),
        "parameters": N_("parameters"),
        "multiply_adds": N_("multiply-adds of one step"),
        "dense": N_("dense"),
        "local": N_("local"),
        "convolution": N_("convolution"),
        "rnn": N_("RNN"),
        "gru": N_("GRU"),
        "lstm": N_("LSTM"),
        "lstmp": N_("LSTMP"),
        "convlstm": N_("ConvLSTM"),
        "log": N_("Logarithmic axis: each line is ten times the one before"),
        "row": N_("{layer}: {parameters} parameters, {multiply_adds} multiply-adds."),
        "missing": N_("{layer} needs P smaller than H = {H}."),
        "rows": N_("Layers. Arrow keys move from layer to layer."),
        "says": N_("{layer}, compared with the dense layer: {parameters}; {multiply_adds}."),
        "more_parameters": N_("{times} × the parameters"),
        "more_multiply_adds": N_("{times} × the multiply-adds"),
        "fewer_parameters": N_("{times} times fewer parameters"),
        "fewer_multiply_adds": N_("{times} times fewer multiply-adds"),
    }

    def __init__(self, kind: str = "images", *, language: str = "", **sizes):
        if kind not in LAYERS:
            raise CourseError(
                _("The cost calculator counts for {kinds}, not for {kind}.").format(
                    kinds=", ".join(LAYERS), kind=kind
                )
            )
        self._kind = kind
        self.ROOM = ROOMS[kind]
        super().__init__(
            language=language,
            constants={
                "kind": kind,
                "layers": LAYERS[kind],
                "sizes": list(BOUNDS[kind]),  # a page may sort the names of a dict
                "bounds": BOUNDS[kind],
                "most": MOST,
                "first": FIRST[kind],
            },
            settings=FIRST[kind] | sizes,
        )

    def clean(self, settings):
        layers = LAYERS[self._kind]
        settings = whole(settings, FIRST[self._kind] | {"layer": layers[-1], "log": False})
        cleaned = {
            name: whole_number(name, settings[name], *bounds)
            for name, bounds in BOUNDS[self._kind].items()
        }
        if self._kind == "images":
            channels = max(cleaned["c"], cleaned["c_out"])
            whole_number("n", cleaned["n"], 1, isqrt(MOST // channels))
            if cleaned["s"] % 2 == 0:
                raise CourseError(
                    _("The kernel s must be odd to keep the size of the image, not {s}.").format(
                        s=cleaned["s"]
                    )
                )
        if settings["layer"] not in layers:
            raise CourseError(
                _("Choose a layer among {names}, not {name}.").format(
                    names=", ".join(layers), name=settings["layer"]
                )
            )
        return cleaned | {"layer": settings["layer"], "log": bool(settings["log"])}

    def compute(self, settings):
        if self._kind == "images":
            n, c, c_out, s = (settings[name] for name in ("n", "c", "c_out", "s"))
            counts = _vectors(c * n * n, c_out * n * n, settings["P"]) | _images(n, c, c_out, s)
        else:
            counts = _vectors(*(settings[name] for name in "IHP"))
        return {name: counts[name] for name in LAYERS[self._kind] if name in counts}

    def picture(self):
        tall, left, wide, gap = 30, 96, 128, 150
        rows = LAYERS[self._kind]
        columns = {"parameters": left, "multiply_adds": left + wide + gap}
        picture = Picture(left + 2 * (wide + gap), 58 + tall * len(rows), self.words, self.language)
        picture.text(_sizes(self.settings), 4, 16, size=14, anchor="start", kind="name")
        for part, x in columns.items():
            picture.words(part, x, 42, size=13, kind="strong")
            most = max(cost[part] for cost in self.values.values())
            for number, name in enumerate(rows):
                y = 52 + tall * number
                if x == left:
                    picture.words(name, 4, y + 19, size=13)
                cost = self.values.get(name)
                length = wide * cost[part] / most if cost else 0
                picture.square(x, y + 4, round(max(length, 0.5), 2), tall - 10, "pos edge")
                shown = grouped(cost[part]) if cost else "—"
                picture.text(shown, x + length + 6, y + 19, size=12, anchor="start")
        return picture.svg()


def _sizes(settings):
    names = {"c_out": "c′"}
    shown = (name for name in settings if name not in ("layer", "log"))
    return ", ".join(f"{names.get(name, name)} = {settings[name]}" for name in shown)


def _vectors(I, H, P):
    """The layers that take I numbers and make H."""
    x, h = _shape(1, I), _shape(1, H)
    dense = nn.Linear(I, H, bias=False, device="meta")
    rnn, gru, lstm = (kind(I, H, device="meta") for kind in (nn.RNN, nn.GRU, nn.LSTM))
    counts = {
        "dense": _cost(dense.parameters(), lambda: dense(x)),
        "rnn": _cost(rnn.parameters(), lambda: rnn_cell(x, h, *rnn.parameters())),
        "gru": _cost(gru.parameters(), lambda: gru_cell(x, h, *gru.parameters())),
        "lstm": _cost(lstm.parameters(), lambda: lstm_cell(x, (h, h), *lstm.parameters())),
    }
    if P < H:
        lstmp = nn.LSTM(I, H, proj_size=P, device="meta")
        states = _shape(1, P), h
        counts["lstmp"] = _cost(
            lstmp.parameters(), lambda: lstm_cell(x, states, *lstmp.parameters())
        )
    return counts


def _images(n, c, c_out, s):
    """The layers that look near by."""
    image = _shape(1, c, n, n)
    convolution = nn.Conv2d(c, c_out, s, padding=s // 2, device="meta")
    convlstm = ConvLSTMCell(c, c_out, s, device="meta")
    # A matrix W_ij (c_out, s² c) and a patch for every pixel.
    weights, patches = _shape(n * n, c_out, s * s * c), _shape(n * n, s * s * c, 1)
    return {
        "local": _cost([weights], lambda: torch.bmm(weights, patches)),
        "convolution": _cost(convolution.parameters(), lambda: convolution(image)),
        "convlstm": _cost(convlstm.parameters(), lambda: convlstm(image)),
    }


def _cost(parameters, run):
    """Parameters counted, and the multiply-adds of ``run`` (one is two flops)."""
    with FlopCounterMode(display=False) as counter:
        run()
    return {
        "parameters": sum(prod(p.shape) for p in parameters),
        "multiply_adds": counter.get_total_flops() // 2,
    }


def _shape(*sizes):
    """A tensor that is all shape: no numbers, no memory."""
    return torch.empty(*sizes, device="meta")
