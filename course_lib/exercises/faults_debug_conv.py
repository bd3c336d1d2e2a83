"""Cell E of the debugging assignment: a ConvLSTM cell with a switch for every known mistake."""

import torch
from torch import nn
from torch.nn.functional import conv2d

from course_lib.layers import convlstm_cell

NAMES = ("w_x", "w_h", "b", "w_ci", "w_cf", "w_co")
PEEPHOLES = NAMES[3:]
BROKEN_E = frozenset({"o-sees-old-c", "peepholes-not-registered"})


def step(on: frozenset[str], x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    """x (B, C, H, W), state (h, c), each (B, D, H, W) -> h, c."""
    h, c_old = state
    pad = w_x.shape[-1] // 2
    if "i-and-f-peepholes-exchanged" in on:
        w_ci, w_cf = w_cf, w_ci
    sums = 0
    if "without-x" not in on:
        sums = sums + conv2d(x, w_x, padding=pad)
    if "without-h" not in on:
        sums = sums + conv2d(h, w_h, padding=pad)
    if "without-b" not in on:
        sums = sums + b.view(1, -1, 1, 1)
    i, f, g, o = sums.chunk(4, 1)
    i = i if "without-w_ci" in on else i + w_ci * c_old
    f = f if "without-w_cf" in on else f + w_cf * c_old
    if "g-has-a-peephole" in on:
        g = g + w_co * c_old
    gate = torch.tanh if "gates-tanh" in on else torch.sigmoid
    i, f = gate(i), gate(f)
    if "gates-exchanged" in on:
        i, f = f, i
    if "forget-inverted" in on:
        f = 1 - f
    if "candidate-sigmoid" in on:
        g = torch.sigmoid(g)
    elif "candidate-linear" not in on:
        g = torch.tanh(g)
    old = c_old if "no-forget-gate" in on else f * c_old
    new = g if "no-input-gate" in on else i * g
    c = new if "old-not-kept" in on else old if "nothing-written" in on else old + new
    seen = c_old if "o-sees-old-c" in on else torch.tanh(c) if "o-sees-tanh-c" in on else c
    o = gate(o if "without-w_co" in on else o + w_co * seen)
    if "no-output-gate" in on:
        return torch.tanh(c), c
    h = o * c if "h-without-tanh" in on else o * torch.tanh(c)
    h = o * torch.sigmoid(c) if "h-sigmoid" in on else h
    if "returns-swapped" in on:
        return c, h
    if "returns-old-c" in on:
        return h, c_old
    return h, c


def module(on: frozenset[str]) -> type[nn.Module]:
    """A class like cell E, making these mistakes."""
    return type("ConvLSTMCell", (FaultyConvLSTMCell,), {"on": on})


class FaultyConvLSTMCell(nn.Module):
    """C input channels, D hidden ones; kernels (4D, C, K, K), peepholes (D, H, W)."""

    on: frozenset[str] = frozenset()

    def __init__(self, in_channels, hidden_channels, kernel_size, height, width):
        super().__init__()
        C, D, K = in_channels, hidden_channels, kernel_size
        self.bound = (C * K * K) ** -0.5
        values = {
            "w_x": torch.empty(4 * D, C, K, K).uniform_(-self.bound, self.bound),
            "w_h": torch.empty(4 * D, D, K, K).uniform_(-self.bound, self.bound),
            "b": torch.zeros(4 * D),
            **{name: torch.zeros(D, height, width) for name in PEEPHOLES},
        }
        for name in PEEPHOLES:
            if "peepholes-start-elsewhere" in self.on:
                values[name].uniform_(-self.bound, self.bound)
        if "starts-equal" in self.on:
            values["w_x"].fill_(self.bound)
            values["w_h"].fill_(self.bound)
        for name, value in values.items():
            plain = "not-registered" in self.on or (
                "peepholes-not-registered" in self.on and name in PEEPHOLES
            )
            setattr(self, name, value.requires_grad_() if plain else nn.Parameter(value))

    def weights(self):
        return [getattr(self, name) for name in NAMES]

    def forward(self, x, state):
        weights = self.weights()
        if "drawn-anew" in self.on:
            weights = [torch.randn_like(w) * self.bound for w in weights]
        return step(self.on, x, state, *weights)


class CourseConvLSTMCell(FaultyConvLSTMCell):
    """The oracle: the course's own ``convlstm_cell``, which is tested against torch."""

    def forward(self, x, state):
        return convlstm_cell(x, state, *self.weights())
