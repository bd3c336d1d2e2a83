"""Cells A and B of the debugging assignment: the LSTM of ``faults_lstm``, in other clothes.

Both are modules. What is wrong with them in the notebook are switches here; the museum adds a
candidate made of the output gate and the old cell state, and weights drawn anew.
"""

import torch
from torch import Tensor, nn

from course_lib.exercises import faults_lstm as lstm
from course_lib.exercises import faults_lstm_loop as loop

CELL_NAMES = {
    "weight_ih": "w_ih",
    "weight_hh": "w_hh",
    "bias_ih": "b_ih",
    "bias_hh": "b_hh",
}
LAYER_NAMES = {f"{name}_l0": short for name, short in CELL_NAMES.items()}
# What is wrong with the cells that the notebook gives.
BROKEN_A = frozenset({"drawn-anew", "matmul-f", "matmul-i", "matmul-o", "candidate-o-at-c",
                      "h-without-tanh"})  # fmt: skip
BROKEN_B = frozenset({"rows:w_hh:i:f", "not-carried", "not-registered", "axes-exchanged"})


def cell(on: frozenset[str], x, state, w_ih, w_hh, b_ih, b_hh) -> tuple[Tensor, Tensor]:
    """One time step of cell A; the candidate may be made of o and c, as the museum's is."""
    museum = on & {"candidate-o-at-c", "candidate-o-times-c", "candidate-tanh-o-times-c"}
    if not museum and not {"matmul-o", "h-without-tanh"} <= on:
        return lstm.cell(on, x, state, w_ih, w_hh, b_ih, b_hh)
    h, c_old = state
    a = lstm.pre_activations(on, x, h, w_ih, w_hh, b_ih, b_hh)
    i, f, g, o = (lstm.activate(on, gate, a[gate]) for gate in lstm.GATES)
    if "candidate-o-at-c" in museum:
        g = o @ c_old
    elif museum:
        g = o * c_old
        g = torch.tanh(g) if "candidate-tanh-o-times-c" in museum else g
    c = lstm.new_cell_state(on, i, f, g, o, c_old)
    if {"matmul-o", "h-without-tanh"} <= on:
        return o @ c, c
    return lstm.new_hidden_state(on, i, f, g, o, c, c_old, None), c


def module_a(on: frozenset[str]) -> type[nn.Module]:
    """A class like ``nn.LSTMCell`` with these mistakes."""
    return type("LSTMCell", (FaultyCell,), {"on": on})


def module_b(on: frozenset[str]) -> type[nn.Module]:
    """A class like cell B, an LSTM that is batch first, with these mistakes."""
    return type("LSTM", (FaultyLayer,), {"on": on})


class FaultyCell(loop.FaultyLSTM):
    """x (B, I), states (h, c), each (B, H) -> h, c."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)

    def create(self) -> None:
        self.shapes = {name.removesuffix("_l0"): shape for name, shape in self.shapes.items()}
        super().create()

    def forward(self, x, state=None):
        if "parameters-late" in self.on and not hasattr(self, "weight_ih"):
            self.create()
        weights = [getattr(self, name) for name in self.shapes]
        if "drawn-anew" in self.on:
            weights = [torch.randn_like(w) * self.bound for w in weights]
        if state is None:
            state = (x.new_zeros(len(x), weights[1].shape[1]),) * 2
        return cell(self.on, x, state, *weights)


class FaultyLayer(loop.FaultyLSTM):
    """input (B, T, I), states (h_0, c_0), each (B, H), or None -> output, (h_n, c_n)."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size, batch_first=True)

    def forward(self, input, states=None):
        if "parameters-late" in self.on and not hasattr(self, "weight_ih_l0"):
            self.create()
        weights = [getattr(self, name) for name in self.shapes]
        if "drawn-anew" in self.on:
            weights = [torch.randn_like(w) * self.bound for w in weights]
        if "keeps-state" in self.on and states is None:
            states = self.memory
        exchanged = "axes-exchanged" in self.on
        if exchanged:
            input = input.transpose(0, 1)
        output, (h_n, c_n) = loop.forward(self.on, input, states, *weights)
        if exchanged and "output-as-read" not in self.on:
            output = output.transpose(0, 1)
        self.memory = (h_n.detach(), c_n.detach())
        return output, (h_n, c_n)


class TorchLayer(nn.LSTM):
    """The oracle of cell B: ``nn.LSTM``, batch first, with states that have no layer axis."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size, batch_first=True)

    def forward(self, input, states=None):
        if states is not None:
            states = tuple(state.unsqueeze(0) for state in states)
        output, (h_n, c_n) = super().forward(input, states)
        return output, (h_n[0], c_n[0])
