"""The LSTM with peepholes (Gers & Schmidhuber 2000; Graves 2013): its gates see the cell state.

    i_t = σ(x_t W_ii^T + b_ii + h_{t-1} W_hi^T + b_hi + w_ci ⊙ c_{t-1})
    f_t = σ(x_t W_if^T + b_if + h_{t-1} W_hf^T + b_hf + w_cf ⊙ c_{t-1})
    g_t = tanh(x_t W_ig^T + b_ig + h_{t-1} W_hg^T + b_hg)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
    o_t = σ(x_t W_io^T + b_io + h_{t-1} W_ho^T + b_ho + w_co ⊙ c_t)
    h_t = o_t ⊙ tanh(c_t)

A peephole is one weight per unit, (H): each unit sees its own cell state only. Input and forget
gate see the old cell state, the output gate sees the new one. A variant found in lecture notes
gives the candidate a peephole too and lets the output gate see c_{t-1}: pass ``w_cg`` and
``output_sees="old"``.

Shapes: B batch, T time steps, I input_size, H hidden_size. The functions are batch first.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from course_lib.layers.lstm import State
from course_lib.layers.recurrent import Recurrent, stack_time
from course_lib.shapes import Shapes, as_pair

CELL_STATES = ("new", "old")


def peephole_lstm_cell(
    x: Tensor,
    state: State,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None,
    b_hh: Tensor | None,
    w_ci: Tensor,
    w_cf: Tensor,
    w_co: Tensor,
    w_cg: Tensor | None = None,
    output_sees: str = "new",
) -> State:
    """One time step of an LSTM with peepholes.

    Shapes: x (B, I), state (h (B, H), c (B, H)), w_ih (4H, I), w_hh (4H, H), b_ih and b_hh (4H),
    w_ci, w_cf, w_co and w_cg (H) -> h (B, H), c (B, H).
    Raises ValueError for shapes that do not fit. Source: Graves 2013, equations 7-11.
    """
    h, c = as_pair("state", state)
    shapes = Shapes()
    shapes.expect("x", x, "B I")
    _expect_weights(shapes, w_ih, w_hh, b_ih, b_hh, w_ci, w_cf, w_co, w_cg)
    shapes.expect("h", h, "B H")
    shapes.expect("c", c, "B H")
    _check_output_sees(output_sees)
    sums = linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh)  # (B, 4H)
    return _update(sums, c, w_ci, w_cf, w_co, w_cg, output_sees)


def peephole_lstm_forward(
    input: Tensor,
    initial_states: State | None,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None,
    b_hh: Tensor | None,
    w_ci: Tensor,
    w_cf: Tensor,
    w_co: Tensor,
    w_cg: Tensor | None = None,
    output_sees: str = "new",
) -> tuple[Tensor, State]:
    """An LSTM with peepholes over a whole sequence.

    Shapes: input (B, T, I), initial_states (h_0 (B, H), c_0 (B, H)) or None for zeros
    -> output (B, T, H), (h_n (B, H), c_n (B, H)); weights as in ``peephole_lstm_cell``.
    Raises ValueError for shapes that do not fit. Source: Graves 2013, equations 7-11.
    """
    shapes = Shapes()
    shapes.expect("input", input, "B T I")
    _expect_weights(shapes, w_ih, w_hh, b_ih, b_hh, w_ci, w_cf, w_co, w_cg)
    if initial_states is None:
        h = c = input.new_zeros(input.shape[0], w_hh.shape[1])
    else:
        h, c = as_pair("initial_states", initial_states)
        shapes.expect("h_0", h, "B H")
        shapes.expect("c_0", c, "B H")
    _check_output_sees(output_sees)
    from_input = linear(input, w_ih, b_ih)  # (B, T, 4H)
    outputs = []
    for a_t in from_input.unbind(dim=1):  # a_t (B, 4H)
        sums = a_t + linear(h, w_hh, b_hh)
        h, c = _update(sums, c, w_ci, w_cf, w_co, w_cg, output_sees)
        outputs.append(h)
    return stack_time(outputs, h), (h, c)


class PeepholeLSTM(Recurrent):
    """An LSTM with peepholes, with ``torch.nn.LSTM``'s arguments, parameters and shapes.

    Beside torch's parameters each layer has ``weight_ci``, ``weight_cf`` and ``weight_co`` (H),
    zero at start, so that a new module is a plain LSTM until it learns otherwise.
    ``candidate_peephole=True`` adds ``weight_cg``; ``output_sees="old"`` is the lecture variant.
    Shapes (batch_first=False): input (T, B, I), h_0 and c_0 (D * num_layers, B, H) ->
    output (T, B, D * H), (h_n, c_n), with D = 2 if bidirectional else 1.
    Raises ValueError for arguments or shapes that do not fit. Source: Graves 2013.
    """

    gates = 4

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device=None,
        dtype=None,
        *,
        candidate_peephole: bool = False,
        output_sees: str = "new",
    ):
        _check_output_sees(output_sees)
        self.candidate_peephole = candidate_peephole  # decides which parameters are made below
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            device=device, dtype=dtype,
        )  # fmt: skip
        self.output_sees = output_sees

    def parameter_shapes(self, features):
        gates = ["ci", "cf", "co"] + (["cg"] if self.candidate_peephole else [])
        peepholes = {f"weight_{gate}": (self.hidden_size,) for gate in gates}
        return super().parameter_shapes(features) | peepholes

    def reset_parameters(self) -> None:
        """As torch's LSTM; the peepholes start at zero."""
        super().reset_parameters()
        for name, weight in self.named_parameters():
            if name.startswith("weight_c"):
                nn.init.zeros_(weight)

    def forward(self, input: Tensor, hx: State | None = None) -> tuple[Tensor, State]:
        """Run the stack; see the class for shapes. Unbatched input (T, I) works as in torch."""
        return self.run(input, None if hx is None else as_pair("hx", hx))

    def run_layer(self, input, states, weights):
        names = "weight_ih weight_hh bias_ih bias_hh weight_ci weight_cf weight_co weight_cg"
        arguments = [weights.get(name) for name in names.split()]
        return peephole_lstm_forward(input, states, *arguments, output_sees=self.output_sees)

    def state_sizes(self) -> list[int]:
        return [self.hidden_size, self.hidden_size]

    def extra_repr(self) -> str:
        shown = ", candidate_peephole=True" if self.candidate_peephole else ""
        shown += "" if self.output_sees == "new" else f", output_sees={self.output_sees!r}"
        return super().extra_repr() + shown


