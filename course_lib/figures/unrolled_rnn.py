"""Unrolled RNN: the same cell at every time step, its sums in numbers, and one input to change."""

from typing import ClassVar

import torch

from course_lib.errors import CourseError
from course_lib.figures.base import Figure, Room, script, styles, whole, whole_number
from course_lib.figures.still import Picture
from course_lib.i18n import N_, _
from course_lib.layers import rnn_cell

# One decimal each, so that a reader can check a sum with pencil and paper.
INPUTS = [[0.8, -0.5], [0.2, 0.9], [-0.7, 0.4], [0.5, 0.1], [-0.3, -0.8], [0.6, 0.3]]  # (T, I)
W_XH = [[0.9, -0.4, 0.3], [0.2, 0.7, -0.8]]  # (I, H)
W_HH = [[0.6, -0.3, 0.2], [0.4, 0.5, -0.3], [-0.2, 0.5, 0.7]]  # (H, H)
BIAS = [0.1, -0.2, 0.0]  # (H)
LARGEST = 2.0


class UnrolledRNN(Figure):
    """An RNN over a short sequence: h_t = tanh(x_t W^xh + h_{t-1} W^hh + b), in numbers.

    ``inputs`` (T ≤ 6, I ≤ 3); ``rnn``: a one-layer, one-directional tanh ``nn.RNN`` or
    ``course_lib.layers.RNN`` with I inputs and H ≤ 3 units (default: a small one with weights of
    one decimal). Settings: ``x`` (T, I) within ±2, ``t`` the step shown, 1 to T.
    Values: ``h`` (T, H), ``from_x`` and ``from_h`` (T, H), the products x_t W^xh and
    h_{t-1} W^hh, ``sum`` (T, H), all from ``course_lib.layers.rnn_cell``'s weights.
    Raises CourseError for what does not fit into the figure.
    """

    _esm = script("unrolled_rnn.js")
    _css = styles()
    ROOM = Room(latin=(976, 955, 878, 878, 796, 771), chinese=(911, 911, 835, 824, 771, 771))

    WORDS: ClassVar = {
        "question": N_("Change one input. Which states change, and for how long?"),
        "title": N_("One cell, called at every time step"),
        "step": N_("time step"),
        "input": N_("{name}, feature {j}"),
        "legend": N_("Outlined: other than at the start. Bar: how far hₜ has moved."),
        "same": N_("No input changed yet. Step {t} of {T} is worked out below."),
        "says": N_(
            "You changed the input of step {steps}. States changed: {changed}. Same: {same}."
        ),
        "none": N_("none"),
    }

    def __init__(self, inputs=None, rnn=None, *, t: int = 1, language: str = ""):
        weights = _default_weights() if rnn is None else _weights_of(rnn)
        self._w_ih, self._w_hh, self._b_ih, self._b_hh = weights
        H, I = self._w_ih.shape
        x = _numbers(INPUTS if inputs is None else inputs)
        if x.dim() != 2 or x.shape[1] != I or not 1 <= len(x) <= 6 or I > 3 or H > 3:
            raise CourseError(
                _(
                    "UnrolledRNN shows inputs of shape (T, {I}) with T from 1 to 6, input size and "
                    "hidden size at most 3; here inputs are {shape} and the hidden size is {H}."
                ).format(I=I, shape=tuple(x.shape), H=H)
            )
        self._first = x.tolist()
        super().__init__(
            language=language,
            constants={
                "x": self._first,
                "w_xh": self._w_ih.T.tolist(),
                "w_hh": self._w_hh.T.tolist(),
                "b": (self._b_ih + self._b_hh).tolist(),
                "largest": LARGEST,
            },
            settings={"x": self._first, "t": t},
        )

    def clean(self, settings):
        settings = whole(settings, {"x": self._first, "t": 1})
        T, I = len(self._first), len(self._first[0])
        x = _numbers(settings["x"])
        if x.shape != (T, I) or not bool((x.abs() <= LARGEST).all()):
            raise CourseError(
                _(
                    "The inputs x must be {T} rows of {I} numbers from −{most:g} to {most:g}."
                ).format(T=T, I=I, most=LARGEST)
            )
        return {"x": x.tolist(), "t": whole_number("t", settings["t"], 1, T)}

    def compute(self, settings):
        x = torch.tensor(settings["x"], dtype=torch.float64)[:, None]  # (T, B=1, I)
        h = torch.zeros(1, len(self._w_hh), dtype=torch.float64)
        values = {"h": [], "from_x": [], "from_h": [], "sum": []}
        for x_t in x:
            from_x, from_h = x_t @ self._w_ih.T, h @ self._w_hh.T  # (1, H)
            h = rnn_cell(x_t, h, self._w_ih, self._w_hh, self._b_ih, self._b_hh)
            values["from_x"].append(from_x[0].tolist())
            values["from_h"].append(from_h[0].tolist())
            values["sum"].append((from_x + from_h + self._b_ih + self._b_hh)[0].tolist())
            values["h"].append(h[0].tolist())
        return values

    def picture(self):
        T, I, H = len(self._first), len(self._first[0]), len(self._w_hh)
        column, left, top, tall = 92, 70, 8, 26
        y_x = top + H * tall + 56
        picture = Picture(
            left + (T + 1) * column - 34, y_x + I * tall + 40, self.words, self.language
        )
        for t in range(T + 1):
            x = left + t * column
            middle = top + H * tall / 2
            if t:
                picture.arrow(x - column + 28, middle, x - 28, middle)
                picture.arrow(x, y_x, x, top + H * tall + 2)
            h = self.values["h"][t - 1] if t else [0.0] * H
            for unit, value in enumerate(h):
                picture.cell(x, top + (unit + 0.5) * tall, 52, tall - 2, value)
            for feature, value in enumerate(self.settings["x"][t - 1] if t else []):
                y = y_x + (feature + 0.5) * tall
                picture.cell(x, y, 52, tall - 2, value, full=LARGEST)
            picture.text(str(t), x, y_x + I * tall + 22, kind="faint")
        picture.maths("h", "t", 14, top + H * tall / 2 + 5)
        picture.maths("x", "t", 14, y_x + I * tall / 2 + 5)
        picture.maths("", "t", 14, y_x + I * tall + 18)
        return picture.svg()


def _numbers(rows):
    """``rows`` as a tensor; an empty one, which fits nowhere, when they are not numbers."""
    try:
        return torch.as_tensor(rows, dtype=torch.float64).detach()
    except (TypeError, ValueError, RuntimeError):
        return torch.empty(0)


def _default_weights():
    w_xh, w_hh, b = (torch.tensor(w, dtype=torch.float64) for w in (W_XH, W_HH, BIAS))
    return w_xh.T, w_hh.T, b, torch.zeros_like(b)


def _weights_of(rnn):
    """weight_ih_l0 (H, I), weight_hh_l0 (H, H), bias_ih_l0 and bias_hh_l0 (H) of an RNN module."""
    plain = getattr(rnn, "num_layers", 0) == 1 and not getattr(rnn, "bidirectional", False)
    if not plain or getattr(rnn, "nonlinearity", "") != "tanh":
        raise CourseError(
            _("UnrolledRNN shows an RNN module with one layer, one direction and tanh.")
        )
    state = {name: value.detach().double() for name, value in rnn.state_dict().items()}
    zeros = torch.zeros(rnn.hidden_size, dtype=torch.float64)
    return (
        state["weight_ih_l0"],
        state["weight_hh_l0"],
        state.get("bias_ih_l0", zeros),
        state.get("bias_hh_l0", zeros),
    )