def _update(sums, c, w_ci, w_cf, w_co, w_cg, output_sees) -> State:
    """The gates' sums (B, 4H) without peepholes and the old cell state (B, H) -> new h and c."""
    i, f, g, o = sums.chunk(4, dim=1)  # four times (B, H)
    # i_t = σ(... + w_ci ⊙ c_{t-1});  f_t = σ(... + w_cf ⊙ c_{t-1})
    i = torch.sigmoid(i + w_ci * c)
    f = torch.sigmoid(f + w_cf * c)
    g = torch.tanh(g if w_cg is None else g + w_cg * c)
    # c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
    c_new = f * c + i * g
    # o_t = σ(... + w_co ⊙ c_t)
    o = torch.sigmoid(o + w_co * (c_new if output_sees == "new" else c))
    # h_t = o_t ⊙ tanh(c_t)
    return o * torch.tanh(c_new), c_new


def _expect_weights(shapes, w_ih, w_hh, b_ih, b_hh, w_ci, w_cf, w_co, w_cg):
    shapes.expect("w_ih", w_ih, "4H I")
    shapes.expect("w_hh", w_hh, "4H H")
    shapes.expect_if_given("b_ih", b_ih, "4H")
    shapes.expect_if_given("b_hh", b_hh, "4H")
    shapes.expect("w_ci", w_ci, "H")
    shapes.expect("w_cf", w_cf, "H")
    shapes.expect("w_co", w_co, "H")
    shapes.expect_if_given("w_cg", w_cg, "H")


def _check_output_sees(output_sees):
    if output_sees not in CELL_STATES:
        raise ValueError(f"output_sees must be 'new' (c_t) or 'old' (c_(t-1)), got {output_sees!r}")
